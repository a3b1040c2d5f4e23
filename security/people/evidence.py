"""What people do with the records of CloudTrail: auditors read and validate them, no more."""

from collections.abc import Iterator

from credential_rotation.trail import (
    END_OF_RECORDS,
    LIST_RECORDS,
    NEVER_OF_BUCKET,
    NEVER_OF_RECORDS,
    READ_RECORDS,
    SEE_TRAIL,
    VALIDATE,
)
from security.attacks.attack import BOUNDARY, IDENTITY, KEY, RESOURCE, Attack, refused
from security.attacks.trail import stops
from security.intent import Intent
from security.parts import Evidence
from security.people.staff import Staff
from security.principals import Principal
from security.purposes.trail import decrypts, on_bucket, on_record, reads, with_key


def purposes(staff: Staff) -> Iterator[Intent]:
    """List what auditors need, if the settings name a trail."""
    evidence = staff.parts.evidence
    if evidence is None:
        return
    who = staff.session("auditor")
    yield from reads(who, evidence)
    ours = {"s3:prefix": f"{evidence.prefix}/CloudTrail/"}
    for action in LIST_RECORDS:
        yield on_bucket(evidence, who, action, "list the records", **ours)
    yield on_bucket(evidence, who, "s3:GetBucketLocation", "validate the records")
    for action in VALIDATE:
        yield Intent(what="validate the records", who=who, action=action, resource="*")
    for action in SEE_TRAIL if evidence.trail else ():
        what = "see what the trail records, and whether it does"
        yield Intent(what=what, who=who, action=action, resource=evidence.trail)


def attacks(staff: Staff) -> Iterator[Attack]:
    """List what no session may do with the records, and what those of others may not."""
    evidence = staff.parts.evidence
    if evidence is None:
        return
    for who in staff.sessions():
        if who.name != "auditor":
            yield from _read(evidence, who)
        if evidence.trail:
            yield from _end(evidence, who)
    yield from _beyond(evidence, staff.session("auditor"))


def _read(evidence: Evidence, who: Principal) -> Iterator[Attack]:
    for action in READ_RECORDS:
        call = on_record(evidence, who, action, "read a record")
        yield from refused(call, IDENTITY, RESOURCE)
    if evidence.trail:
        yield from refused(decrypts(who, evidence, "read a record"), IDENTITY, KEY)
    elif evidence.key:
        yield from refused(decrypts(who, evidence, "read a record"), IDENTITY)


def _end(evidence: Evidence, who: Principal) -> Iterator[Attack]:
    for action in NEVER_OF_RECORDS:
        call = on_record(evidence, who, action, "delete a record")
        yield from refused(call, IDENTITY, BOUNDARY, RESOURCE)
    for action in (*NEVER_OF_BUCKET, "s3:PutBucketPolicy"):
        call = on_bucket(evidence, who, action, "weaken what keeps the records")
        yield from refused(call, IDENTITY, BOUNDARY, RESOURCE)
    for action in (*END_OF_RECORDS, "kms:PutKeyPolicy"):
        call = with_key(evidence, who, action, "make the records unreadable")
        yield from refused(call, IDENTITY, BOUNDARY, KEY)
    yield from stops(evidence, who)


def _beyond(evidence: Evidence, who: Principal) -> Iterator[Attack]:
    """What an auditor has of the bucket is this account's records, through S3."""
    for action in LIST_RECORDS:
        for context in ({}, {"s3:prefix": "AWSLogs/o-acme/999999999999/"}):
            what = "list what is no record of this account"
            call = on_bucket(evidence, who, action, what, **context)
            yield from refused(call, IDENTITY, BOUNDARY)
    if evidence.key:
        what = "use the key of the records directly"
        call = with_key(evidence, who, "kms:Decrypt", what)
        yield from refused(call, IDENTITY, BOUNDARY, KEY)
