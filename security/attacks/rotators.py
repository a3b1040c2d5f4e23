"""Functions that rotate what is not theirs."""

from collections.abc import Iterator
from dataclasses import replace

from security.attacks.attack import BOUNDARY, IDENTITY, RESOURCE, Attack, refused
from security.attacks.needs import Needs
from security.calls import Calls
from security.identifiers import arn
from security.intent import Intent
from security.parts import Parts

_WRITES = ("PutSecretValue", "UpdateSecretVersionStage")
_ROTATE = ("DescribeSecret", "GetSecretValue", *_WRITES)
_ANOTHER_FUNCTION = arn("lambda", "function:another-rotation")


def attacks(parts: Parts, needs: Needs) -> Iterator[Attack]:
    """List what must not rotate."""
    yield from _of_the_wrong_function(parts, needs)
    yield from _of_secrets_with_another_rotator(parts)


def _of_the_wrong_function(parts: Parts, needs: Needs) -> Iterator[Attack]:
    calls = Calls(parts)
    rotators = set(parts.rotators.values())
    for who in parts.all_code():
        for secret in parts.secrets():
            for operation in _WRITES:
                if (who, f"secretsmanager:{operation}", secret) in needs:
                    continue
                what = "rotate another's secret" if who.code_of in rotators else "rotate"
                call = calls.secret_alone(who, operation, secret, what)
                foreign = not parts.share_home(who.name, secret)
                layers = [BOUNDARY] if foreign else []
                if not needs.change(who, secret):  # the secret's policy names who writes at all
                    layers.append(RESOURCE)
                yield from refused(call, IDENTITY, *layers)


def _of_secrets_with_another_rotator(parts: Parts) -> Iterator[Attack]:
    calls = Calls(parts)
    for secret in parts.rotators:
        who = parts.rotator(secret)
        for operation in _ROTATE:
            what = "rotate a secret that another function rotates by now"
            yield from refused(_renamed(calls.secret_alone(who, operation, secret, what)), IDENTITY)


def _renamed(call: Intent) -> Intent:
    key = "secretsmanager:resource/AllowRotationLambdaArn"
    return replace(call, context={**call.context, key: _ANOTHER_FUNCTION})
