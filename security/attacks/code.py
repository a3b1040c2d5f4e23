"""Code in a function that changes what surrounds the secrets."""

from collections.abc import Iterator

from security.attacks.attack import BOUNDARY, ENDPOINT, IDENTITY, Attack, refused
from security.calls import Calls
from security.intent import Intent
from security.parts import Parts
from security.principals import Principal

_ON_A_SECRET = {
    "CancelRotateSecret": "stop the rotation",
    "DeleteResourcePolicy": "remove the secret's policy",
    "DeleteSecret": "delete the secret",
    "PutResourcePolicy": "change the secret's policy",
    "ReplicateSecretToRegions": "copy the secret elsewhere",
    "RotateSecret": "name another function as the rotator",
    "TagResource": "change the tags that policies go by",
    "UpdateSecret": "change the key or the value",
}
_ON_NONE = {
    "CreateSecret": "make a secret",
    "GetRandomPassword": "have a password made",
    "ListSecrets": "see which secrets there are",
}
_FOR = {"watch": "ListSecrets"}
"""What one function is there to do."""


_LAYERS = (IDENTITY, BOUNDARY, ENDPOINT)


def attacks(parts: Parts) -> Iterator[Attack]:
    """List what no function does to its own secrets."""
    for who in parts.all_code():
        for secret in _secrets(parts, who):
            yield from refused(_changes(Calls(parts), who, secret), *_LAYERS)
        for operation, what in _ON_NONE.items():
            if _FOR.get(who.name) == operation:
                continue
            intent = Intent(
                what=what,
                who=who,
                action=f"secretsmanager:{operation}",
                resource="*",
                endpoint=parts.way_of(who),
            )
            yield from refused(intent, *_LAYERS)


def _secrets(parts: Parts, who: Principal) -> list[str]:
    """Those of its home; all, if it has none."""
    home = parts.home(who.name)
    return [each for each in parts.secrets() if home in ("", parts.home_of(each))]


def _changes(calls: Calls, who: Principal, secret: str) -> Iterator[Intent]:
    for operation, what in _ON_A_SECRET.items():
        yield calls.secret_alone(who, operation, secret, what)
