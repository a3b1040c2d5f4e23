"""What a strategy asks of a SQL database; one implementation per product."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum, auto
from types import TracebackType
from typing import TYPE_CHECKING, ClassVar, Self

from database.credential import Credential
from database.names import NameLimit, Pair
from rotation.deadline import Deadline
from rotation.errors import CredentialRefusedError, UnsuitableError
from rotation.secret_text import SecretText

if TYPE_CHECKING:
    from database.access import AccessChange


class Standing(Enum):
    """What is known about the second user of a pair before anything is changed."""

    ABSENT = auto()
    """No user of that name exists."""

    PROVEN = auto()
    """It bears the secret's mark, which only an admin can have set."""

    UNPROVEN = auto()
    """It exists, and nothing at the database tells whose it is."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What keeps two users from being equal, and hinders no rotation.

    Attributes:
        cause: What differs and why.
        remedy: What a person can do about it.
    """

    cause: str
    remedy: str


class Twins(ABC):
    """What is known about a pair under the fence, and how they become equal."""

    @abstractmethod
    def standing(self, username: str) -> Standing:
        """Tells whether one of the two exists and is proven to belong to the secret.

        Args:
            username: The one that the secret does not hold now.
        """

    @abstractmethod
    def marked_by(self) -> str | None:
        """ARN of the secret whose mark the clone bears, if it bears one."""

    @abstractmethod
    def claim(self) -> str:
        """What an admin runs to give the pair to the secret."""

    @abstractmethod
    def shut_out(self, username: str) -> str | None:
        """Why one of the two is not let in, whatever its password is: a sentence, unended."""

    @abstractmethod
    def renewal(self, username: str) -> str:
        """What an admin runs to undo that."""

    @abstractmethod
    def make_equal(self, username: str, password: SecretText) -> Sequence[Difference]:
        """Makes the clone the twin of the base, and creates it if there is none.

        Whichever of the two logs in, it can do the same things to the same objects, those that
        the other one made included, and gets the same settings. It also sets the secret's mark.

        Args:
            username: The one of the two that rests.
            password: What it is about to be given. Where a database can't create the clone and mark
                it in one change, this is the clone's from the first moment on, and so the proof
                whose it is.

        Returns:
            What could not be made equal.

        Raises:
            RefusedChangeError: The session may not do that.
            BusyError: Someone else uses what has to change.
        """

    @abstractmethod
    def hand_over(self) -> bool:
        """Makes the base the owner of what the clone owns, as much as fits into one transaction.

        Where a database knows no owners, there is nothing to do.

        Returns:
            Whether that was all. If not, leave the fence, and begin again.

        Raises:
            RefusedChangeError: The session may not do that.
            BusyError: Someone else uses what has to change.
        """


