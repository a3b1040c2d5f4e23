"""Who helps a rotation that does not go by itself."""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from credential_rotation.names import arn_of
from stacks.access import names
from stacks.access.person_role import PersonRole
from stacks.access.sight import log_group, see_alarms, see_rotation
from stacks.access.trust import Trust
from stacks.settings import Settings


class RotationOperator(PersonRole):
    """Rotates, stops a rotation, moves a label back, and reads why one failed: never a value.

    It also reads which rotations are overdue. It can neither name another function nor change a
    schedule.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        rotators: Sequence[str],
    ) -> None:
        """Create the role.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            settings: What the team decided.
            rotators: Names of the functions that rotate, with wildcards: there may be many.
        """
        super().__init__(
            scope,
            construct_id,
            settings=settings,
            name=names.ROTATION_OPERATOR,
            description=f"Operates the rotation of {settings.path}",
            trust=Trust.in_users(),
        )
        stack = Stack.of(self)
        secrets = settings.names.secrets(stack)
        functions = [arn_of(stack, "lambda", "function", name) for name in rotators]
        self.allow(see_rotation(self, settings.names))
        self.allow(see_alarms(self))
        self.allow(
            iam.PolicyStatement(
                actions=["secretsmanager:RotateSecret"],
                resources=[secrets],
                conditions={
                    "ArnLikeIfExists": {"secretsmanager:RotationLambdaARN": functions},
                    "BoolIfExists": {"secretsmanager:ModifyRotationRules": "false"},
                },
            )
        )
        self.allow(
            iam.PolicyStatement(actions=["secretsmanager:CancelRotateSecret"], resources=[secrets])
        )
        self.allow(
            iam.PolicyStatement(
                actions=["secretsmanager:UpdateSecretVersionStage"],
                resources=[secrets],
                conditions={
                    "StringEquals": {"secretsmanager:VersionStage": ["AWSCURRENT", "AWSPENDING"]}
                },
            )
        )
        # RotateSecret asks for it as well; a step that Secrets Manager did not begin does nothing.
        # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
        self.allow(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=functions))
        logs = [log_group(stack, name) for name in (*rotators, f"{settings.prefix}-watch")]
        self.allow(iam.PolicyStatement(actions=["logs:FilterLogEvents"], resources=logs))
