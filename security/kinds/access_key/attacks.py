"""Functions about one access key that want more, and others that want it."""

from collections.abc import Iterator

from security.attacks.attack import BOUNDARY, IDENTITY, RESOURCE, Attack, refused
from security.attacks.noticing import invoked_by_others
from security.calls import Calls
from security.identifiers import arn
from security.intent import Intent
from security.kinds.access_key.purposes import user
from security.kinds.applications import beyond
from security.parts import Parts
from security.principals import ADMINISTRATOR, STRANGER, Principal
from security.purposes.keys import deployer

_ANOTHER_USER = arn("iam", "user/admin", region="")
_KEYS = ("CreateAccessKey", "DeleteAccessKey", "ListAccessKeys", "UpdateAccessKey")

_ON_THE_USER = {
    "AttachUserPolicy": "give the user more rights",
    "CreateLoginProfile": "give the user a password",
    "DeactivateMFADevice": "change how the user signs in",
    "DeleteUser": "delete the user",
    "DeleteUserPermissionsBoundary": "take the user's boundary away",
    "PutUserPermissionsBoundary": "give the user another boundary",
    "PutUserPolicy": "write the user a policy",
    "TagUser": "change the tags that policies go by",
    "UpdateUser": "rename the user",
}


def attacks(parts: Parts) -> Iterator[Attack]:
    """List what must be denied about the key, if the stack has one."""
    if not parts.settings.access_key.enabled:
        return
    for who in parts.all_code():
        yield from _users(parts, who)
        if not parts.share_home(who.name, _secret(parts)):
            yield from _by_others(parts, who)
    yield from _reaper(parts)
    yield from _readers(parts)
    for arn_of_reader in parts.settings.access_key.readers:
        yield from beyond(Calls(parts), arn_of_reader, {_secret(parts)})


def _users(parts: Parts, who: Principal) -> Iterator[Attack]:
    for operation in _KEYS:
        what = "make or end a key of another user"
        yield from refused(_iam(who, operation, _ANOTHER_USER, what), IDENTITY, BOUNDARY)
    for operation, what in _ON_THE_USER.items():
        yield from refused(_iam(who, operation, user(parts), what), IDENTITY, BOUNDARY)
    policy, what = arn("iam", "policy/any", region=""), "change what the user's policy says"
    yield from refused(_iam(who, "CreatePolicyVersion", policy, what), IDENTITY, BOUNDARY)


def _by_others(parts: Parts, who: Principal) -> Iterator[Attack]:
    for operation in _KEYS:
        what = "make or end a key without being there for it"
        yield from refused(_iam(who, operation, user(parts), what), IDENTITY, BOUNDARY)


def _reaper(parts: Parts) -> Iterator[Attack]:
    reaper, calls, secret = parts.function("access-key-reaper"), Calls(parts), _secret(parts)
    what = "make a key, and not only end them"
    yield from refused(_iam(reaper, "CreateAccessKey", user(parts), what), IDENTITY)
    for what, parameters in {
        "read any version by its id": {"VersionId": "EXAMPLE2-90ab-cdef-fedc-ba987EXAMPLE"},
        "read without saying which version": {},
    }.items():
        call = calls.secret_alone(reaper, "GetSecretValue", secret, what, **parameters)
        yield from refused(call, IDENTITY)
    for name in ("access-key-users", "access-key-rotation"):
        who, what = parts.function(name), "deactivate a key that is in use"
        yield from refused(_iam(who, "UpdateAccessKey", user(parts), what), IDENTITY)
    yield from invoked_by_others(reaper, "the reaper", rule=parts.rule("access-key-reaper"))


def _readers(parts: Parts) -> Iterator[Attack]:
    calls = Calls(parts)
    for who in (ADMINISTRATOR, STRANGER, deployer()):
        what = "read the access key without being named as a reader"
        call = calls.secret_alone(
            who, "GetSecretValue", _secret(parts), what, endpoint="", VersionStage="AWSCURRENT"
        )
        yield from refused(call, RESOURCE)


def _secret(parts: Parts) -> str:
    return parts.secret("access-key")


def _iam(who: Principal, operation: str, resource: str, what: str) -> Intent:
    return Intent(what=what, who=who, action=f"iam:{operation}", resource=resource)
