"""What everything in the stack is for: requests that must be allowed.

They are written down independently of the policies, from what the code does and from what AWS's
services are documented to ask for. A permission that no purpose needs is one too many.
"""

from collections.abc import Iterator

from security.deployment import Deployment
from security.intent import Intent
from security.purposes import (
    access_key,
    functions,
    instance,
    keys,
    lambda_,
    noticing,
    rotation,
    services,
)


def purposes(deployment: Deployment, *, strategy: str) -> list[Intent]:
    """List everything that must be allowed.

    Args:
        deployment: What it is asked of.
        strategy: How the application secret is rotated.
    """
    return list(_all(deployment, strategy))


def _all(deployment: Deployment, strategy: str) -> Iterator[Intent]:
    parts = deployment.parts
    yield from rotation.purposes(parts, strategy=strategy)
    yield from functions.purposes(parts)
    yield from access_key.purposes(parts)
    for name in parts.functions():
        yield from lambda_.purposes(parts, name)
    yield from services.purposes(parts)
    yield from noticing.purposes(parts)
    yield from keys.purposes(parts)
    yield from instance.purposes(parts)
