"""What must be denied, by whom it is tried, and which layers deny it.

The attackers are code that runs in one of the functions or on the instance, whoever administers the
account, another account with all rights of its own, and a service that was told to act for somebody
else.
"""

from collections.abc import Iterator

from security.attacks import (
    access_key,
    code,
    custom_resources,
    deputies,
    elsewhere,
    escalation,
    instance,
    keys,
    network,
    noticing,
    outsiders,
    readers,
    rotators,
)
from security.attacks.attack import Attack
from security.deployment import Deployment

__all__ = ["Attack", "attacks"]

_GROUPS = (
    rotators,
    code,
    custom_resources,
    outsiders,
    keys,
    deputies,
    network,
    escalation,
    noticing,
)


def attacks(deployment: Deployment, *, strategy: str) -> list[Attack]:
    """List everything that must be denied.

    Args:
        deployment: What it is asked of.
        strategy: How the application secret is rotated.
    """
    return list(_all(deployment, strategy))


def _all(deployment: Deployment, strategy: str) -> Iterator[Attack]:
    parts = deployment.parts
    yield from readers.attacks(parts, strategy=strategy)
    yield from elsewhere.attacks(parts, strategy=strategy)
    for group in _GROUPS:
        yield from group.attacks(parts)
    yield from instance.attacks(parts)
    yield from access_key.attacks(parts)
