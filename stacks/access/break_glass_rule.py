"""The alarm that rings when the glass is broken."""

from aws_cdk import aws_events as events
from constructs import Construct

from credential_rotation import trail_rules
from credential_rotation.trail_rules import READS_TOO
from stacks.settings import Settings


class BreakGlassRule(Construct):
    """Tells at once of each try to take the role on, and of each read with it.

    STS writes the event where it was asked: a person who asks in another region is told of by the
    read, which happens here.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        role_arn: str,
        topic_arn: str,
    ) -> None:
        """Create the rule.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            settings: What the team decided.
            role_arn: The role.
            topic_arn: Where it is told.
        """
        super().__init__(scope, construct_id)
        events.CfnRule(
            self,
            "Rule",
            name=f"{settings.prefix}-break-glass",
            description="The role that reads the credential in an emergency was used",
            event_pattern=trail_rules.broken_glass(role_arn),
            state=READS_TOO,
            targets=[events.CfnRule.TargetProperty(arn=topic_arn, id="Alarms")],
        )
