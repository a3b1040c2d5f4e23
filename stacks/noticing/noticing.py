"""Everything that notices."""

from collections.abc import Sequence

from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.access_key.access_key import AccessKey
from stacks.noticing.alarm_topic import AlarmTopic
from stacks.noticing.alarms import Alarms
from stacks.noticing.dashboard import Dashboard
from stacks.noticing.database_events import DatabaseEvents
from stacks.noticing.rotation_watch import RotationWatch
from stacks.noticing.trail_rules import TrailRules
from stacks.rotated_secret import RotatedSecret
from stacks.rotation import Rotation
from stacks.site import Site


class Noticing(Construct):
    """Alarms, rules and a dashboard, and the topic where they ring."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        site: Site,
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
        watch = RotationWatch(
            self, "Watch", site=site, secrets=[rotation.secret for rotation in rotations]
        ).function.name
        self.topic = AlarmTopic(self, "Topic", names=names, emails=emails)
        strategies = {each.function.name: each.strategy for each in rotations}
        rotated = [each.secret.name for each in rotations]
        alarms = Alarms(self, "Alarms", prefix=names.prefix, topic=self.topic)
        for function, strategy in strategies.items():
            alarms.on_failed_rotation(function=function, strategy=strategy)
            alarms.on_trouble_of(function)
        for secret in rotated:
            alarms.on_overdue_rotation(watch=watch, secret=secret)
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
            secrets=rotated,
        )
