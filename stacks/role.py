"""Roles that AWS services assume."""

from collections.abc import Mapping
from typing import Protocol

from aws_cdk import aws_iam as iam
from constructs import Construct


class Grantee(Protocol):
    """Who can be allowed something: a role for a service, or one for people."""

    def allow(self, statement: iam.PolicyStatement) -> None:
        """Add a statement to its policy."""


class ServiceRole(Construct):
    """A role that one service assumes, with one customer-managed policy and nothing else.

    No AWS managed policy (AWS may widen those), no inline policy (several auditors refuse those).
    What a role may do is added by the nouns that own the resources, through their `grant_*`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        service: str,
        description: str,
        conditions: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """Create the role.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            service: Which service may assume the role, such as `lambda.amazonaws.com`.
            description: What the role is for.
            conditions: Under which conditions the service may assume it, where the service sends
                what they need.
        """
        super().__init__(scope, construct_id)
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(service, conditions=conditions),
            description=description,
        )
        self.policy = iam.ManagedPolicy(self, "Policy", description=description, roles=[self.role])

        self.fixed = iam.Role.from_role_arn(self, "Fixed", self.role.role_arn, mutable=False)
        """The role as the CDK's own constructs get it: they cannot add anything to it."""

    @property
    def arn(self) -> str:
        """The role's ARN, by which policies of resources name it."""
        return self.role.role_arn

    def allow(self, statement: iam.PolicyStatement) -> None:
        """Add a statement to the role's policy."""
        self.policy.add_statements(statement)
