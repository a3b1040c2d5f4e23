"""Who wants something."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from local.policies import Policy
from security.identifiers import ACCOUNT, OTHER_ACCOUNT, PARTITION, role_arn

EVERYTHING = Policy(
    "everything",
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    },
)
"""What AdministratorAccess allows."""


@dataclass(frozen=True, kw_only=True)
class Principal:
    """A role's session, a user, or a service.

    Attributes:
        name: For people.
        arn: The session's ARN, the user's, or the service's name.
        role_arn: The role; empty for a user and a service.
        policies: What it brings itself; the policies of the stack's own roles are in the stack.
        code_of: ARN of the function whose code it is, if it is a function's.
        user_name: The user's name; empty for all others.
        group_arn: ARN of the user's group, if it is in one of the stack's.
    """

    name: str
    arn: str
    role_arn: str = ""
    policies: tuple[Policy, ...] = ()
    code_of: str = ""
    user_name: str = ""
    group_arn: str = ""

    @classmethod
    def service(cls, name: str) -> Self:
        """A service that acts for itself, such as `secretsmanager.amazonaws.com`."""
        return cls(name=name, arn=name)

    @classmethod
    def role(cls, name: str, arn: str, *, policies: tuple[Policy, ...] = ()) -> Self:
        """A session of a role."""
        account, role_name = arn.split(":")[4], arn.rpartition("/")[2]
        session = f"arn:{PARTITION}:sts::{account}:assumed-role/{role_name}/session"
        return cls(name=name, arn=session, role_arn=arn, policies=policies)

    @classmethod
    def user(
        cls,
        name: str,
        *,
        account: str = ACCOUNT,
        group_arn: str = "",
        policies: tuple[Policy, ...] = (),
    ) -> Self:
        """A user of IAM, with a password or an access key."""
        return cls(
            name=f"the user {name}",
            arn=f"arn:{PARTITION}:iam::{account}:user/{name}",
            user_name=name,
            group_arn=group_arn,
            policies=policies,
        )

    def as_service_of(self, service: str) -> Self:
        """The same role in the hands of the service, which does something for the function."""
        return replace(self, name=f"{service}, as {self.name}", code_of="")

    @property
    def is_service(self) -> bool:
        """Whether it is a service that acts for itself."""
        return not self.role_arn and not self.user_name

    @property
    def holder(self) -> str:
        """ARN of the role or the group whose policies of the stack it has."""
        return self.role_arn or self.group_arn

    @property
    def account(self) -> str:
        """Its account."""
        return ACCOUNT if self.is_service else self.arn.split(":")[4]

    @property
    def context(self) -> Mapping[str, str]:
        """The condition keys that describe it.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
        https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
        """
        if self.is_service:
            return {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": self.name}
        if self.user_name:
            return {
                "aws:PrincipalAccount": self.account,
                "aws:PrincipalArn": self.arn,
                "aws:PrincipalIsAWSService": "false",
                "aws:PrincipalType": "User",
                "aws:userid": "AIDAEXAMPLEID",
                "aws:username": self.user_name,
            }
        return {
            "aws:PrincipalAccount": self.account,
            "aws:PrincipalArn": self.role_arn,
            "aws:PrincipalIsAWSService": "false",
            "aws:PrincipalType": "AssumedRole",
            "aws:userid": "AROAEXAMPLEID:session",
            **({"lambda:SourceFunctionArn": self.code_of} if self.code_of else {}),
        }


ADMINISTRATOR = Principal.role(
    "an administrator", role_arn("Administrator"), policies=(EVERYTHING,)
)
"""Whoever may do everything in the account, as far as identity policies go."""

STRANGER = Principal.role(
    "another account", role_arn("Administrator", account=OTHER_ACCOUNT), policies=(EVERYTHING,)
)
"""Whoever may do everything in an account of their own."""
