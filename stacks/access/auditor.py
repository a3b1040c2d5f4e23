"""Who looks and touches nothing."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from credential_rotation.trail import Records
from stacks.access import names
from stacks.access.person_role import PersonRole
from stacks.access.sight import see_alarms, see_rotation
from stacks.access.trust import Trust
from stacks.settings import Settings


class Auditor(PersonRole):
    """Sees how the rotation does, who may read the secrets, alarms and the dashboard: no value.

    It also reads and validates what CloudTrail has recorded.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        records: Records | None,
    ) -> None:
        """Create the role.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            settings: What the team decided.
            records: What CloudTrail has recorded; None if the settings name no trail.
        """
        super().__init__(
            scope,
            construct_id,
            settings=settings,
            name=names.AUDITOR,
            description=f"Sees how the rotation of {settings.path} does",
            trust=Trust.in_users(),
        )
        self.allow(see_rotation(self, settings.names))
        self.allow(
            iam.PolicyStatement(
                sid="SeeWhoMayRead",
                actions=["secretsmanager:GetResourcePolicy"],
                resources=[settings.names.secrets(Stack.of(self))],
            )
        )
        self.allow(see_alarms(self))
        dashboard = Stack.of(self).format_arn(
            service="cloudwatch", region="", resource="dashboard", resource_name=settings.prefix
        )
        self.allow(
            iam.PolicyStatement(
                sid="SeeDashboard", actions=["cloudwatch:GetDashboard"], resources=[dashboard]
            )
        )
        self.allow(
            iam.PolicyStatement(
                sid="SeeMetrics",
                actions=["cloudwatch:GetMetricData"],
                resources=["*"],  # metrics have no ARN that it could name
            )
        )
        for statement in records.read() if records else ():
            self.allow(statement)
