"""Rules on what CloudTrail records."""

from collections.abc import Sequence

from aws_cdk import Fn, Stack, Token
from aws_cdk import aws_events as events
from constructs import Construct

from stacks.noticing import patterns
from stacks.noticing.alarm_topic import AlarmTopic
from stacks.noticing.patterns import Pattern

READS_TOO = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
"""Reads are left out otherwise, and reading a secret is a read.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail-management.html
"""


class TrailRules(Construct):
    """Tells of refused and unusual reads, of changes to secrets and keys, of failed rotations.

    The account has to have a trail that records management events in this region, reads included.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        prefix: str,
        path: str,
        secrets: Sequence[str],
        readers: Sequence[str],
        keys: Sequence[tuple[str, str]],
        topic: AlarmTopic,
    ) -> None:
        """Create the rules.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            prefix: What the rules' names begin with.
            path: What the secrets' names begin with.
            secrets: ARNs of the secrets.
            readers: ARNs of the roles that may read any of them.
            keys: Ids and ARNs of the keys.
            topic: Where it is told.
        """
        super().__init__(scope, construct_id)
        self._prefix = prefix
        self._topic = topic
        self._tell(
            "denied-read", "A read of a secret was refused", patterns.denied_read(path), READS_TOO
        )
        self._tell(
            "unusual-read",
            "A secret was read by a role that is not known to",
            patterns.unusual_read(
                path, [_name(arn) for arn in readers], account=Stack.of(self).account
            ),
            READS_TOO,
        )
        self._tell(
            "changed-secret",
            "A secret is to be deleted or copied, is not rotated any more, or has another policy",
            patterns.changed_secret(path),
        )
        self._tell(
            "failed-rotation",
            "Secrets Manager gave a rotation, or the test of one, up",
            patterns.failed_rotation(secrets),
        )
        ids, arns = zip(*keys, strict=True)
        self._tell(
            "changed-key",
            "A key is to be deleted, is disabled, or has another policy",
            patterns.changed_key(ids, arns),
        )

    def _tell(self, name: str, meaning: str, pattern: Pattern, state: str = "ENABLED") -> None:
        events.CfnRule(
            self,
            "".join(word.title() for word in name.split("-")),
            name=f"{self._prefix}-{name}",
            description=meaning,
            event_pattern=pattern,
            state=state,
            targets=[events.CfnRule.TargetProperty(arn=self._topic.arn, id="Alarms")],
        )


def _name(role_arn: str) -> str:
    """The name in a role's ARN. A role of ours, whose ARN is known later, has no path."""
    if Token.is_unresolved(role_arn):
        return Fn.select(1, Fn.split("/", role_arn))
    return role_arn.rpartition("/")[2]
