"""What the functions about an access key do; all of them run outside of the network."""

from collections.abc import Iterator
from functools import partial

from security.calls import Calls, invoke
from security.identifiers import ACCOUNT, arn
from security.intent import Intent
from security.kinds.applications import reads
from security.parts import Parts
from security.principals import Principal
from security.purposes.noticing import RULES

_TOKEN = "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE"  # noqa: S105  # a version's id

_MAKE = {
    "CreateAccessKey": "make a key",
    "DeleteAccessKey": "take back a key that was not stored",
    "GetAccessKeyLastUsed": "see whether a key may be in use",
    "ListAccessKeys": "see which keys there are",
}
_END = {
    "DeleteAccessKey": "delete a key that was deactivated long enough",
    "GetAccessKeyLastUsed": "tell when a key was used that is deactivated",
    "ListAccessKeys": "see which keys there are",
    "UpdateAccessKey": "deactivate a key that had its grace",
}
_LABELS = ("AWSCURRENT", "AWSPENDING", "AWSPREVIOUS", "ATTEMPTED", "INTENT")


def purposes(parts: Parts) -> Iterator[Intent]:
    """List what the three functions need, if the stack has them."""
    if not parts.settings.access_key.enabled:
        return
    yield from _rotation(parts, parts.function("access-key-rotation"))
    yield from _first_key(parts, parts.function("access-key-users"))
    yield from _reaper(parts, parts.function("access-key-reaper"))
    secret = parts.secret("access-key")
    for arn_of_reader in parts.settings.access_key.readers:
        yield from reads(Calls(parts), arn_of_reader, secret)


def user(parts: Parts) -> str:
    """ARN of the user whose key it is."""
    return arn("iam", f"user/{parts.path}/{parts.ids.stack}-access-key", region="")


def _rotation(parts: Parts, who: Principal) -> Iterator[Intent]:
    secret = parts.secret("access-key")
    what = "Secrets Manager calls for a step"
    yield invoke("secretsmanager.amazonaws.com", who.code_of, secret, ACCOUNT, what)
    call = partial(Calls(parts).secret, who)
    yield from call("DescribeSecret", secret=secret, what="every step: the labels")
    for label in _LABELS:
        what = "every step: whose which key is"
        yield from call("GetSecretValue", secret=secret, what=what, VersionStage=label)
    what = "createSecret: look whether an earlier run has stored a key"
    yield from call("GetSecretValue", secret=secret, what=what, VersionId=_TOKEN)
    yield from call("PutSecretValue", secret=secret, what="createSecret: record, and store")
    what = "finishSecret: make it AWSCURRENT, and take AWSPENDING off"
    yield from call("UpdateSecretVersionStage", secret=secret, what=what)
    yield from _keys(parts, who, _MAKE)


def _first_key(parts: Parts, who: Principal) -> Iterator[Intent]:
    secret, call = parts.secret("access-key"), partial(Calls(parts).secret, who)
    what = "see whether there is a key"
    yield from call("GetSecretValue", secret=secret, what=what, VersionStage="AWSCURRENT")
    yield from call("PutSecretValue", secret=secret, what="store the first key")
    what = "make the first key AWSCURRENT"
    yield from call("UpdateSecretVersionStage", secret=secret, what=what)
    yield from _keys(parts, who, _MAKE)


def _reaper(parts: Parts, who: Principal) -> Iterator[Intent]:
    secret, call = parts.secret("access-key"), partial(Calls(parts).secret, who)
    rule = parts.rule("access-key-reaper")
    yield invoke(RULES.name, who.code_of, rule, ACCOUNT, "look several times a day")
    yield from call("DescribeSecret", secret=secret, what="see when it was rotated")
    for label in _LABELS:
        what = "see which version holds which key"
        yield from call("GetSecretValue", secret=secret, what=what, VersionStage=label)
    yield from _keys(parts, who, _END)


def _keys(parts: Parts, who: Principal, calls: dict[str, str]) -> Iterator[Intent]:
    for operation, what in calls.items():
        yield Intent(what=what, who=who, action=f"iam:{operation}", resource=user(parts))
