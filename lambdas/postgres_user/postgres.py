"""PostgreSQL as a target of rotation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, Self

from database.credential import Credential
from database.names import Pair
from database.target import Standing, Target
from postgres_user import fence, first_user, twins
from postgres_user.sql import identifier, literal
from rotation.deadline import Deadline
from rotation.secret_text import SecretText

if TYPE_CHECKING:
    from postgres_user.connection import Connection

STATEMENT_SECONDS = 4.0
LOCK_SECONDS = 3.0


class Postgres(Target):
    """A session of one PostgreSQL user (13 and newer)."""

    engines: ClassVar[Mapping[str, int]] = {"postgres": 5432, "aurora-postgresql": 5432}
    default_database = "postgres"
    longest_name = 63  # bytes: https://www.postgresql.org/docs/current/limits.html

    def __init__(self, connection: Connection, owner: str, deadline: Deadline) -> None:
        """Takes over what `connect` opened."""
        self._connection = connection
        self._owner = owner
        self._deadline = deadline

    @classmethod
    def connect(cls, credential: Credential, *, owner: str, deadline: Deadline) -> Self:
        """Logs in; see `Target.connect`."""
        from postgres_user.connection import Connection  # noqa: PLC0415  # see its docstring

        connection = Connection(
            credential, session_name=fence.session_name(owner), deadline=deadline
        )
        return cls(connection, owner, deadline)

    def close(self) -> None:
        """Ends the session."""
        self._connection.close()

    def prove(self) -> None:
        """Runs a statement that needs nothing."""
        self._connection.run("SELECT 1", doing="answer")

    @contextmanager
    def fenced(self, base: str) -> Iterator[None]:
        """Opens the transaction of `postgres_user.fence`."""
        fence.begin(
            self._connection.run,
            base,
            self._owner,
            lock_seconds=self._deadline.at_most(LOCK_SECONDS),
            statement_seconds=self._deadline.at_most(STATEMENT_SECONDS),
        )
        # On an error the session ends without a commit, and the server undoes everything.
        yield
        self._connection.run("COMMIT", doing="commit")

    def change_password(self, username: str, password: SecretText) -> None:
        """Sends a SCRAM verifier."""
        from postgres_user.scram import verifier  # noqa: PLC0415  # as the driver

        self._connection.run(
            f"ALTER ROLE {identifier(username)} PASSWORD {literal(verifier(password))}",
            doing=f"change the password of {username}",
        )

    def standing(self, username: str, pair: Pair, secret: str) -> Standing:
        """Looks for the user and the mark; see `postgres_user.twins`."""
        return twins.standing(self._connection.run, username, pair, secret)

    def make_equal(self, pair: Pair, secret: str) -> None:
        """Makes the clone the twin; see `postgres_user.twins`."""
        twins.make_equal(self._connection.run, pair, secret)

    def create_user(self, username: str) -> None:
        """Creates the login and its schema; see `postgres_user.first_user`."""
        first_user.create(self._connection.run, username)
