"""What the resources of one deployment are called."""

from dataclasses import dataclass

from aws_cdk import ArnFormat, Stack


@dataclass(frozen=True)
class Names:
    """What names begin with.

    Attributes:
        prefix: The names of stack, functions, alarms and database, such as `orders-production`.
        path: The names of secrets, keys, logs and users, such as `orders/production`.
    """

    prefix: str
    path: str


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
