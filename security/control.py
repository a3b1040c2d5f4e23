"""A control of an auditor."""

from collections.abc import Callable
from dataclasses import dataclass

from security.evidence import Find
from stacks.settings import Settings


def always(_: Settings) -> bool:
    """A control that is the stack's to satisfy whatever the settings are."""
    return True


@dataclass(frozen=True)
class Control:
    """A control.

    Attributes:
        id: As the standard has it.
        meaning: What it asks for.
        find: Finds what satisfies it.
        applies: Whether it is about what the stack makes: a network, a topic or a server that
            exists already is its owner's.
    """

    id: str
    meaning: str
    find: Find
    applies: Callable[[Settings], bool] = always
