"""What RDS tells of a server."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_rds as rds
from constructs import Construct

CATEGORIES = {
    "db-instance": ("configuration change", "failure", "low storage", "maintenance"),
    "db-cluster": ("configuration change", "failover", "failure", "maintenance"),
}
"""RDS.20 asks for all of an instance's but the storage, which would stop logins as well; RDS.19 for
failures and maintenance of a cluster."""

_SUBSCRIPTIONS = {"db-instance": "Subscription", "db-cluster": "OfCluster"}


class DatabaseEvents(Construct):
    """Rings when a server fails, is maintained or changed, or runs out of storage (RDS.19, RDS.20).

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Events.Messages.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        sources: Mapping[str, Sequence[str]],
        topic_arn: str,
    ) -> None:
        """Subscribe the topic.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            sources: Identifiers of what is told about, by the type of the source.
            topic_arn: Where they are told.
        """
        super().__init__(scope, construct_id)
        for kind, identifiers in sources.items():
            rds.CfnEventSubscription(
                self,
                _SUBSCRIPTIONS[kind],
                event_categories=list(CATEGORIES[kind]),
                sns_topic_arn=topic_arn,
                source_ids=list(identifiers),
                source_type=kind,
            )
