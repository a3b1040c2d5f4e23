"""What everything in the stacks is for: requests that must be allowed.

They are written down independently of the policies, from what the code does and from what AWS's
services are documented to ask for. A permission that no purpose needs is one too many.
"""

from collections.abc import Iterator

from security.deployment import Deployment
from security.intent import Intent
from security.purposes import functions, keys, lambda_, noticing, services, trail
from security.registry import proofs


def purposes(deployment: Deployment) -> list[Intent]:
    """List everything that must be allowed.

    Args:
        deployment: What it is asked of.
    """
    return list(_all(deployment))


def _all(deployment: Deployment) -> Iterator[Intent]:
    parts = deployment.parts
    for proof in proofs():
        yield from proof.purposes(parts)
    yield from functions.purposes(parts)
    for name in parts.functions():
        yield from lambda_.purposes(parts, name)
    for group in (services, noticing, keys, trail):
        yield from group.purposes(parts)
