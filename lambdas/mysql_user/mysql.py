"""MySQL and MariaDB as a target of rotation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Self

from database.credential import Credential
from database.names import NameLimit, Pair, base_of
from database.target import Difference, DualTarget, Twins
from mysql_user import fence
from rotation.deadline import Deadline
from rotation.errors import GoneError, UnsuitableError
from rotation.secret_text import SecretText

if TYPE_CHECKING:
    from database.access import AccessChange
    from mysql_user.connection import Connection
    from mysql_user.product import Product
    from mysql_user.sql import Run
    from mysql_user.user import User

LOCK_SECONDS = 3.0

_NEEDED = ("SELECT", "CREATE USER")
"""What an admin has on everything; and, to pass on, whatever applications are granted."""

_ALTERED = re.compile(r" \Z|[^\0-\uffff]")
"""Spaces at the end are cut, and what is not in the basic plane of Unicode becomes a question mark:
the name is then that of another user."""


class MySQL(DualTarget):
    """A session of one user of MySQL (8.0.36 and newer) or MariaDB (10.6 and newer)."""

    engines: ClassVar[Mapping[str, int]] = {"mysql": 3306, "mariadb": 3306, "aurora-mysql": 3306}
    default_database = ""
    name_limits: ClassVar[Mapping[str, NameLimit]] = {
        "mysql": NameLimit(32, "characters", _ALTERED),
        "mariadb": NameLimit(80, "characters", _ALTERED),
        "aurora-mysql": NameLimit(32, "characters", _ALTERED),
    }
    """https://dev.mysql.com/doc/refman/8.4/en/user-names.html, https://mariadb.com/kb/en/identifier-names/"""

    def __init__(
        self, connection: Connection, credential: Credential, owner: str, deadline: Deadline
    ) -> None:
        """Takes over what `connect` opened."""
        from mysql_user.product import product_of  # noqa: PLC0415  # as the driver

        self._connection = connection
        self._run: Run = connection.run
        self._product: Product = product_of(mariadb=connection.mariadb)
        self._credential = credential
        self._owner = owner
        self._deadline = deadline
        self._alters_users: bool | None = None

    @classmethod
    def connect(cls, credential: Credential, *, owner: str, deadline: Deadline) -> Self:
        """Logs in; see `Target.connect`."""
        from mysql_user.connection import Connection  # noqa: PLC0415  # see its docstring

        return cls(Connection(credential, deadline=deadline), credential, owner, deadline)

    @classmethod
    def accepts(cls, credential: Credential, *, owner: str, deadline: Deadline) -> bool:
        """Asks for the password alone, in no schema: the rights may be still to be given."""
        return super().accepts(replace(credential, dbname=""), owner=owner, deadline=deadline)

    @classmethod
    def prove_alternation(cls, credential: Credential, *, owner: str, deadline: Deadline) -> None:
        """Logs in: every server can keep twins equal."""
        with cls.connect(credential, owner=owner, deadline=deadline):
            pass

    def close(self) -> None:
        """Ends the session, and with it its locks."""
        self._connection.close()

    def prove(self) -> None:
        """Nothing more: the server has answered what the session began with."""

    @contextmanager
    def fenced(self, base: str) -> Iterator[None]:
        """Holds the lock of `mysql_user.fence`; after an error until the session ends."""
        fence.enter(
            self._run,
            base,
            self._owner,
            self._credential.username,
            seconds=self._deadline.at_most(LOCK_SECONDS),
        )
        yield
        fence.leave(self._run)

    @contextmanager
    def _in_turn(self, base: str) -> Iterator[None]:
        """Waits for the lock, and is not ended by a rotation."""
        fence.wait_in_turn(self._run, base, seconds=self._deadline.at_most(LOCK_SECONDS))
        yield
        fence.leave(self._run)

    def needs_admin(self) -> UnsuitableError | None:
        """Who may alter users does not, and on MariaDB nobody who has one password.

        Of two, SET PASSWORD replaces the first, and nothing takes the other one away.
        """
        if self._may_alter_users():
            return None
        if not self._product.takes_own_verifier:
            return UnsuitableError(
                f"The server takes the own password of {self._credential.username} in the clear"
                " alone, so that an admin has to change it",
                remedy="Let masterarn in the secret name the admin's secret, and let the function"
                " read that one",
            )
        own = self._own()
        if len(own.methods) == 1:
            return None
        own.plugin(self._product.plugins)  # of several kinds is no user of ours
        return _has_several_passwords(own, self._credential)

    def change_password(self, username: str, password: SecretText) -> None:
        """Sends a verifier for the way in which the user proves itself."""
        plugins = self._product.plugins
        if username == self._credential.username and not self._may_alter_users():
            plugin = self._own().plugin(plugins)
            statements = self._product.replacing_own(password, plugin)
        else:
            user = self._user(username)
            statements = self._product.replacing(user, password, user.plugin(plugins))
        for statement in statements:
            self._run(statement, doing=f"change the password of {username}")

    def add_password(self, username: str, password: SecretText, *, beside: SecretText) -> None:
        """Sends a verifier; see `mysql_user.product`."""
        user = self._user(username)
        plugin = user.plugin(self._product.plugins)
        for statement in self._product.adding(self._run, user, password, beside, plugin):
            self._run(statement, doing=f"give {username} a second password")

    def twins(self, pair: Pair, secret: str) -> Twins:
        """Reads the two; see `mysql_user.twins`."""
        from mysql_user.twins import MySQLTwins  # noqa: PLC0415  # one strategy needs it

        return MySQLTwins(self._run, self._product, pair, secret)

    def prove_twin(self, pair: Pair) -> None:
        """Nothing more: an admin has compared the two, and a user sees itself alone."""

    def change_access(self, username: str, change: AccessChange) -> Sequence[Difference]:
        """Grants and revokes on the owner's schemas; see `mysql_user.access`."""
        from mysql_user import access  # noqa: PLC0415  # no rotation needs it

        with self._in_turn(username):
            return access.change(self._run, self._product, username, change)

    def create_user(self, username: str, password: SecretText) -> None:
        """Creates the login and its schema; see `mysql_user.first_user`."""
        from mysql_user import first_user  # noqa: PLC0415  # no rotation needs it

        schema = self._credential.dbname or base_of(username)
        first_user.create(self._run, self._product, username, schema, password)

    def lacks(self) -> list[str]:
        """Which rights the session's user lacks that an admin has to have."""
        has = {right.what for right in self._product.rights(self._run)}
        return [] if "ALL PRIVILEGES" in has else [what for what in _NEEDED if what not in has]

    def is_read_only(self) -> bool:
        """Whether the server refuses changes: a replica, or a cluster's reader."""
        [[read_only, innodb]] = self._run(
            "SELECT @@GLOBAL.read_only, @@GLOBAL.innodb_read_only", doing="tell what it is"
        )
        return bool(read_only or innodb)

    def _may_alter_users(self) -> bool:
        """Asked once in a session: by the strategy, and then by the change of the password.

        No `cached_property`: before Python 3.12 one session that waits for an answer would keep
        those of all threads waiting, and longer than their deadlines.
        """
        if self._alters_users is None:
            rights = self._product.rights(self._run)
            everything = {"CREATE USER", "ALL PRIVILEGES"}
            self._alters_users = any(right.what in everything for right in rights)
        return self._alters_users

    def _user(self, username: str) -> User:
        from mysql_user.user import User  # noqa: PLC0415  # as the driver

        user = User.read(self._run, username)
        if user is None:
            raise GoneError(
                f"The user {username} does not exist",
                remedy="Create it again with the secret's password and its rights, or correct"
                " username in the secret",
            )
        return user

    def _own(self) -> User:
        """The session's own user, which needs no rights to see itself."""
        from mysql_user.user import User  # noqa: PLC0415  # as the driver

        [[name]] = self._run("SELECT CURRENT_USER()", doing="tell who it is")
        username, _, host = name.rpartition("@")
        return User.of(self._run, username, host)


def _has_several_passwords(user: User, login: Credential) -> UnsuitableError:
    ways = len(user.methods)
    number, plugin = next(
        (number, method.plugin)
        for number, method in enumerate(user.methods, start=1)
        if method.accepts(login.password)
    )
    return UnsuitableError(
        f"The user {user.name} has {ways} passwords, as the strategy dual leaves it, and may not"
        " take one away itself",
        remedy=f"Leave it that of {login.whose}, as an admin: ALTER USER {user.account} IDENTIFIED"
        f" VIA {plugin} USING '...', with the text that is number {number} of the {ways} which SHOW"
        f" CREATE USER {user.account} shows after USING",
    )
