"""An IAM user of somebody's app, whose access key rotates."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from constructs import Construct

from credential_rotation.access_key import AccessKey
from credential_rotation.alarms import Alarms
from credential_rotation.errors import TooLongNameError, TooOldKeyError
from credential_rotation.readers import Readers, must_be_roles
from credential_rotation.shared import LONGEST_PART, Shared, part_of
from credential_rotation.token import TokenLives
from credential_rotation.token_age import LIMIT_DAYS, oldest_days

LONGEST_REST = 60
"""Days that a key is kept deactivated."""


class RotatedAccessKey(Construct):
    """An IAM user for a third party who insists on an access key, which rotates.

    Example:
        key = RotatedAccessKey(self, "Partner", policy=upload)
        key.grant_read(partner_role)

    The secret is the JSON of IAM's CreateAccessKey, as a `credential_process` answers it. The key
    before works for `grace_days` after a rotation. A role is better wherever there is a choice.

    Attributes:
        user_name: Name of the IAM user.
        secret: The secret.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        policy: iam.IManagedPolicy,
        interval_days: int = 30,
        grace_days: int = 7,
        rest_days: int = 7,
        notice_days: int = 14,
        readers: Sequence[str] = (),
    ) -> None:
        """Create the user, its first key, the secret and the schedule.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            policy: What the user may do, and its permissions boundary.
            interval_days: Days between two rotations.
            grace_days: Days that the key before keeps working after a rotation.
            rest_days: Days that it is then kept deactivated, before it is deleted.
            notice_days: Days that people have to mend a rotation that fails.
            readers: ARNs of roles that may read the secret and that the app does not create.

        Raises:
            SynthError: A key could get older than 90 days, or a name does not fit.
        """
        super().__init__(scope, construct_id)
        oldest = oldest_days(interval=interval_days, grace=grace_days, notice=notice_days)
        if oldest > LIMIT_DAYS:
            raise TooOldKeyError(
                f"A key of {self.node.path} could get {oldest} days old, and {LIMIT_DAYS} are "
                "allowed: interval_days + grace_days + 2 x notice_days + 2."
            )
        least = interval_days - 2 - grace_days, grace_days - 1, rest_days - 1, notice_days - 3
        if min(*least, LONGEST_REST - rest_days) < 0:
            raise TooOldKeyError(
                f"The days of {self.node.path} do not fit together: grace_days is 1 at least, and "
                f"2 less than interval_days; notice_days is 3 at least, rest_days is 1 to "
                f"{LONGEST_REST}."
            )
        must_be_roles(self, readers)
        part = part_of(construct_id, path=self.node.path)
        if len(part) > LONGEST_PART:
            raise TooLongNameError(
                f"The id {construct_id} has {len(part)} characters in the names of functions, and "
                f"{LONGEST_PART} are left for it."
            )
        shared = Shared.of(self)
        platform = shared.platform()
        names = shared.take(platform.names.within(part), path=self.node.path)
        key = AccessKey(
            self,
            "AccessKey",
            platform=platform,
            names=names,
            policy=policy.managed_policy_arn,
            readers=readers,
            lives=TokenLives(
                interval_days=interval_days,
                grace_days=grace_days,
                rest_days=rest_days,
                notice_days=notice_days,
                limit_days=LIMIT_DAYS,
            ),
        )
        self.user_name = key.user_name
        self._alarm_topic = shared.alarm_topic(platform)
        self._alarms = Alarms(self, "Alarms", names=key.group.names, topic=platform.topic)
        self._alarms.on_failed_rotation(key.function, strategy=key.strategy)
        self._alarms.on_trouble_of(key.function)
        self._alarms.on_trouble_of(key.reaper)
        self._alarms.on_overdue_rotation(key.secret.path, watch=platform.watch.name)
        if key.group.further_alarms:
            key.group.further_alarms(self._alarms)
        self._readers = Readers(
            self, platform=platform, names=names, secret=key.secret, readers=readers
        )
        self.secret: secretsmanager.ISecret = self._readers.secret

    @property
    def alarms(self) -> Sequence[str]:
        """Names of the alarms that ring when its rotation fails, or a key gets too old."""
        return self._alarms.names

    @property
    def alarm_topic(self) -> sns.ITopic:
        """Where the alarms ring: nobody hears them before something subscribes to it."""
        return self._alarm_topic

    def grant_read(self, grantee: iam.IGrantable) -> iam.Grant:
        """Let a role read the version in use, and no other: it has to ask for AWSCURRENT.

        Args:
            grantee: A role of this stack, or what has one, such as a function.

        Raises:
            CannotGrantError: It is no role, or one of another stack of the app.
        """
        return self._readers.grant(grantee)
