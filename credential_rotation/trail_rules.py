"""Rules on what CloudTrail records, as patterns of events."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Fn, Stack, Token
from aws_cdk import aws_events as events
from constructs import Construct

from credential_rotation.alarm_topic import AlarmTopic
from credential_rotation.secret import WATCHED

Pattern = Mapping[str, Any]

BY_A_CALL = "AWS API Call via CloudTrail"
BY_THE_SERVICE = "AWS Service Event via CloudTrail"

_ABOUT_A_SECRET = (
    *("CancelRotateSecret", "DeleteResourcePolicy", "DeleteSecret", "PutResourcePolicy"),
    *("ReplicateSecretToRegions", "UpdateSecret"),
)
_ABOUT_A_KEY = (
    "DisableKey",
    "DisableKeyRotation",
    "PutKeyPolicy",
    "ScheduleKeyDeletion",
)


def denied_read(path: str) -> Pattern:
    """A read of one of the secrets was refused.

    What was asked for is in the parameters, or in the message alone where the caller was refused
    before they were looked at.

    Args:
        path: What the secrets' names begin with.
    """
    return {
        "source": ["aws.secretsmanager"],
        "detail-type": [BY_A_CALL],
        "detail": {
            "eventName": ["GetSecretValue", "BatchGetSecretValue"],
            "errorCode": [{"prefix": "AccessDenied"}],
            "$or": [
                {"requestParameters": {"secretId": _named(path)}},
                {"errorMessage": [{"wildcard": f"*{path}/*"}]},
            ],
        },
    }


def unusual_read(path: str, readers: Sequence[str], *, account: str) -> Pattern:
    """A secret was read by another role than those that are known to; a policy must be gone.

    The roles are named by their names, which are unique in an account whatever their paths are,
    and shorter than ARNs by half: a pattern has 2,048 characters.

    Args:
        path: What the secrets' names begin with.
        readers: Names of the roles.
        account: Theirs.
    """
    others = {"userName": [{"anything-but": list(readers)}]}
    elsewhere = {"accountId": [{"anything-but": [account]}]}
    return {
        "source": ["aws.secretsmanager"],
        "detail-type": [BY_A_CALL],
        "detail": {
            "eventName": ["GetSecretValue"],
            "errorCode": [{"exists": False}],
            "requestParameters": {"secretId": _named(path)},
            "$or": [
                {"userIdentity": {"sessionContext": {"sessionIssuer": others}}},
                {"userIdentity": {"sessionContext": {"sessionIssuer": elsewhere}}},
                {"userIdentity": {"type": [{"anything-but": "AssumedRole"}]}},
            ],
        },
    }


def changed_secret(path: str) -> Pattern:
    """A secret is to be deleted, copied, or stops being rotated or watched, or its policy changes.

    A rotation is watched by a tag. Other tags come and go with deployments.
    """
    named = _named(path)
    return {
        "source": ["aws.secretsmanager"],
        "detail-type": [BY_A_CALL],
        "detail": {
            "$or": [
                {"eventName": list(_ABOUT_A_SECRET), "requestParameters": {"secretId": named}},
                {
                    "eventName": ["UntagResource"],
                    "requestParameters": {"secretId": named, "tagKeys": [WATCHED]},
                },
            ]
        },
    }


def failed_rotation(arns: Sequence[str]) -> Pattern:
    """Secrets Manager gave a rotation up, or what it tries when a schedule is set did not work.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html
    """
    return {
        "source": ["aws.secretsmanager"],
        "detail-type": [BY_THE_SERVICE],
        "detail": {
            "eventName": ["RotationFailed", "TestRotationFailed", "RotationAbandoned"],
            "additionalEventData": {"SecretId": list(arns)},
        },
    }


def changed_key(ids: Sequence[str], arns: Sequence[str]) -> Pattern:
    """A key is to be deleted, is disabled, or its policy changes.

    Args:
        ids: Of the keys, which callers may use as well.
        arns: Of the keys.
    """
    return {
        "source": ["aws.kms"],
        "detail-type": [BY_A_CALL],
        "detail": {
            "eventName": list(_ABOUT_A_KEY),
            "requestParameters": {"keyId": [*ids, *arns]},
        },
    }


def broken_glass(role_arn: str) -> Pattern:
    """Somebody takes the role on that reads in an emergency, or tries to, or reads with it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html

    Args:
        role_arn: The role.
    """
    return {
        "source": ["aws.sts", "aws.secretsmanager"],
        "detail-type": [BY_A_CALL],
        "detail": {
            "$or": [
                {"eventName": ["AssumeRole"], "requestParameters": {"roleArn": [role_arn]}},
                {
                    "eventName": ["GetSecretValue", "BatchGetSecretValue"],
                    "userIdentity": {"sessionContext": {"sessionIssuer": {"arn": [role_arn]}}},
                },
            ]
        },
    }


def _named(path: str) -> list[Any]:
    """A caller names a secret by its ARN, whole or without the random end, or by its name."""
    return [{"prefix": f"{path}/"}, {"wildcard": f"arn:*:secret:{path}/*"}]


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
        self._tell("denied-read", "A read of a secret was refused", denied_read(path), READS_TOO)
        self._tell(
            "unusual-read",
            "A secret was read by a role that is not known to",
            unusual_read(path, [_name(arn) for arn in readers], account=Stack.of(self).account),
            READS_TOO,
        )
        self._tell(
            "changed-secret",
            "A secret is to be deleted or copied, is not rotated or watched any more, or has "
            "another policy",
            changed_secret(path),
        )
        self._tell(
            "failed-rotation",
            "Secrets Manager gave a rotation, or the test of one, up",
            failed_rotation(secrets),
        )
        ids, arns = zip(*keys, strict=True)
        self._tell(
            "changed-key",
            "A key is to be deleted, is disabled, or has another policy",
            changed_key(ids, arns),
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
