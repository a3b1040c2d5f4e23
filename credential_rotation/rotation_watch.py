"""What notices that nothing happens: a function that measures how old rotations are."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from credential_rotation.bundle import Bundle
from credential_rotation.endpoints import SecretsEndpoint
from credential_rotation.functions import Placement, PythonFunction, run_every
from credential_rotation.names import Names, arn_of

EVERY = Duration.hours(6)

LIST = "secretsmanager:ListSecrets"
_SID = "ListSecrets"


class RotationWatch(Construct):
    """A function that measures how old each secret's rotation is, several times a day.

    CloudWatch cannot look back further than a week, and a rotation may come once in three months;
    and a schedule that stopped leaves no metric of its own.

    It finds the secrets by their tag, so it serves all stacks of a platform and names none of them
    (docs/adr/0019).
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        placement: Placement | None,
        endpoint: SecretsEndpoint,
        key: kms.IKey,
    ) -> None:
        """Create the function and its schedule.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: Whose secrets it watches.
            placement: Where in a network the function runs; None for outside of any.
            endpoint: The way to Secrets Manager from there.
            key: Encrypts its log.
        """
        super().__init__(scope, construct_id)
        self.function = PythonFunction(
            self,
            "Function",
            names=names,
            name="watch",
            description="Measures how old the rotation of each secret is",
            bundle=Bundle("rotation_watch"),
            handler="rotation_watch.handler.watch",
            key=key,
            placement=placement,
            timeout=Duration.seconds(60),
            environment={"WATCHED_PATH": names.path},
        )
        self._list(endpoint)
        run_every(
            self,
            self.function,
            EVERY,
            description="Measures how old the rotation of each secret is",
            target="Watch",
        )

    def _list(self, endpoint: SecretsEndpoint) -> None:
        """Let it list; the action has no resources, so the way there is the limit."""
        role = self.function.role
        role.allow(
            iam.PolicyStatement(
                sid=_SID,
                actions=[LIST],
                resources=["*"],
                conditions=(
                    {"StringEquals": {"aws:SourceVpce": endpoint.id}} if endpoint.id else None
                ),
            )
        )
        endpoint.admit(role.arn, actions=[LIST], resource="*", sid=_SID)


def may_list(stack: Stack, names: Names) -> iam.PolicyStatement:
    """The most that a permissions boundary has to let the watch do, and no other function."""
    return iam.PolicyStatement(
        sid=_SID,
        actions=[LIST],
        resources=["*"],
        conditions={
            "ArnEquals": {
                "lambda:SourceFunctionArn": arn_of(
                    stack, "lambda", "function", f"{names.prefix}-watch"
                )
            }
        },
    )
