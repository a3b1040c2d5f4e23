"""The most that the roles of a stack may ever do."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.settings import Settings


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
        settings: Settings,
        ceiling: Sequence[iam.PolicyStatement],
    ) -> None:
        """Put the boundary on all roles within the scope.

        Args:
            scope: The stack.
            construct_id: The name within the stack.
            settings: What the team decided; may name a boundary of its own.
            ceiling: What ours allows.
        """
        super().__init__(scope, construct_id)
        iam.PermissionsBoundary.of(scope).apply(self._policy(settings, ceiling))

    def _policy(
        self, settings: Settings, ceiling: Sequence[iam.PolicyStatement]
    ) -> iam.IManagedPolicy:
        if settings.permissions_boundary:
            return iam.ManagedPolicy.from_managed_policy_arn(
                self, "Given", settings.permissions_boundary
            )
        return iam.ManagedPolicy(
            self,
            "Policy",
            description=f"The most that roles of {settings.path} may do",
            statements=list(ceiling),
        )
