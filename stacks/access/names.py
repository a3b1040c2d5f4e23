"""Names that both stacks need before either of them is deployed."""

from aws_cdk import Stack
from constructs import Construct

from stacks.settings import Settings

AUDITOR = "auditor"
BREAK_GLASS = "break-glass"
CONTRACTOR = "contractor"
ROTATION_OPERATOR = "rotation-operator"


def role_arn(scope: Construct, settings: Settings, role: str) -> str:
    """ARN of a role for people, made of its name: naming it does not wait for it.

    Args:
        scope: Anything in a stack of the account.
        settings: What the team decided.
        role: Such as `auditor`.
    """
    return Stack.of(scope).format_arn(
        service="iam", region="", resource="role", resource_name=f"{settings.prefix}-{role}"
    )
