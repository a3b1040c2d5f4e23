"""What RDS tells of an instance."""

from aws_cdk import aws_rds as rds
from constructs import Construct

CATEGORIES = ("configuration change", "failure", "low storage", "maintenance")
"""RDS.20 asks for all but the storage, which would stop logins as well."""


class DatabaseEvents(Construct):
    """Rings when the instance fails, is maintained or changed, or runs out of storage (RDS.20).

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, identifier: str, topic_arn: str
    ) -> None:
        """Subscribe the topic.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            identifier: The instance whose events are told.
            topic_arn: Where they are told.
        """
        super().__init__(scope, construct_id)
        rds.CfnEventSubscription(
            self,
            "Subscription",
            event_categories=list(CATEGORIES),
            sns_topic_arn=topic_arn,
            source_ids=[identifier],
            source_type="db-instance",
        )
