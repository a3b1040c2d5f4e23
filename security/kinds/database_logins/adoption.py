"""What adopts a secret of somebody else's, and gives it back."""

from collections.abc import Iterator

from security.attacks.attack import BOUNDARY, IDENTITY, Attack, refused
from security.attacks.readers import STRANGE_SECRET
from security.calls import VIA_SECRETS, Calls
from security.identifiers import arn
from security.intent import Intent
from security.kinds.database_logins.database import DatabaseParts
from security.principals import Principal

_ANOTHER_FUNCTION = arn("lambda", "function:another-rotation")
_SWITCHES = ("CancelRotateSecret", "RotateSecret")
_CHANGES = (
    "DeleteResourcePolicy",
    "DeleteSecret",
    "GetSecretValue",
    "PutResourcePolicy",
    "PutSecretValue",
    "ReplicateSecretToRegions",
    "TagResource",
    "UpdateSecret",
    "UpdateSecretVersionStage",
)


def purposes(database: DatabaseParts) -> Iterator[Intent]:
    """List what taking over and giving back need."""
    calls = Calls(database.parts)
    for name, login in database.adopted.items():
        who, secret = database.adopter(login), database.secrets[name]
        ours = database.rotators[login.strategy].code_of
        what = "see what rotates the secret, and whether it rests"
        yield from calls.secret(who, "DescribeSecret", secret, what)
        what = "turn the rotation off, as it was before"
        yield from calls.secret(who, "CancelRotateSecret", secret, what)
        for function, what in (
            (ours, "have our function rotate the secret"),
            (login.adopt_function_arn, "give the secret back to what rotated it"),
        ):
            yield _rotate(calls, who, secret, function, what)
            yield Intent(
                what=what,
                who=who,
                action="lambda:InvokeFunction",
                resource=function,
                by_service=VIA_SECRETS,
            )


def attacks(database: DatabaseParts) -> Iterator[Attack]:
    """List what that function must not do, and who must not do what it does."""
    calls = Calls(database.parts)
    for name, login in database.adopted.items():
        who, secret = database.adopter(login), database.secrets[name]
        what = "have a function rotate the secret that is neither ours nor its former one"
        yield from refused(_rotate(calls, who, secret, _ANOTHER_FUNCTION, what), IDENTITY)
        what = "rotate the secret, without naming a function"
        yield from refused(calls.secret_alone(who, "RotateSecret", secret, what), IDENTITY)
        what = "run a function that is neither ours nor its former one"
        run = Intent(what=what, who=who, action="lambda:InvokeFunction", resource=_ANOTHER_FUNCTION)
        yield from refused(run, IDENTITY, BOUNDARY)
        for operation in _CHANGES:
            what = "read or change the secret that it adopts"
            call = calls.secret_alone(who, operation, secret, what, VersionStage="AWSCURRENT")
            yield from refused(call, IDENTITY, BOUNDARY)
        for other in (STRANGE_SECRET, *database.ours):
            for operation in _SWITCHES:
                what = "change what rotates a secret that it does not adopt"
                call = calls.secret_alone(who, operation, other, what, endpoint="")
                yield from refused(call, IDENTITY, BOUNDARY)
        yield from _by_others(calls, secret, adopter=who)


def _by_others(calls: Calls, secret: str, *, adopter: Principal) -> Iterator[Attack]:
    for who in calls.parts.all_code():
        if who.code_of == adopter.code_of:
            continue
        for operation in _SWITCHES:
            what = "change what rotates a secret that was adopted"
            call = calls.secret_alone(who, operation, secret, what, endpoint="")
            yield from refused(call, IDENTITY, BOUNDARY)


def _rotate(calls: Calls, who: Principal, secret: str, function: str, what: str) -> Intent:
    return calls.secret_alone(who, "RotateSecret", secret, what, RotationLambdaARN=function)
