"""Sessions that do what their role is not for."""

from collections.abc import Iterator

from security.attacks.attack import BOUNDARY, IDENTITY, KEY, RESOURCE, Attack, refused
from security.attacks.readers import STRANGE_SECRET, other_versions
from security.calls import Calls
from security.identifiers import arn
from security.intent import Intent
from security.people.purposes import read_log, rotate
from security.people.staff import Staff
from security.principals import Principal

_CHANGES = {
    "DeleteResourcePolicy": "remove a secret's policy",
    "DeleteSecret": "delete a secret",
    "PutResourcePolicy": "change a secret's policy",
    "PutSecretValue": "write a password",
    "ReplicateSecretToRegions": "copy a secret elsewhere",
    "TagResource": "change the tags that policies go by",
    "UpdateSecret": "change a secret's key or value",
}
_OPERATIONS = {
    "CancelRotateSecret": "stop a rotation",
    "RotateSecret": "rotate a secret",
    "UpdateSecretVersionStage": "roll a label back",
}
_ANOTHER_FUNCTION = arn("lambda", "function:another-rotation")


def attacks(staff: Staff) -> Iterator[Attack]:
    """List what no session may do, and what those of other roles may not."""
    calls = Calls(staff.parts)
    for who in staff.sessions():
        for secret in staff.parts.secrets():
            for operation, what in _CHANGES.items():
                call = calls.secret_alone(who, operation, secret, what, endpoint="")
                yield from refused(call, IDENTITY, BOUNDARY)
            if who.name != "rotation-operator":
                yield from _operations(calls, who, secret)
        yield from _reads(calls, staff, who)
    yield from _operator(staff, staff.session("rotation-operator"))
    yield from _break_glass(calls, staff, staff.session("break-glass"))


def _reads(calls: Calls, staff: Staff, who: Principal) -> Iterator[Attack]:
    for secret in staff.parts.secrets():
        if secret in staff.readable():
            if who.name != "break-glass":
                what = "read a login's password in use"
                yield from refused(_read(calls, who, secret, what), IDENTITY, RESOURCE)
                yield from refused(calls.key(who, "kms:Decrypt", secret, what), IDENTITY)
            continue
        yield from _beyond(calls, who, secret)
    what = "read a stranger's secret"
    yield from refused(_read(calls, who, STRANGE_SECRET, what), IDENTITY, BOUNDARY)
    what = "use the key without Secrets Manager"
    call = calls.key_directly(who, "kms:Decrypt", staff.readable()[0], what)
    yield from refused(call, IDENTITY, BOUNDARY, KEY)


def _beyond(calls: Calls, who: Principal, secret: str) -> Iterator[Attack]:
    """Of what is not a login's, an admin's secret is below a database, and so within the boundary.

    For break-glass, it is within what its policy allows as well: there a denial takes it back.
    Others are not.
    """
    what = "read an admin's password, or what is no login's"
    below = "/" in calls.parts.name_of(secret)
    layers = () if below else (BOUNDARY,)
    yield from refused(_read(calls, who, secret, what), IDENTITY, RESOURCE, *layers)
    if not (below and who.name == "break-glass"):
        yield from refused(calls.key(who, "kms:Decrypt", secret, what), IDENTITY, *layers)


def _read(calls: Calls, who: Principal, secret: str, what: str) -> Intent:
    return calls.secret_alone(
        who, "GetSecretValue", secret, what, endpoint="", VersionStage="AWSCURRENT"
    )


def _operations(calls: Calls, who: Principal, secret: str) -> Iterator[Attack]:
    for operation, what in _OPERATIONS.items():
        call = calls.secret_alone(
            who, operation, secret, what, endpoint="", VersionStage="AWSCURRENT"
        )
        yield from refused(call, IDENTITY)


def _operator(staff: Staff, who: Principal) -> Iterator[Attack]:
    calls = Calls(staff.parts)
    for secret in staff.parts.rotators:
        what = "name another function as the rotator"
        call = rotate(staff, who, secret, what, RotationLambdaARN=_ANOTHER_FUNCTION)
        yield from refused(call, IDENTITY)
        what = "change when a secret is rotated"
        yield from refused(rotate(staff, who, secret, what, ModifyRotationRules="true"), IDENTITY)
        what = "move a label that is not the rotation's"
        call = calls.secret_alone(
            who, "UpdateSecretVersionStage", secret, what, endpoint="", VersionStage="OURS"
        )
        yield from refused(call, IDENTITY)
    what = "rotate a stranger's secret"
    yield from refused(rotate(staff, who, STRANGE_SECRET, what), IDENTITY, BOUNDARY)
    functions = {each.code_of for each in staff.parts.all_code()}
    for function in sorted(functions - set(staff.parts.rotators.values())):
        what = "invoke a function that does not rotate"
        invoke = Intent(what=what, who=who, action="lambda:InvokeFunction", resource=function)
        yield from refused(invoke, IDENTITY, BOUNDARY)
        if function != staff.parts.function("watch").code_of:
            log = read_log(who, function, "read the log of such a function")
            yield from refused(log, IDENTITY, BOUNDARY)


def _break_glass(calls: Calls, staff: Staff, who: Principal) -> Iterator[Attack]:
    for secret in staff.readable():
        yield from other_versions(calls, who, secret, endpoint="")
    what = "use the key for what is no login's"
    third = arn("secretsmanager", f"secret:{staff.parts.path}/third-a1b2c3")
    other = {"kms:EncryptionContext:SecretARN": third}
    call = calls.key(who, "kms:Decrypt", staff.readable()[0], what, **other)
    yield from refused(call, IDENTITY, BOUNDARY)
