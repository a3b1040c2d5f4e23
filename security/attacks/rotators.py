"""Functions that rotate what is not theirs."""

from collections.abc import Iterator
from dataclasses import replace

from security.attacks.attack import BOUNDARY, ENDPOINT, IDENTITY, RESOURCE, Attack, refused
from security.calls import SECRETS, Calls
from security.identifiers import arn
from security.intent import Intent
from security.parts import Parts

_WRITES = ("PutSecretValue", "UpdateSecretVersionStage")
_ROTATE = ("DescribeSecret", "GetSecretValue", *_WRITES)
_ANOTHER_FUNCTION = arn("lambda", "function:another-rotation")


def attacks(parts: Parts) -> Iterator[Attack]:
    """List what must not rotate."""
    yield from _of_the_wrong_function(parts)
    yield from _of_secrets_with_another_rotator(parts)


def _of_the_wrong_function(parts: Parts) -> Iterator[Attack]:
    calls = Calls(parts)
    rotators = set(parts.rotators.values())
    for name in parts.functions():
        who = parts.function(name)
        for secret, rotator in parts.rotators.items():
            if who.code_of == rotator or (name, secret) == _filler(parts):
                continue
            for operation in _WRITES:
                what = "rotate another's secret" if who.code_of in rotators else "rotate"
                call = calls.secret_alone(who, operation, secret, what)
                foreign = parts.is_about_keys(who) and secret != parts.secret("access-key")
                yield from refused(call, IDENTITY, ENDPOINT, *([BOUNDARY] if foreign else []))
    if "admin-rotation" in parts.functions():
        who, secret = parts.function("admin-rotation"), parts.secret("application")
        call = calls.secret_alone(
            who, "GetSecretValue", secret, "read another's secret", VersionStage="AWSCURRENT"
        )
        yield from refused(call, IDENTITY, RESOURCE, ENDPOINT)
        yield from refused(calls.key(who, "kms:Decrypt", secret, call.what), IDENTITY)


def _filler(parts: Parts) -> tuple[str, str] | None:
    """Who puts the first value into which secret, which takes the same calls."""
    filler = "access-key-users"
    return (filler, parts.secret("access-key")) if filler in parts.functions() else None


def _of_secrets_with_another_rotator(parts: Parts) -> Iterator[Attack]:
    calls = Calls(parts)
    for secret in parts.rotators:
        who = parts.rotator(secret)
        for operation in _ROTATE:
            what = "rotate a secret that another function rotates by now"
            way = SECRETS if parts.in_network(who.name) else ""
            call = calls.secret_alone(who, operation, secret, what, endpoint=way)
            yield from refused(_renamed(call), IDENTITY)


def _renamed(call: Intent) -> Intent:
    key = "secretsmanager:resource/AllowRotationLambdaArn"
    return replace(call, context={**call.context, key: _ANOTHER_FUNCTION})
