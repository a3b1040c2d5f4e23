"""What the resources of one deployment are called."""

import hashlib
from dataclasses import dataclass

from aws_cdk import ArnFormat, Stack


@dataclass(frozen=True)
class Names:
    """What names begin with.

    Attributes:
        prefix: The names of functions, alarms and instances, such as `orders-production`.
        path: The names of secrets, keys, logs and users, such as `orders/production`. Roles have
            it as their path, so that a policy can mean all roles that a deployment ever makes.
    """

    prefix: str
    path: str

    def within(self, part: str) -> "Names":
        """The names of a part, such as one database."""
        return Names(prefix=f"{self.prefix}-{part}", path=f"{self.path}/{part}")

    def named(self, name: str, *, longest: int) -> str:
        """The name of a resource; where it would be too long, with a hash instead of its middle.

        Args:
            name: What comes after the prefix.
            longest: Characters that AWS allows.
        """
        whole = f"{self.prefix}-{name}"
        if len(whole) <= longest:
            return whole
        end = f"-{hashlib.sha256(whole.encode()).hexdigest()[:6]}-{name}"
        return self.prefix[: longest - len(end)] + end

    @property
    def role_path(self) -> str:
        """The path of roles, as IAM writes it."""
        return f"/{self.path}/"

    def secrets(self, stack: Stack) -> str:
        """The ARNs of all secrets below the path, with a wildcard."""
        return arn_of(stack, "secretsmanager", "secret", f"{self.path}/*")

    def roles(self, stack: Stack) -> str:
        """The ARNs of all roles below the path, with a wildcard."""
        return stack.format_arn(
            service="iam", region="", resource="role", resource_name=f"{self.path}/*"
        )


def arn_of(stack: Stack, service: str, resource: str, name: str) -> str:
    """Make the ARN of a resource in the stack's account and region, with a colon before the name.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html

    Args:
        stack: Where the resource is.
        service: Such as `logs`.
        resource: Its type, such as `log-group`.
        name: Its name, also with wildcards.
    """
    return stack.format_arn(
        service=service,
        resource=resource,
        resource_name=name,
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )


def pascal(name: str) -> str:
    """Write a name of small letters and hyphens as the names of outputs are: `MainApp`."""
    return "".join(part.title() for part in name.split("-"))
