"""Whoever is no function of the stack: administrators, other accounts; and anyone without TLS."""

from collections.abc import Iterator
from dataclasses import replace

from security.attacks.attack import ENDPOINT, RESOURCE, Attack, refused
from security.calls import Calls
from security.intent import Intent
from security.parts import Parts
from security.principals import ADMINISTRATOR, STRANGER, Principal
from security.purposes.keys import deployer

_THROUGH_THE_ENDPOINT = {
    "DescribeSecret": (ENDPOINT,),
    "GetSecretValue": (ENDPOINT, RESOURCE),
    "PutSecretValue": (ENDPOINT,),
    "UpdateSecretVersionStage": (ENDPOINT,),
}
_OF_ANOTHER_ACCOUNT = (
    *("DeleteSecret", "DescribeSecret", "GetSecretValue", "PutResourcePolicy"),
    *("PutSecretValue", "RotateSecret", "UpdateSecret", "UpdateSecretVersionStage"),
)


def attacks(parts: Parts) -> Iterator[Attack]:
    """List what they may not do to each secret."""
    calls = Calls(parts)
    for secret in parts.secrets():
        yield from _administrator(calls, secret)
        yield from _another_account(calls, secret)
        yield from _without_tls(calls, parts, secret)


def _administrator(calls: Calls, secret: str) -> Iterator[Attack]:
    read = "read a password without being named as a reader"
    yield from refused(_outside(calls, ADMINISTRATOR, "GetSecretValue", secret, read), RESOURCE)
    for operation, layers in _THROUGH_THE_ENDPOINT.items():
        what = "use the functions' way to the secret"
        call = calls.secret_alone(ADMINISTRATOR, operation, secret, what)
        yield from refused(call, *layers)


def _another_account(calls: Calls, secret: str) -> Iterator[Attack]:
    for operation in _OF_ANOTHER_ACCOUNT:
        what = "reach into this account"
        yield from refused(_outside(calls, STRANGER, operation, secret, what), RESOURCE)


def _without_tls(calls: Calls, parts: Parts, secret: str) -> Iterator[Attack]:
    """Each on their usual way, so that nothing else refuses it."""
    what, current = "send a password in the clear", {"VersionStage": "AWSCURRENT"}
    rotators = [parts.rotator(secret)] if secret in parts.rotators else []
    sent = [
        _outside(calls, deployer(), "GetSecretValue", secret, what),
        *(
            _outside(calls, ADMINISTRATOR, operation, secret, what)
            for operation in ("PutSecretValue", "UpdateSecret")
        ),
        *(
            calls.secret_alone(who, operation, secret, what, **current)
            for who in rotators
            for operation in ("GetSecretValue", "PutSecretValue")
        ),
    ]
    for intent in sent:
        plain = replace(intent, context={**intent.context, "aws:SecureTransport": "false"})
        yield from refused(plain, RESOURCE)


def _outside(calls: Calls, who: Principal, operation: str, secret: str, what: str) -> Intent:
    return calls.secret_alone(who, operation, secret, what, endpoint="", VersionStage="AWSCURRENT")
