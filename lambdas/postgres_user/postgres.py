"""PostgreSQL as a target of rotation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, ClassVar, Self

from database.credential import Credential
from database.names import NameLimit, Pair
from database.target import Difference, Target, Twins
from postgres_user import acting, fence
from postgres_user.sql import Run, identifier, literal
from postgres_user.twins import PostgresTwins
from rotation.deadline import Deadline
from rotation.errors import UnsuitableError
from rotation.secret_text import SecretText

if TYPE_CHECKING:
    from database.access import AccessChange
    from postgres_user.connection import Connection


def create_first_user(run: Run, username: str, password: SecretText) -> None:
    """Creates a login, and a schema of its name that it owns.

    The schema is found by the default `search_path`, whose first entry is "$user". To make one for
    another user, the admin has to be a member of it for a moment: CREATEROLE alone gives it the
    right to grant itself that, and no more (createrole_self_grant is empty on RDS).
    https://www.postgresql.org/docs/current/sql-createschema.html

    Args:
        run: The admin's session, in a transaction.
        username: Name of user and schema.
        password: The user's.

    Raises:
        NotOursError: The user exists already.
        UnsuitableError: The admin may not create schemas.
        RefusedChangeError: The session may not do that.
    """
    [[may, here, admin]] = run(
        "SELECT has_database_privilege(session_user, current_database(), 'CREATE'),"
        " current_database(), session_user",
        doing="tell what the admin may do",
    )
    if not may:
        raise UnsuitableError(
            f"The admin {admin} may not create a schema for {username} in the database {here}",
            remedy="Run as the database's owner: GRANT CREATE ON DATABASE"
            f" {identifier(here)} TO {identifier(admin)}",
        )
    name = identifier(username)
    run(
        f"CREATE ROLE {name} LOGIN PASSWORD {_verifier(password)};"
        f" GRANT {name} TO CURRENT_USER;"
        f" CREATE SCHEMA {name} AUTHORIZATION {name};"
        f" REVOKE {name} FROM CURRENT_USER",
        doing=f"create the user {username} and its schema",
    )


def _verifier(password: SecretText) -> str:
    from postgres_user.scram import verifier  # noqa: PLC0415  # as the driver

    return literal(verifier(password))


STATEMENT_SECONDS = 4.0
LOCK_SECONDS = 3.0


class Postgres(Target):
    """A session of one PostgreSQL user (13 and newer)."""

    engines: ClassVar[Mapping[str, int]] = {"postgres": 5432, "aurora-postgresql": 5432}
    default_database = "postgres"
    name_limits: ClassVar[Mapping[str, NameLimit]] = dict.fromkeys(engines, NameLimit(63, "bytes"))
    """https://www.postgresql.org/docs/current/limits.html"""

    def __init__(self, connection: Connection, owner: str, deadline: Deadline) -> None:
        """Takes over what `connect` opened."""
        self._connection = connection
        self._owner = owner
        self._deadline = deadline

    @classmethod
    def connect(cls, credential: Credential, *, owner: str, deadline: Deadline) -> Self:
        """Logs in; see `Target.connect`."""
        return cls._open(credential, owner, deadline, acting_as=None)

    @classmethod
    def prove_alternation(cls, credential: Credential, *, owner: str, deadline: Deadline) -> None:
        """Logs in as acting as oneself, which everybody may; see `postgres_user.acting`."""
        user = credential.username
        with cls._open(credential, owner, deadline, acting_as=user) as session:
            acting.must_last(session._connection.run, user)  # noqa: SLF001  # our own

    @classmethod
    def _open(
        cls, credential: Credential, owner: str, deadline: Deadline, *, acting_as: str | None
    ) -> Self:
        from postgres_user.connection import Connection  # noqa: PLC0415  # see its docstring

        name = fence.session_name(owner)
        connection = Connection(
            credential, session_name=name, deadline=deadline, acting_as=acting_as
        )
        return cls(connection, owner, deadline)

    def close(self) -> None:
        """Ends the session."""
        self._connection.close()

    def prove(self) -> None:
        """Runs a statement that needs nothing."""
        self._connection.run("SELECT 1", doing="answer")

    def fenced(self, base: str) -> AbstractContextManager[None]:
        """Opens the transaction of `postgres_user.fence`."""
        return self._transaction(fence.begin, base)

    def _in_turn(self, base: str) -> AbstractContextManager[None]:
        """Opens a transaction that waits for the fence, and that no rotation ends."""
        return self._transaction(fence.wait_in_turn, base)

    @contextmanager
    def _transaction(self, begin: fence.Begin, base: str) -> Iterator[None]:
        begin(
            self._connection.run,
            base,
            self._owner,
            lock_seconds=self._deadline.at_most(LOCK_SECONDS),
            statement_seconds=self._deadline.at_most(STATEMENT_SECONDS),
        )
        # On an error the session ends without a commit, and the server undoes everything.
        yield
        self._connection.run("COMMIT", doing="commit")

    def needs_admin(self) -> None:
        """Every user may."""

    def change_password(self, username: str, password: SecretText) -> None:
        """Sends a SCRAM verifier."""
        self._connection.run(
            f"ALTER ROLE {identifier(username)} PASSWORD {_verifier(password)}",
            doing=f"change the password of {username}",
        )

    def twins(self, pair: Pair, secret: str) -> Twins:
        """Reads the two; see `postgres_user.twins`."""
        return PostgresTwins(self._connection.run, pair, secret)

    def prove_twin(self, pair: Pair) -> None:
        """Compares as whom the two act; see `postgres_user.acting`."""
        acting.must_be_equal(self._connection.run, pair)

    def change_access(self, username: str, change: AccessChange) -> Sequence[Difference]:
        """Grants and revokes as the owner; see `postgres_user.access`."""
        from postgres_user import access  # noqa: PLC0415  # no rotation needs it

        run, base = self._connection.run, change.owner.base
        differences: list[Difference] = []
        with self._in_turn(base):
            owners = access.owners(run, change)
            for owner in owners:
                access.change_defaults(run, owner, username, change)
                if change.now:
                    differences.extend(access.out_of_reach(run, owner, username))
            if change.now:
                differences.extend(access.without_effect(run, username))
        for owner in owners:
            after: int | None = 0
            while after is not None:
                with self._in_turn(base):
                    after = access.change_existing(run, owner, username, change, after=after)
        return differences

    def create_user(self, username: str, password: SecretText) -> None:
        """Creates the login and its schema, both or none; see `postgres_user.postgres`."""
        create_first_user(self._connection.run, username, password)
