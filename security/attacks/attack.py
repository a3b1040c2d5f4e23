"""A request that must be denied."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from local.policies import Layer
from security.intent import Intent

IDENTITY = Layer.IDENTITY
RESOURCE = Layer.RESOURCE
KEY = Layer.KEY
TRUST = Layer.TRUST
ENDPOINT = Layer.ENDPOINT
BOUNDARY = Layer.BOUNDARY


@dataclass(frozen=True)
class Attack:
    """An intent and the layers that must refuse it.

    Attributes:
        intent: What is tried.
        refused_by: All layers that refuse it, each even if it were the only one.
    """

    intent: Intent
    refused_by: frozenset[Layer]


def refused(intents: Intent | Iterable[Intent], *layers: Layer) -> Iterator[Attack]:
    """Say which layers must refuse each of some intents."""
    for intent in [intents] if isinstance(intents, Intent) else intents:
        yield Attack(intent, frozenset(layers))