class Target(ABC):
    """A session of one database user; use it as a context manager.

    Attributes:
        engines: Accepted values of the secret's `engine`, each with its usual port.
        default_database: The database to log in to if the secret names none; empty for none.
        name_limits: Which names of users it tells apart, for each of `engines`.
    """

    engines: ClassVar[Mapping[str, int]]
    default_database: ClassVar[str]
    name_limits: ClassVar[Mapping[str, NameLimit]]

    @classmethod
    def credential(cls, text: SecretText, whose: str) -> Credential:
        """Reads a secret as this database's.

        Args:
            text: Its content.
            whose: Where it comes from.

        Raises:
            BadSecretError: It can't be used.
        """
        return Credential.parse(text, whose=whose, engines=cls.engines, dbname=cls.default_database)

    @classmethod
    def name_limit(cls, credential: Credential) -> NameLimit:
        """Which names of users the credential's database tells apart."""
        return cls.name_limits[credential.engine]

    @classmethod
    def pair(cls, credential: Credential) -> Pair:
        """The pair to which a credential's user belongs.

        Raises:
            BadSecretError: See `Pair.of`.
        """
        return Pair.of(credential.username, cls.name_limit(credential))

    @classmethod
    def accepts(cls, credential: Credential, *, owner: str, deadline: Deadline) -> bool:
        """Whether the database lets a credential log in: the writer knows, readers are behind it.

        Raises:
            TargetError: It can't be told.
        """
        try:
            with cls.connect(credential.at_writer(), owner=owner, deadline=deadline) as session:
                session.prove()
        except CredentialRefusedError:
            return False
        return True

    @classmethod
    @abstractmethod
    def connect(cls, credential: Credential, *, owner: str, deadline: Deadline) -> Self:
        """Logs in, over verified TLS only.

        Args:
            credential: Who, with what, where.
            owner: For what it is done; sessions with the same owner don't end each other.
            deadline: The session ends then at the latest, whatever it waits for.

        Raises:
            CredentialRefusedError: The database does not accept the credential.
            UntrustedServerError: The server is not proven to be the right one.
            UnreachableError: It does not answer.
        """

    @classmethod
    @abstractmethod
    def prove_alternation(cls, credential: Credential, *, owner: str, deadline: Deadline) -> None:
        """Logs in, and shows that this server can keep twins equal. It changes nothing.

        Args:
            credential: See `connect`.
            owner: See `connect`.
            deadline: See `connect`.

        Raises:
            UnequalTwinsError: It can't.
            TargetError: As `connect`.
        """

    @abstractmethod
    def close(self) -> None:
        """Ends the session."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @abstractmethod
    def prove(self) -> None:
        """Shows that the session is usable.

        Raises:
            UnreachableError: It is not.
        """

    @abstractmethod
    def fenced(self, base: str) -> AbstractContextManager[None]:
        """Keeps all other writers of the pair out, as long as the session lasts or until the end.

        A session of another owner that holds the fence is ended rather than waited for: its late
        packets then can't do harm any more.

        What is changed within may take effect at once and one by one: MySQL commits with each
        statement about a user. So everything within has to bear being done again from the start
        after it was left at any point, and may refuse AWSCURRENT at none. Where the database can do
        better, all happens together or not at all: PostgreSQL does.

        Args:
            base: First user of the pair that is to be changed; the fence is around it.

        Raises:
            BusyError: Someone of the same owner, or no one of ours, holds it for too long.
        """

    @abstractmethod
    def needs_admin(self) -> UnsuitableError | None:
        """Why the session's user can't give itself a password as `change_password` does.

        Returns:
            None if it can. Else an admin has to, and this is the error where none can be had.
        """

    @abstractmethod
    def change_password(self, username: str, password: SecretText) -> None:
        """Gives a user a password, without showing it to the server; no other one is accepted then.

        Raises:
            RefusedChangeError: The session may not do that.
            BusyError: Someone else is changing the user.
        """

    @abstractmethod
    def twins(self, pair: Pair, secret: str) -> Twins:
        """Reads what is known about a pair, to be called under the fence.

        Args:
            pair: The two.
            secret: ARN of the secret.
        """

    @abstractmethod
    def prove_twin(self, pair: Pair) -> None:
        """Shows that the session, which is one of the pair's, does what one of the base would.

        Raises:
            UnequalTwinsError: It does not.
        """

    @abstractmethod
    def change_access(self, username: str, change: AccessChange) -> Sequence[Difference]:
        """Lets a user read or write what others own, or no more. Any number of times.

        It covers what they own in the session's database, whatever its schema is, and what they
        create later. A session that changes the same owner is waited for.

        Args:
            username: Who gets the access; the first of a pair.
            change: To what, and what a deployment gave before.

        Returns:
            What keeps the user from using it.

        Raises:
            GoneError: The owner does not exist.
            NotOursError: The owner is no login of an application.
            RefusedChangeError: The session may not do that.
            BusyError: Someone else changes the same.
        """

    @abstractmethod
    def create_user(self, username: str, password: SecretText) -> None:
        """Creates a login with a schema of its own; it is let in when all of that is done.

        What an earlier run with the same password left unfinished is finished.

        Args:
            username: Its name.
            password: Its password, which is not shown to the server.

        Raises:
            NotOursError: It exists already.
            RefusedChangeError: The session may not do that.
        """


class DualTarget(Target):
    """A session at a database whose users may have two passwords at once."""

    @abstractmethod
    def add_password(self, username: str, password: SecretText, *, beside: SecretText) -> None:
        """Gives a user a second password, without showing it to the server.

        Afterwards the two are accepted and no others. At no instant is one of them refused that
        was accepted before, and if both are accepted already, nothing changes.

        Args:
            username: The user.
            password: The new one.
            beside: The one that it has, which goes on being accepted; it is set again where it is
                not accepted.

        Raises:
            NotOursError: More than one account has that name.
            RefusedChangeError: The session may not do that.
            BusyError: Someone else is changing the user.
        """
