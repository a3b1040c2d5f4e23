"""Which of the events that CloudTrail hands to EventBridge are told.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

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
    """A secret is to be deleted, copied, or stops being rotated, or its policy changes."""
    return {
        "source": ["aws.secretsmanager"],
        "detail-type": [BY_A_CALL],
        "detail": {
            "eventName": list(_ABOUT_A_SECRET),
            "requestParameters": {"secretId": _named(path)},
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
