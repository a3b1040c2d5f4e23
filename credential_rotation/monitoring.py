"""What notices that something went wrong, or that nothing happens."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from constructs import Construct

from credential_rotation.access_key import AccessKey
from credential_rotation.alarm_topic import AlarmTopic
from credential_rotation.alarms import Alarms, Dashboard
from credential_rotation.bundle import Bundle
from credential_rotation.database import Database, DatabaseContext
from credential_rotation.endpoints import SecretsEndpoint
from credential_rotation.functions import PythonFunction, run_every
from credential_rotation.rotation import Rotation
from credential_rotation.secret import RotatedSecret
from credential_rotation.trail_rules import TrailRules

CATEGORIES = ("configuration change", "failure", "low storage", "maintenance")
"""RDS.20 asks for all but the storage, which would stop logins as well."""


class DatabaseEvents(Construct):
    """Rings when the instance fails, is maintained or changed, or runs out of storage (RDS.20).

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, database: Database, topic: AlarmTopic
    ) -> None:
        """Subscribe the topic.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            database: Whose events are told.
            topic: Where they are told.
        """
        super().__init__(scope, construct_id)
        rds.CfnEventSubscription(
            self,
            "Subscription",
            event_categories=list(CATEGORIES),
            sns_topic_arn=topic.arn,
            source_ids=[database.identifier],
            source_type="db-instance",
        )


EVERY = Duration.hours(6)


LIST = "secretsmanager:ListSecrets"


class RotationWatch(Construct):
    """A function that measures how old each secret's rotation is, several times a day.

    CloudWatch cannot look back further than a week, and a rotation may come once in three months;
    and a schedule that stopped leaves no metric of its own.

    It finds the secrets by their tag, so it serves all stacks of a platform and names none of them
    (docs/adr/0019).
    """

    def __init__(self, scope: Construct, construct_id: str, *, site: DatabaseContext) -> None:
        """Create the function and its schedule.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            site: Where the function runs, and whose secrets it watches.
        """
        super().__init__(scope, construct_id)
        self.function = PythonFunction(
            self,
            "Function",
            name=f"{site.names.prefix}-watch",
            description="Measures how old the rotation of each secret is",
            bundle=Bundle("rotation_watch"),
            handler="rotation_watch.handler.watch",
            key=site.key,
            vpc=site.network.vpc,
            timeout=Duration.seconds(60),
            environment={"WATCHED_PATH": site.names.path},
        )
        self.function.allow_to(site.network.secrets_endpoint)
        self._list(site.network.secrets_endpoint)
        run_every(
            self,
            self.function,
            EVERY,
            description="Measures how old the rotation of each secret is",
            target="Watch",
        )

    def _list(self, endpoint: SecretsEndpoint) -> None:
        """Let it list; the action has no resources, so the way there is the limit."""
        sid, role = "ListSecrets", self.function.role
        role.allow(
            iam.PolicyStatement(
                sid=sid,
                actions=[LIST],
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceVpce": endpoint.id}},
            )
        )
        endpoint.allow(role.arn, actions=[LIST], resource="*", sid=sid)


def overdue_alarm(path: str, *, platform: str) -> str:
    """Name the alarm of a path: `main-overdue` for `orders/production/main`.

    Args:
        path: Of the secrets that the alarm is about.
        platform: The path of the platform, whose own secrets have the alarm `overdue`.
    """
    below = path.removeprefix(platform).split("/")[1:]
    return "-".join([*below, "overdue"])


class Monitoring(Construct):
    """Alarms, rules and a dashboard, and the topic where they ring.

    Attributes:
        topic: Where they ring.
        watch: The function whose log names what is overdue.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        site: DatabaseContext,
        rotations: Sequence[Rotation],
        secrets: Sequence[RotatedSecret],
        keys: Sequence[kms.IKey],
        access_key: AccessKey | None,
        emails: Sequence[str],
    ) -> None:
        """Create everything.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            site: Where the watch runs.
            rotations: Whose failures ring.
            secrets: Whose reads and changes are told, with all that may read them.
            keys: What encrypts secrets and data.
            access_key: Whose reaper rings; None if there is none.
            emails: Addresses that are told.
        """
        super().__init__(scope, construct_id)
        names = site.names
        self.watch = RotationWatch(self, "Watch", site=site).function
        watch = self.watch.name
        self.topic = AlarmTopic(self, "Topic", names=names, emails=emails)
        strategies = {each.function.name: each.strategy for each in rotations}
        paths = list(dict.fromkeys(each.secret.path for each in rotations))
        alarms = Alarms(self, "Alarms", prefix=names.prefix, topic=self.topic)
        for function, strategy in strategies.items():
            alarms.on_failed_rotation(function=function, strategy=strategy)
            alarms.on_trouble_of(function)
        for path in paths:
            name = overdue_alarm(path, platform=names.path)
            alarms.on_overdue_rotations(name, watch=watch, path=path)
        alarms.on_trouble_of(watch)
        if access_key:
            alarms.on_keys_of(access_key.user_name, reaper=access_key.reaper)
            alarms.on_trouble_of(access_key.reaper)
        TrailRules(
            self,
            "Rules",
            prefix=names.prefix,
            path=names.path,
            secrets=[secret.arn for secret in secrets],
            readers=list(dict.fromkeys(arn for secret in secrets for arn in secret.readers)),
            keys=[(each.key_id, each.key_arn) for each in keys],
            topic=self.topic,
        )
        DatabaseEvents(self, "DatabaseEvents", database=site.database, topic=self.topic)
        Dashboard(
            self,
            "Dashboard",
            name=names.prefix,
            alarms=alarms.alarms,
            rotations=strategies,
            watch=watch,
            paths=paths,
        )
