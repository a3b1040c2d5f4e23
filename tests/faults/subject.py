"""A database product on the bench: all that scenarios have to know of it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from fakes.product import Document, Product, Session
from tests.faults.first_packets import FirstPackets

if TYPE_CHECKING:
    import trustme

    from database.names import NameLimit
    from database.strategy import UserStrategy
    from fakes.world import World
    from rotated_secret import RotatedSecret
    from tests.faults.settings import Settings
    from tests.postgres_user.impostor import Behaviour

Hold = Callable[["World"], AbstractContextManager[None]]
"""Someone else holds something that a rotation of this world needs."""


class UnavailableError(Exception):
    """A server can't be had on this machine."""


@dataclass(frozen=True)
class Untrusted:
    """A server that is not the right one.

    Attributes:
        behaviour: What it does.
        may_learn: All that it may be sent: that the client wants TLS, or nothing.
    """

    behaviour: Behaviour
    may_learn: Callable[[bytes], bool]


@dataclass(frozen=True)
class Record:
    """What a server has written down of what it was sent.

    Attributes:
        place: Where.
        text: All of it since the bench was opened.
        note: How much there is in it.
        optional: Whether there may be nothing.
    """

    place: str
    text: str
    note: str
    optional: bool = False


class Subject(Product):
    """A server of a database product under test. A scenario names no product: it asks this one.

    Attributes:
        name: Name and version.
        strategies: How its users may be rotated, by name.
        first_packets: What its connections begin with.
        refusals: What its drivers raise when they are not let in, or lose a connection.
        wait: The attribute with the seconds for which a function waits for a server's answer.
        impatience: Attributes of the functions' code and values with which they give up soon.
        versions: Others on which settings are tried.
        workers: How many faults at the same time: more than processors, because they mostly wait.
    """

    name: str
    strategies: ClassVar[Mapping[str, type[UserStrategy[Any]]]]
    first_packets: ClassVar[FirstPackets]
    refusals: ClassVar[tuple[type[Exception], ...]]
    wait: ClassVar[str]
    impatience: ClassVar[Mapping[str, float]]
    versions: ClassVar[tuple[str, ...]]
    workers: ClassVar[int] = 12

    @abstractmethod
    def __init__(self, server: Any) -> None:
        """Lets records begin now.

        Args:
            server: A running server of the product.
        """

    @property
    def name_limit(self) -> NameLimit:
        """Which names of users it tells apart."""
        return self.target.name_limits[self.engine]

    @classmethod
    @abstractmethod
    def started(cls, version: str = "") -> AbstractContextManager[Self]:
        """Starts a server that writes down whatever it is sent.

        Args:
            version: One of `versions`; the usual one if left out.

        Raises:
            UnavailableError: It can't be had here.
        """

    @abstractmethod
    def forget(self) -> None:
        """Lets records begin now: others may have sent passwords as they are."""

    @abstractmethod
    def records(self) -> Iterable[Record]:
        """What the server has written down, place by place."""

    @abstractmethod
    def connect(self, secret: RotatedSecret) -> Session:
        """Logs in as an application on our library."""

    @abstractmethod
    def can_log_in(self, username: str) -> bool:
        """Whether a user of that name could ever log in; not every character can be sent."""

    @abstractmethod
    def create_login(self, username: str, password: str, *, dbname: str) -> None:
        """Someone makes a user of a database, with a password that no record shows."""

    @abstractmethod
    def set_password(self, username: str, password: str) -> None:
        """Someone gives a user another password, which no record shows."""

    @abstractmethod
    def drop_login(self, username: str) -> None:
        """Someone takes a user away."""

    @abstractmethod
    def shut_out(self, username: str) -> None:
        """Someone lets a user log in no more."""

    @abstractmethod
    def let_in(self, username: str) -> None:
        """Undoes that."""

    @abstractmethod
    def lets_in(self, username: str) -> bool:
        """Whether a user is there and not shut out."""

    @abstractmethod
    def strangers(self, world: World) -> list[str]:
        """Names that no secret of an application may hold; not all of them exist."""

    @abstractmethod
    def catalogs(self) -> AbstractContextManager[Callable[[], str]]:
        """Gives what tells the state of all users, rights, settings and objects, as a hash.

        It may use one session for that: nobody else may use the server.
        """

    @abstractmethod
    def holds(self, strategy: str) -> Mapping[str, Hold]:
        """What someone else can hold that a rotation needs, one thing at a time on a server.

        Args:
            strategy: By which it rotates.
        """

    @abstractmethod
    def untrusted(self, known: trustme.CA) -> Mapping[str, Untrusted]:
        """Servers that are not the right one.

        Args:
            known: An authority that the functions trust.
        """

    @abstractmethod
    def silent(self, known: trustme.CA) -> Mapping[str, Behaviour]:
        """Servers that don't answer, or not sensibly, at each stage of a login.

        Args:
            known: An authority that the functions trust.
        """

    @abstractmethod
    def changed_at(self, username: str) -> float:
        """When a user's password took effect, in seconds since 1970, by the server's clock."""

    @abstractmethod
    def create_table(self, owner: Document, table: str) -> None:
        """An application makes a table where its tables are, unless there is one."""

    @abstractmethod
    def insert(self, login: Document, owner: str, table: str) -> str:
        """An application writes to another one's table.

        Args:
            login: Its secret.
            owner: User name of the other one.
            table: The table.

        Returns:
            Why it may not; empty if it may.
        """

    @abstractmethod
    def unmade(self, world: World) -> list[str]:
        """What a first user lacks that it gets together with its login."""

    @abstractmethod
    def excess(self, world: World, owner: str) -> list[str]:
        """What others have too many rights to, after the world's user got access to an owner's."""

    @abstractmethod
    def settings(self, world: World) -> AbstractContextManager[Settings]:
        """What others can set where the world's users log in.

        Args:
            world: A world of its own, whose users exist.
        """
