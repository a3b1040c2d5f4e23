"""Roles, and permissions boundaries."""

from collections.abc import Mapping, Sequence
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


def at_most(sid: str, actions: Sequence[str], *resources: str) -> iam.PolicyStatement:
    """A statement of a ceiling."""
    return iam.PolicyStatement(sid=sid, actions=list(actions), resources=list(resources))


class Boundary(Construct):
    """A permissions boundary on every role of a stack, also on those that are added later.

    It gives nothing. A policy that somebody widens, or attaches by hand, still does not reach
    further than this: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html.
    An organisation that prescribes its own names it in the setting `permissions_boundary`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        path: str,
        given: str,
        ceiling: Sequence[iam.PolicyStatement],
    ) -> None:
        """Put the boundary on all roles within the scope.

        Args:
            scope: The stack.
            construct_id: The name within the stack.
            path: What the roles are called after.
            given: ARN of a boundary to take instead; empty for none.
            ceiling: What ours allows.
        """
        super().__init__(scope, construct_id)
        iam.PermissionsBoundary.of(scope).apply(self._policy(path, given, ceiling))

    def _policy(
        self, path: str, given: str, ceiling: Sequence[iam.PolicyStatement]
    ) -> iam.IManagedPolicy:
        if given:
            return iam.ManagedPolicy.from_managed_policy_arn(self, "Given", given)
        return iam.ManagedPolicy(
            self,
            "Policy",
            description=f"The most that roles of {path} may do",
            statements=list(ceiling),
        )
