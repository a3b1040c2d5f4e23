"""What must be denied, by whom it is tried, and which layers deny it.

The attackers are code that runs in one of the functions, whoever administers the account, another
account with all rights of its own, and a service that was told to act for somebody else.
"""

from collections.abc import Iterator

from security.attacks import code, deputies, escalation, keys, network, outsiders, readers, rotators
from security.attacks.attack import Attack
from security.deployment import Deployment

__all__ = ["Attack", "attacks"]


def attacks(deployment: Deployment) -> list[Attack]:
    """List everything that must be denied."""
    return list(_all(deployment))


def _all(deployment: Deployment) -> Iterator[Attack]:
    parts = deployment.parts
    for group in (readers, rotators, code, outsiders, keys, deputies, network, escalation):
        yield from group.attacks(parts)
