"""Evidence: read by others, altered, forged, deleted, or stopped."""

from collections.abc import Iterator
from dataclasses import replace

from credential_rotation.trail import (
    BY_DEPLOYMENT,
    END_OF_RECORDS,
    NEVER_OF_BUCKET,
    NEVER_OF_RECORDS,
    READ_RECORDS,
)
from security.attacks.attack import BOUNDARY, IDENTITY, KEY, RESOURCE, Attack, refused
from security.identifiers import REGION, arn
from security.intent import Intent
from security.parts import Evidence, Parts
from security.principals import ADMINISTRATOR, STRANGER, Principal
from security.purposes.keys import deployer
from security.purposes.trail import (
    ACL,
    CLOUDTRAIL,
    decrypts,
    on_bucket,
    on_record,
    readers,
    with_key,
)

ENDS = {
    "cloudtrail:DeleteTrail": "delete the trail",
    "cloudtrail:PutEventSelectors": "let the trail record less",
    "cloudtrail:StopLogging": "stop the trail",
    "cloudtrail:UpdateTrail": "send the trail elsewhere",
}
"""What CloudTrail has no policy against, but the callers' own: a rule tells of administrators."""

_USE = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant")
_CONFIG = Principal.service("config.amazonaws.com")


def attacks(parts: Parts) -> Iterator[Attack]:
    """List what must be denied about the records, if the trail is ours."""
    evidence = parts.evidence
    if evidence is None or not evidence.trail:
        return
    for who in (ADMINISTRATOR, deployer(), STRANGER, *readers(parts)):
        yield from _alter(evidence, who)
    for who in (ADMINISTRATOR, deployer(), STRANGER):
        yield from _read(evidence, who)
    for who in (ADMINISTRATOR, STRANGER, *readers(parts)):
        what = "weaken what keeps the records"
        for action in BY_DEPLOYMENT:
            yield from refused(on_bucket(evidence, who, action, what), RESOURCE)
        yield from refused(with_key(evidence, who, "kms:PutKeyPolicy", what), KEY)
    for who in (ADMINISTRATOR, deployer(), *readers(parts)):
        for action in _USE:
            what = "use the key of the records directly"
            yield from refused(with_key(evidence, who, action, what), KEY)
    yield from _by_services(evidence)
    yield from _without_tls(parts, evidence)
    for who in parts.all_code():
        yield from _by_code(evidence, who)


def _alter(evidence: Evidence, who: Principal) -> Iterator[Attack]:
    for action in NEVER_OF_RECORDS:
        yield from refused(on_record(evidence, who, action, "delete a record"), RESOURCE)
    for action in NEVER_OF_BUCKET:
        what = "delete the bucket of the records, or its policy"
        yield from refused(on_bucket(evidence, who, action, what), RESOURCE)
    yield from refused(on_record(evidence, who, "s3:PutObject", "forge a record"), RESOURCE)
    for action in END_OF_RECORDS:
        what = "make the records unreadable"
        yield from refused(with_key(evidence, who, action, what), KEY)


def _read(evidence: Evidence, who: Principal) -> Iterator[Attack]:
    what = "read the records without being an auditor"
    for action in READ_RECORDS:
        yield from refused(on_record(evidence, who, action, what), RESOURCE)
    yield from refused(decrypts(who, evidence, what), KEY)


def _by_services(evidence: Evidence) -> Iterator[Attack]:
    other = {"aws:SourceArn": arn("cloudtrail", "trail/payroll-production")}
    ours = {"aws:SourceArn": evidence.trail}
    for what, who, source in (
        ("deliver another trail's records here", CLOUDTRAIL, other),
        ("deliver as another service", _CONFIG, ours),
    ):
        yield from refused(on_bucket(evidence, who, "s3:GetBucketAcl", what, **source), RESOURCE)
        put = on_record(evidence, who, "s3:PutObject", what, **source, **ACL)
        yield from refused(put, RESOURCE)
        for action in ("kms:DescribeKey", "kms:GenerateDataKey", "kms:Decrypt"):
            yield from refused(with_key(evidence, who, action, what, **source), KEY)
    what = "deliver a record that is not the bucket owner's"
    put = on_record(evidence, CLOUDTRAIL, "s3:PutObject", what, **ours)
    yield from refused(put, RESOURCE)


def _without_tls(parts: Parts, evidence: Evidence) -> Iterator[Attack]:
    what = "send a record in the clear"
    source = {"aws:SourceArn": evidence.trail}
    for call in (
        on_record(evidence, CLOUDTRAIL, "s3:PutObject", what, **source, **ACL),
        *(on_record(evidence, who, "s3:GetObject", what) for who in readers(parts)),
        on_bucket(evidence, ADMINISTRATOR, "s3:GetBucketLocation", what),
    ):
        plain = {**call.context, "aws:SecureTransport": "false"}
        yield from refused(replace(call, context=plain), RESOURCE)
    through_another = f"sqs.{REGION}.amazonaws.com"
    for who in readers(parts):
        call = decrypts(who, evidence, "use the key of the records through another service")
        context = {**call.context, "kms:ViaService": through_another}
        yield from refused(replace(call, context=context, by_service=through_another), KEY)


def _by_code(evidence: Evidence, who: Principal) -> Iterator[Attack]:
    for what, action in (
        ("read the records of its own doing", "s3:GetObject"),
        ("delete the record of its own doing", "s3:DeleteObjectVersion"),
        ("forge a record", "s3:PutObject"),
    ):
        yield from refused(on_record(evidence, who, action, what), IDENTITY, BOUNDARY, RESOURCE)
    call = on_bucket(evidence, who, "s3:PutBucketPolicy", "weaken what keeps the records")
    yield from refused(call, IDENTITY, BOUNDARY, RESOURCE)
    call = decrypts(who, evidence, "read the records of its own doing")
    yield from refused(call, IDENTITY, BOUNDARY, KEY)
    call = with_key(evidence, who, "kms:ScheduleKeyDeletion", "make the records unreadable")
    yield from refused(call, IDENTITY, BOUNDARY, KEY)
    yield from stops(evidence, who)


def stops(evidence: Evidence, who: Principal) -> Iterator[Attack]:
    """List how a role of ours may not end what is recorded."""
    for action, what in ENDS.items():
        call = Intent(what=what, who=who, action=action, resource=evidence.trail)
        yield from refused(call, IDENTITY, BOUNDARY)
