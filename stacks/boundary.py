"""The most that the roles of a stack may ever do."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct


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
