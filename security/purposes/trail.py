"""What a trail of ours is for: CloudTrail writes, auditors read, deployments change settings."""

from collections.abc import Iterator, Mapping

from security.identifiers import ACCOUNT, REGION, role_arn
from security.intent import Intent
from security.parts import Evidence, Parts
from security.principals import EVERYTHING, Principal
from security.purposes.keys import deployer

CLOUDTRAIL = Principal.service("cloudtrail.amazonaws.com")
VIA_S3 = f"s3.{REGION}.amazonaws.com"
ACL = {"s3:x-amz-acl": "bucket-owner-full-control"}

_WITH_THE_KEY = {
    "kms:DescribeKey": "see whether the key can be used",
    "kms:GenerateDataKey": "encrypt a record",
    "kms:Decrypt": "use the bucket's own key, under which records are",
}
CHANGES = {
    "s3:PutBucketAcl": "deploy a change of the bucket's access",
    "s3:PutBucketObjectLockConfiguration": "deploy another retention",
    "s3:PutBucketOwnershipControls": "deploy a change of whose the objects are",
    "s3:PutBucketPolicy": "deploy a change of the bucket's policy",
    "s3:PutBucketPublicAccessBlock": "deploy a change of the block of public access",
    "s3:PutBucketVersioning": "deploy a change of versions",
    "s3:PutEncryptionConfiguration": "deploy another key",
    "s3:PutLifecycleConfiguration": "deploy another end of records",
    "s3:PutReplicationConfiguration": "deploy a copy elsewhere",
}


def purposes(parts: Parts) -> Iterator[Intent]:
    """List what CloudTrail, readers and deployments need, if the trail is ours."""
    evidence = parts.evidence
    if evidence is None or not evidence.trail:
        return
    yield from _delivery(evidence)
    for reader in readers(parts):
        yield from reads(reader, evidence)
    for action, what in CHANGES.items():
        yield on_bucket(evidence, deployer(), action, what)
    yield with_key(evidence, deployer(), "kms:PutKeyPolicy", "deploy a change of the key's policy")


def _delivery(evidence: Evidence) -> Iterator[Intent]:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html."""
    source = {"aws:SourceArn": evidence.trail}
    what = "see whose the bucket is"
    yield on_bucket(evidence, CLOUDTRAIL, "s3:GetBucketAcl", what, **source)
    what = "deliver a record"
    yield on_record(evidence, CLOUDTRAIL, "s3:PutObject", what, **source, **ACL)
    for action, what in _WITH_THE_KEY.items():
        yield with_key(evidence, CLOUDTRAIL, action, what, **source)


def readers(parts: Parts) -> list[Principal]:
    """The roles that may read, each with a policy of its own that allows it everything."""
    named = list(parts.settings.trail.readers)
    if parts.settings.access.enabled:
        named.append(role_arn(f"{parts.ids.stack}-auditor"))
    return [Principal.role("a reader of records", each, policies=(EVERYTHING,)) for each in named]


def reads(who: Principal, evidence: Evidence) -> Iterator[Intent]:
    """What it takes to read a record."""
    yield on_record(evidence, who, "s3:GetObject", "read a record")
    what = "read a record that somebody has hidden"
    yield on_record(evidence, who, "s3:GetObjectVersion", what)
    if evidence.key:
        yield decrypts(who, evidence, "read a record")


def decrypts(who: Principal, evidence: Evidence, what: str) -> Intent:
    """What S3 asks of the key for a reader."""
    call = with_key(evidence, who, "kms:Decrypt", what, **{"kms:ViaService": VIA_S3})
    return Intent(**{**vars(call), "by_service": VIA_S3})


def on_bucket(evidence: Evidence, who: Principal, action: str, what: str, **context: str) -> Intent:
    """A call about the bucket."""
    return Intent(
        what=what,
        who=who,
        action=action,
        resource=evidence.bucket,
        context=context,
        owner=evidence.owner,
    )


def on_record(evidence: Evidence, who: Principal, action: str, what: str, **context: str) -> Intent:
    """A call about a record."""
    call = on_bucket(evidence, who, action, what, **context)
    return Intent(**{**vars(call), "resource": evidence.record})


def with_key(evidence: Evidence, who: Principal, action: str, what: str, **context: str) -> Intent:
    """A use of the key, or a change of it."""
    account: Mapping[str, str] = {} if who.is_service else {"kms:CallerAccount": ACCOUNT}
    return Intent(
        what=what, who=who, action=action, resource=evidence.key, context={**account, **context}
    )
