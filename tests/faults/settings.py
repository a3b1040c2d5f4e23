"""Settings that others can make where an application's users log in."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Hostile:
    """A setting with a value.

    Attributes:
        scope: For whom it is set; one of `Settings.scopes`.
        name: Its name.
        value: What it is set to.
    """

    scope: str
    name: str
    value: str

    def __str__(self) -> str:
        return f"{self.name} = {self.value!r} on {self.scope}"


class Settings(ABC):
    """All settings of a server that apply when one of a world's users or its admin logs in.

    Attributes:
        scopes: For whom something can be set.
        alone: Settings that end every login, so that no other one is noticed beside them.
    """

    scopes: tuple[str, ...]
    alone: frozenset[str] = frozenset()

    @abstractmethod
    def values(self, scope: str) -> Mapping[str, list[str]]:
        """Odd and hostile values of each setting that can be made there, by its name."""

    @abstractmethod
    def set(self, case: Hostile) -> bool:
        """Sets it; tells whether the server has taken it."""

    @abstractmethod
    def reset(self) -> None:
        """Takes all of them away."""

    @abstractmethod
    def state(self) -> frozenset[str]:
        """What a rotation leaves as it is, settings apart: rights, marks, who owns what."""

    @abstractmethod
    def verifiers(self) -> Mapping[str, str]:
        """What the server keeps of the passwords of the two users and their admin, by user."""

    @abstractmethod
    def knows(self, username: str, password: str) -> bool:
        """Whether it is a user's password, whatever else hinders a login."""

    @abstractmethod
    def drop_clone(self) -> None:
        """Takes the second user away, which the next rotation has to make."""

    @abstractmethod
    def drop_login(self, username: str) -> None:
        """Takes another application's first user away, with all that is its."""

    @abstractmethod
    def untold(self, log: str) -> list[str]:
        """Settings in which the two users differ, and that a function's log does not name."""

    @abstractmethod
    def names(self, error: str, name: str) -> bool:
        """Whether an error of ours says which setting is in the way."""
