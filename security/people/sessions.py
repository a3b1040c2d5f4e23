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
    application, admin = staff.parts.secret("application"), staff.parts.secret("admin")
    if who.name != "break-glass":
        what = "read the application's password in use"
        yield from refused(_read(calls, who, application, what), IDENTITY, RESOURCE)
        yield from refused(calls.key(who, "kms:Decrypt", application, what), IDENTITY)
    what = "read the master user's password"
    yield from refused(_read(calls, who, admin, what), IDENTITY, BOUNDARY, RESOURCE)
    yield from refused(calls.key(who, "kms:Decrypt", admin, what), IDENTITY)
    what = "read a stranger's secret"
    yield from refused(_read(calls, who, STRANGE_SECRET, what), IDENTITY, BOUNDARY)
    what = "use the key without Secrets Manager"
    call = calls.key_directly(who, "kms:Decrypt", application, what)
    yield from refused(call, IDENTITY, BOUNDARY, KEY)


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
    functions = {staff.parts.function(name).code_of for name in staff.parts.functions()}
    for function in sorted(functions - set(staff.parts.rotators.values())):
        what = "invoke a function that does not rotate"
        invoke = Intent(what=what, who=who, action="lambda:InvokeFunction", resource=function)
        yield from refused(invoke, IDENTITY, BOUNDARY)
        if function != staff.parts.function("watch").code_of:
            log = read_log(who, function, "read the log of such a function")
            yield from refused(log, IDENTITY, BOUNDARY)


def _break_glass(calls: Calls, staff: Staff, who: Principal) -> Iterator[Attack]:
    secret = staff.parts.secret("application")
    yield from other_versions(calls, who, secret, endpoint="")
    what = "use the key for another secret of the team"
    other = {"kms:EncryptionContext:SecretARN": f"{secret.rpartition('/')[0]}/third-a1b2c3"}
    yield from refused(calls.key(who, "kms:Decrypt", secret, what, **other), IDENTITY)
