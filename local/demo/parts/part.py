"""The contract of what the demonstration shows besides rotations."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from local.demo.attempt import Attempts
from local.demo.rotating import Rotating
from local.local_aws import LocalAws


@dataclass(frozen=True)
class Stage:
    """What a part finds.

    Attributes:
        aws: Where it plays.
        outputs: The outputs of what is deployed, by name.
        consumed: The login of the sample consumer.
        attempts: Where it writes down what was tried.
    """

    aws: LocalAws
    outputs: Mapping[str, str]
    consumed: Rotating
    attempts: Attempts


class Part(Protocol):
    """Somebody who has to do with what rotates, such as whoever uses a kind of credential."""

    def settings(self, given: Mapping[str, str], aws: LocalAws) -> Mapping[str, str]:
        """Say with which settings of the app it can be shown, and start what they name.

        Args:
            given: The settings that somebody has given, which win.
            aws: Where it is going to be shown; keeps what is started until it ends itself.
        """

    def prepare(self, aws: LocalAws) -> None:
        """Make what those settings name, while the app is synthesized."""

    def show(self, stage: Stage) -> AbstractContextManager[None]:
        """Show it while every secret rotates; nothing if what it is about was not deployed.

        Raises:
            NotAsIntendedError: Somebody was refused what he may do, or was let do what he must not.
        """
