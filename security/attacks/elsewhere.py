"""Sessions of functions and of the instance, carried out of the network."""

from collections.abc import Iterator
from dataclasses import replace

from security.attacks.attack import RESOURCE, Attack, refused
from security.parts import Parts
from security.purposes import functions, instance, rotation


def attacks(parts: Parts, *, strategy: str) -> Iterator[Attack]:
    """List what whoever steals such a session tries from a machine of their own.

    Args:
        parts: Of the deployment.
        strategy: How the application secret is rotated.
    """
    for intent in (
        *rotation.purposes(parts, strategy=strategy),
        *functions.purposes(parts),
        *instance.purposes(parts),
    ):
        if intent.action.startswith("secretsmanager:"):
            what = "use a stolen session from elsewhere"
            yield from refused(replace(intent, what=what, endpoint=""), RESOURCE)
