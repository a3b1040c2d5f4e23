"""What the keys are for: administration by people, and use by services."""

from collections.abc import Iterator

from security.calls import Calls
from security.identifiers import ACCOUNT, REGION, arn
from security.intent import Context, Intent
from security.parts import Parts
from security.principals import ADMINISTRATOR, EVERYTHING, Principal

VIA_RDS = f"rds.{REGION}.amazonaws.com"
LOGS = Principal.service(f"logs.{REGION}.amazonaws.com")

_ADMINISTRATION = {
    "kms:CancelKeyDeletion": "take a scheduled deletion back",
    "kms:CreateAlias": "name the key",
    "kms:DeleteAlias": "remove the name with the stack",
    "kms:DescribeKey": "see the key's state",
    "kms:DisableKey": "stop the key's use at once",
    "kms:DisableKeyRotation": "change how the key rotates",
    "kms:EnableKey": "let it be used again",
    "kms:EnableKeyRotation": "let the key rotate",
    "kms:GetKeyPolicy": "see who may do what",
    "kms:GetKeyRotationStatus": "see whether the key rotates",
    "kms:ListGrants": "see whom the key is lent to",
    "kms:ListKeyPolicies": "see who may do what, in the console",
    "kms:ListKeyRotations": "see when the key rotated",
    "kms:ListResourceTags": "see the key's tags",
    "kms:PutKeyPolicy": "deploy a change of the policy",
    "kms:RevokeGrant": "stop the key's being lent",
    "kms:RotateKeyOnDemand": "rotate it after an incident",
    "kms:ScheduleKeyDeletion": "delete the key with the stack",
    "kms:TagResource": "deploy a change of tags",
    "kms:UntagResource": "deploy a change of tags",
    "kms:UpdateAlias": "move the name to another key",
    "kms:UpdateKeyDescription": "deploy a change of the description",
}

NOT_OF_RECORDS = frozenset({"kms:DisableKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"})
"""What an administrator does not do with the key of the records. A change of its policy is for a
deployment alone; the others are for nobody."""

_LOGS = {
    "kms:Decrypt": "show a log to who may read it",
    "kms:Encrypt": "encrypt a log's key",
    "kms:GenerateDataKey": "encrypt what is written",
    "kms:GenerateDataKeyWithoutPlaintext": "make a log's next key",
    "kms:ReEncryptFrom": "exchange the key's version",
    "kms:ReEncryptTo": "exchange the key's version",
}
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"""

DEPLOYER = "cdk-hnb659fds-cfn-exec-role"


def deployer() -> Principal:
    """The role with which CloudFormation deploys, as `cdk bootstrap` makes it."""
    role = f"arn:aws:iam::{ACCOUNT}:role/{DEPLOYER}-{ACCOUNT}-{REGION}"
    return Principal.role("CloudFormation", role, policies=(EVERYTHING,))


def purposes(parts: Parts) -> Iterator[Intent]:
    """List what people, CloudFormation and CloudWatch Logs do with the keys and the secrets."""
    for key in parts.key_arns():
        for action, what in _ADMINISTRATION.items():
            if parts.evidence and key == parts.evidence.key and action in NOT_OF_RECORDS:
                continue
            yield Intent(
                what=what,
                who=ADMINISTRATOR,
                action=action,
                resource=key,
                context={"kms:CallerAccount": ACCOUNT},
            )
    yield from _deployment(parts)
    cluster = arn("logs", f"log-group:/aws/rds/cluster/{parts.ids.stack}-any/error")
    later = {cluster: parts.data_key()}  # of a database that comes later
    for group, key in {**parts.log_groups(), **later}.items():
        for action, what in _LOGS.items():
            log = group.removesuffix(":*")
            context: Context = {
                "kms:EncryptionContext:aws:logs:arn": log,
                "kms:EncryptionContextKeys": ("aws:logs:arn",),
            }
            yield Intent(
                what=what,
                who=LOGS,
                action=action,
                resource=key,
                context=context,
            )


def _deployment(parts: Parts) -> Iterator[Intent]:
    calls, who = Calls(parts), deployer()
    for secret in parts.secrets():
        what = "see how a rotation does, from wherever"
        yield calls.secret_alone(ADMINISTRATOR, "DescribeSecret", secret, what, endpoint="")
        for action in ("kms:GenerateDataKey", "kms:Decrypt"):
            what = "try the key of a new secret"
            trial = {"kms:EncryptionContext:SecretARN": "RequestToValidateKeyAccess"}
            yield calls.key(who, action, secret, what, **trial)
    yield Intent(
        what="lend the key to the storage of a database, also of one that comes later",
        who=who,
        action="kms:CreateGrant",
        resource=parts.data_key(),
        context={
            "kms:CallerAccount": ACCOUNT,
            "kms:GrantIsForAWSResource": "true",
            "kms:ViaService": VIA_RDS,
        },
        by_service=VIA_RDS,
    )
