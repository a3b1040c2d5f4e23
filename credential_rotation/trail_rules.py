"""Rules on what CloudTrail records, as patterns of events."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aws_cdk import Fn, Stack, Token
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from constructs import Construct

from credential_rotation.alarm_topic import Topic
from credential_rotation.names import Names
from credential_rotation.secret_policy import WATCHED
from credential_rotation.trail import Trail

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
                {"requestParameters": {"secretId": _named(f"{path}/")}},
                {"errorMessage": [{"wildcard": f"*{path}/*"}]},
            ],
        },
    }


def unusual_read(beginning: str, *, ours: str, readers: Sequence[str], account: str) -> Pattern:
    """A secret was read by another role than those that are known to; a policy must be gone.

    Roles of others are named by their names, which are unique in an account whatever their paths
    are, and shorter than ARNs by half: a pattern has 2,048 characters.

    Args:
        beginning: What the secrets' names begin with, or the name of one.
        ours: What the ARNs of the roles of this app begin with.
        readers: Names of the other roles.
        account: Theirs.
    """
    others: dict[str, Any] = {"arn": [{"anything-but": {"prefix": ours}}]}
    if readers:
        others["userName"] = [{"anything-but": list(readers)}]
    elsewhere = {"accountId": [{"anything-but": [account]}]}
    return {
        "source": ["aws.secretsmanager"],
        "detail-type": [BY_A_CALL],
        "detail": {
            "eventName": ["GetSecretValue"],
            "errorCode": [{"exists": False}],
            "requestParameters": {"secretId": _named(beginning)},
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
    named = _named(f"{path}/")
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


def failed_rotation(path: str) -> Pattern:
    """Secrets Manager gave a rotation up, or what it tries when a schedule is set did not work.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html
    """
    return {
        "source": ["aws.secretsmanager"],
        "detail-type": [BY_THE_SERVICE],
        "detail": {
            "eventName": ["RotationFailed", "TestRotationFailed", "RotationAbandoned"],
            "additionalEventData": {"SecretId": _named(f"{path}/")},
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


def strange_signature(
    ids: Sequence[str], arns: Sequence[str], *, signers: Sequence[str]
) -> Pattern:
    """Another role than those that are known to has signed with a key, or has tried.

    Args:
        ids: Of the keys, which callers may use as well.
        arns: Of the keys.
        signers: ARNs of the roles that are known to.
    """
    issuer = {"arn": [{"anything-but": list(signers)}]}
    return {
        "source": ["aws.kms"],
        "detail-type": [BY_A_CALL],
        "detail": {
            "eventName": ["Sign"],
            "$or": [
                {"requestParameters": {"keyId": [*ids, *arns]}},
                {"errorMessage": [{"wildcard": f"*{arn}*"} for arn in arns]},
            ],
            "userIdentity": {
                "$or": [
                    {"sessionContext": {"sessionIssuer": issuer}},
                    {"type": [{"anything-but": "AssumedRole"}]},
                ]
            },
        },
    }


_ABOUT_A_TRAIL = ("DeleteTrail", "PutEventSelectors", "StopLogging", "UpdateTrail")
_ABOUT_ITS_BUCKET = (
    "DeleteBucket",
    "DeleteBucketEncryption",
    "DeleteBucketLifecycle",
    "DeleteBucketPolicy",
    "DeleteBucketPublicAccessBlock",
    "PutBucketAcl",
    "PutBucketEncryption",
    "PutBucketLifecycle",
    "PutBucketObjectLockConfiguration",
    "PutBucketOwnershipControls",
    "PutBucketPolicy",
    "PutBucketPublicAccessBlock",
    "PutBucketReplication",
    "PutBucketVersioning",
    "PutObjectLockConfiguration",
)
"""As S3 has them recorded, the lock by the name of its API or of its permission: https://
docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html."""


def changed_trail(names: Sequence[str], *, bucket: str) -> Pattern:
    """The trail is to record less, or nothing, or what keeps its records is to change.

    Args:
        names: The trail's name and its ARN, which callers may use as well.
        bucket: Name of the bucket.
    """
    return {
        "source": ["aws.cloudtrail", "aws.s3"],
        "detail-type": [BY_A_CALL],
        "detail": {
            "$or": [
                {"eventName": list(_ABOUT_A_TRAIL), "requestParameters": {"name": list(names)}},
                {
                    "eventName": list(_ABOUT_A_TRAIL),
                    "requestParameters": {"trailName": list(names)},
                },
                {
                    "eventName": list(_ABOUT_ITS_BUCKET),
                    "requestParameters": {"bucketName": [bucket]},
                },
            ]
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


def _named(beginning: str) -> list[Any]:
    """A caller names a secret by its ARN, whole or without the random end, or by its name."""
    return [{"prefix": beginning}, {"wildcard": f"arn:*:secret:{beginning}*"}]


READS_TOO = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
"""Reads are left out otherwise, and reading a secret is a read.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail-management.html
"""


_LONGEST_NAME = 64
"""https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html"""


class TrailRules(Construct):
    """Rules that tell of what the trail has recorded.

    There has to be a trail that records management events in this region, reads included: ours, or
    one that the account has.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        topic: Topic,
        trail: Trail | None,
    ) -> None:
        """Begin without any.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What the rules' names begin with, and those of the secrets that they are about.
            topic: Where it is told.
            trail: The trail of ours; None if the account has to have one.
        """
        super().__init__(scope, construct_id)
        self._names = names
        self._topic = topic
        self._trail = trail

    def on_secrets(self) -> None:
        """Tell of refused reads, changes and failed rotations of all secrets of the path."""
        path = self._names.path
        self._tell("denied-read", "A read of a secret was refused", denied_read(path), READS_TOO)
        self._tell(
            "changed-secret",
            "A secret is to be deleted or copied, is not rotated or watched any more, or has "
            "another policy",
            changed_secret(path),
        )
        self._tell(
            "failed-rotation",
            "Secrets Manager gave a rotation, or the test of one, up",
            failed_rotation(path),
        )

    def on_keys(self, keys: Sequence[kms.IKey]) -> None:
        """Tell of changes to keys."""
        self._tell(
            "changed-key",
            "A key is to be deleted, is disabled, or has another policy",
            changed_key([key.key_id for key in keys], [key.key_arn for key in keys]),
        )

    def on_signatures(self, keys: Sequence[kms.IKey], *, signers: Sequence[str]) -> None:
        """Tell of signatures by others, which no policy lets them make.

        Args:
            keys: The keys.
            signers: ARNs of the roles that are known to.
        """
        self._tell(
            "strange-signature",
            "A key that signs was used by a role that is not known to, or somebody tried",
            strange_signature(
                [key.key_id for key in keys], [key.key_arn for key in keys], signers=signers
            ),
            READS_TOO,
        )

    def on_trail(self, trail: Trail) -> None:
        """Tell of what would end or weaken the evidence."""
        self._tell(
            "changed-trail",
            "The trail is to record less, or nothing, or what keeps its records is to change",
            changed_trail([trail.name, trail.records.trail_arn], bucket=trail.bucket_name),
        )

    def on_unusual_reads(
        self, beginning: str, *, ours: Names, strangers: Sequence[str]
    ) -> Callable[[Sequence[str]], None]:
        """Tell of reads by roles that are not known to.

        Args:
            beginning: What the secrets' names begin with, or the name of one.
            ours: Whose roles are known to, below their path.
            strangers: ARNs of the other roles that may read one of the secrets.

        Returns:
            What takes the names of those roles in place of what it was told before.
        """
        stack = Stack.of(self)

        def pattern(readers: Sequence[str]) -> Pattern:
            return unusual_read(
                beginning,
                ours=ours.roles(stack).removesuffix("*"),
                readers=readers,
                account=stack.account,
            )

        rule = self._tell(
            "unusual",
            "A secret was read by a role that is not known to",
            pattern([name_of(arn) for arn in dict.fromkeys(strangers)]),
            READS_TOO,
        )

        def know(readers: Sequence[str]) -> None:
            rule.event_pattern = pattern(readers)

        return know

    def _tell(
        self, name: str, meaning: str, pattern: Pattern, state: str = "ENABLED"
    ) -> events.CfnRule:
        where = f". The trail {self._trail.name} keeps the record" if self._trail else ""
        return events.CfnRule(
            self,
            "".join(word.title() for word in name.split("-")),
            name=self._names.named(name, longest=_LONGEST_NAME),
            description=f"{meaning}{where}",
            event_pattern=pattern,
            state=state,
            targets=[events.CfnRule.TargetProperty(arn=self._topic.arn, id="Alarms")],
        )


def name_of(role_arn: str) -> str:
    """The name in a role's ARN. One that is known later, as the deploying one's, has no path."""
    name = role_arn.rpartition("/")[2]
    return Fn.select(1, Fn.split("/", role_arn)) if Token.is_unresolved(name) else name
