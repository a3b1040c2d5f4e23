"""Remedies, as every product's tests follow them to the letter."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import pytest

from fakes.product import Document
from fakes.world import World
from rotation.errors import RotationError

SomeWorld = TypeVar("SomeWorld", bound=World)


@dataclass(frozen=True)
class Case(Generic[SomeWorld]):
    """What is wrong, what the error says, and what its remedy tells to do.

    Attributes:
        remedy: A part of it.
        spoil: What is wrong; it gets what is AWSCURRENT.
        follow: What the remedy says; the same.
        strategy: By which rotations end in the error.
    """

    remedy: str
    spoil: Callable[[SomeWorld, Document], Any]
    follow: Callable[[SomeWorld, Document], Any]
    strategy: str = "alternating"


def attempt(world: World, handler: Callable[..., None]) -> RotationError:
    """A rotation that ends in an error of ours."""
    with pytest.raises(RotationError) as caught:
        world.rotate(handler)
    return caught.value


def put(world: World, **changes: object) -> None:
    """A person writes the secret's current version; None takes a field out."""
    document = {**world.document(), **changes}
    world.secrets.put(world.arn, "AWSCURRENT", {k: v for k, v in document.items() if v is not None})
