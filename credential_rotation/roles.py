"""Roles, and permissions boundaries."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from aws_cdk import Aspects
from aws_cdk import aws_iam as iam
from constructs import Construct

from credential_rotation.names import Names

_BEFORE_THE_APPS = 100
"""Less than any `AspectPriority` of the CDK."""


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
        names: Names,
        service: str,
        description: str,
        conditions: Mapping[str, Mapping[str, str | Sequence[str]]] | None = None,
        name: str | None = None,
    ) -> None:
        """Create the role.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: Whose path the role has.
            service: Which service may assume the role, such as `lambda.amazonaws.com`.
            description: What the role is for.
            conditions: Under which conditions the service may assume it, where the service sends
                what they need.
            name: Its name, where a policy has to name it before it is there; CloudFormation makes
                one up if left out.
        """
        super().__init__(scope, construct_id)
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(service, conditions=conditions),
            description=description,
            path=names.role_path,
            role_name=name,
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
    """A statement of a ceiling; with or without a name."""
    return iam.PolicyStatement(sid=sid or None, actions=list(actions), resources=list(resources))


def bound(scope: Construct, *, by: iam.IManagedPolicy, within: Construct) -> None:
    """Put a permissions boundary on all roles and users of a scope, unless the app has its own.

    `iam.PermissionsBoundary` and the property `permissions_boundary` of stacks and stages are
    Aspects, of which that of the innermost scope would count: ours. So ours has its turn before.

    Args:
        scope: Whose roles and users. The boundary of an inner scope counts.
        by: The boundary.
        within: The parent of what the CDK needs to make the Aspect.
    """
    maker = Construct(within, "Aspect")
    iam.PermissionsBoundary.of(maker).apply(by)
    [aspect] = Aspects.of(maker).all
    Aspects.of(scope).add(aspect, priority=_BEFORE_THE_APPS)


class Boundary(Construct):
    """A permissions boundary on every role of a scope, also on those that are added later.

    It gives nothing. A policy that somebody widens, or attaches by hand, still does not reach
    further than this: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html.
    An organisation that prescribes its own names it in the setting `permissions_boundary`, or as
    the CDK lets an app do it, see `bound`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        path: str,
        given: str,
        ceiling: Sequence[iam.PolicyStatement],
        of: Construct | None = None,
    ) -> None:
        """Put the boundary on roles.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            path: What the roles are called after.
            given: ARN of a boundary to take instead; empty for none.
            ceiling: What ours allows.
            of: Whose roles; of the parent's if left out. The boundary of an inner scope counts.
        """
        super().__init__(scope, construct_id)
        self._given = given
        self._policy = self._boundary(path, ceiling)
        bound(of or scope, by=self._policy, within=self)

    def widen(self, statement: iam.PolicyStatement) -> None:
        """Add a statement to the boundary, if it is ours."""
        if isinstance(self._policy, iam.ManagedPolicy):
            self._policy.add_statements(statement)

    def _boundary(self, path: str, ceiling: Sequence[iam.PolicyStatement]) -> iam.IManagedPolicy:
        if self._given:
            return iam.ManagedPolicy.from_managed_policy_arn(self, "Given", self._given)
        return iam.ManagedPolicy(
            self,
            "Policy",
            description=f"The most that roles of {path} may do",
            statements=list(ceiling),
        )
