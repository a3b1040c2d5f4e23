"""What must be denied, by whom it is tried, and which layers deny it.

The attackers are code that runs in one of the functions or on the instance, of this database or of
another one, somebody else's application, whoever administers the account, another account with all
rights of its own, and a service that was told to act for somebody else.

A request of a role of ours for a secret of ours passes the endpoint, whose policy names them by
their paths, so that it has room for any number of them. Who of them gets what is said by their own
policies, by the boundaries, of which every database has one, and by the policies of the secrets:
the layers IDENTITY, BOUNDARY and RESOURCE. ENDPOINT stops whoever is not of ours, and whatever is
not about secrets of ours.
"""

from collections.abc import Iterator, Sequence

from security.attacks import (
    code,
    custom_resources,
    deputies,
    elsewhere,
    escalation,
    foreign,
    keys,
    network,
    noticing,
    outsiders,
    readers,
    rotators,
    trail,
)
from security.attacks.attack import Attack
from security.attacks.needs import Needs
from security.deployment import Deployment
from security.intent import Intent
from security.registry import proofs

__all__ = ["Attack", "attacks"]

_BESIDES_WHAT_IS_NEEDED = (readers, rotators, keys, elsewhere)
_OF_ALL = (
    code,
    custom_resources,
    outsiders,
    foreign,
    deputies,
    network,
    escalation,
    noticing,
    trail,
)


def attacks(deployment: Deployment, purposes: Sequence[Intent]) -> list[Attack]:
    """List everything that must be denied.

    Args:
        deployment: What it is asked of.
        purposes: What must be allowed.
    """
    return list(_all(deployment, Needs(purposes)))


def _all(deployment: Deployment, needs: Needs) -> Iterator[Attack]:
    parts = deployment.parts
    for each in _BESIDES_WHAT_IS_NEEDED:
        yield from each.attacks(parts, needs)
    for group in _OF_ALL:
        yield from group.attacks(parts)
    for proof in proofs():
        yield from proof.attacks(parts)
