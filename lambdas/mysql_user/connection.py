"""A connection to MySQL or MariaDB, in our own terms.

It is imported at the first login: createSecret, which every cold start is, does without it.
"""

import contextlib
import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pymysql.err import Error, MySQLError

from database.credential import Credential
from database.hard_end import HardEnd
from database.network import reach, unreachable, untrusted
from database.trust import verified_context
from mysql_user import start_up
from mysql_user.failures import OPERATION_FAILED, failure
from mysql_user.login import Driver, OtherWayError
from rotated_secret.discretion import without_frames
from rotation.deadline import Deadline
from rotation.errors import (
    CredentialRefusedError,
    RefusedChangeError,
    TargetError,
)

WAIT_SECONDS = 5.0
"""Longest wait for a packet; longer than a statement may take, so that the server tells why."""

_BROKEN = (Error, OSError)
_GARBLED = (
    AssertionError, AttributeError, IndexError, KeyError, RuntimeError, TypeError, ValueError,
    struct.error,
)  # fmt: skip
"""What the driver raises when it is answered with something that is not MySQL's protocol, or is
asked for a file of this machine (LOAD DATA LOCAL)."""

_NO_TLS = 2026
"""The driver's code for a server that does not offer TLS."""


class Connection:
    """An open connection.

    Attributes:
        mariadb: Whether the server is MariaDB.
    """

    def __init__(self, credential: Credential, *, deadline: Deadline) -> None:
        """Logs in.

        The session enters the schema that the secret names; an admin's enters none, because a
        login's schema need not exist yet.

        Args:
            credential: Who, with what, where.
            deadline: The connection is broken then, whatever it waits for.

        Raises:
            TargetError: See `database.target.Target.connect`.
        """
        server = f"{credential.host}:{credential.port}"
        doing = f"let {credential.username} ({credential.whose}) log in at {server}"
        with _translated(doing, login=True), contextlib.ExitStack() as opened:
            connected = opened.enter_context(
                reach(credential, timeout=deadline.at_most(WAIT_SECONDS))
            )
            self._hard_end = opened.enter_context(HardEnd(connected, deadline.remaining()))
            with self._hard_end.named(*_BROKEN, *_GARBLED):
                self._driver = _log_in(connected, credential)
                opened.callback(_close, self._driver)
                self.mariadb = start_up.is_mariadb(self._driver.server_version)
                self._must_be_settled(credential)
            self._opened = opened.pop_all()

    def run(self, statement: str, *, doing: str) -> list[tuple[Any, ...]]:
        """See `mysql_user.sql.Run`."""
        with _translated(doing), self._hard_end.named(*_BROKEN, *_GARBLED):
            return self._run(statement)

    def close(self) -> None:
        """Ends the session; one that is broken already is fine too."""
        self._opened.close()

    def _run(self, statement: str) -> list[tuple[Any, ...]]:
        with self._driver.cursor() as cursor:
            try:
                cursor.execute(statement)
            except MySQLError as error:
                if error.args[:1] == (OPERATION_FAILED,):
                    raise self._cause(error) from error
                raise
            return list(cursor.fetchall())

    def _cause(self, error: MySQLError) -> MySQLError:
        """What made a change of a user fail, which MariaDB tells before that it failed."""
        for _, code, words in self._run("SHOW ERRORS"):
            if code != OPERATION_FAILED:
                return type(error)(code, words)
        return error

    def _must_be_settled(self, credential: Credential) -> None:
        """Reads back what the session began with."""
        version = self._driver.server_version
        [(account, roles, *values)] = self._run(start_up.question(version))
        if setting := start_up.strange(version, values):
            raise RefusedChangeError(
                f"The server does not let a session set {setting} as it has to be here",
                remedy="Put the server's own host and port into the secret instead of a proxy's",
            )
        username = str(account).rpartition("@")[0]
        if username != credential.username:
            raise CredentialRefusedError(
                f"The server lets {credential.username} ({credential.whose}) in as another user,"
                f" {username or 'the anonymous one'}",
                # Without the FLUSH, MariaDB goes on to look at accounts in their old order.
                remedy="Give the user the host of the account that it is taken for (RENAME USER,"
                " then FLUSH PRIVILEGES), or revoke that it stands for that (REVOKE PROXY)",
            )
        if roles:
            self._run(f"SET ROLE {roles}")


def _log_in(connected: socket.socket, credential: Credential) -> Driver:
    try:
        return _driver(connected, credential)
    except BaseException as error:  # noqa: BLE001  # raised again below
        failed = without_frames(error)
    raise failed


def _driver(connected: socket.socket, credential: Credential) -> Driver:
    driver = Driver(
        host=credential.host,
        port=credential.port,
        user=credential.username,
        # As bytes: else the driver encodes it as Latin-1, and its error tells it.
        password=credential.password.reveal().encode(),
        database=None if credential.is_admin else credential.dbname or None,
        charset=start_up.CHARSET,
        autocommit=None,
        # Both: the handshake of TLS is bounded by whichever was used last.
        read_timeout=WAIT_SECONDS,
        write_timeout=WAIT_SECONDS,
        ssl=verified_context(),
        local_infile=False,
    )
    driver.connect(connected)
    return driver


def _close(driver: Driver) -> None:
    with contextlib.suppress(*_BROKEN):
        driver.close()


@contextmanager
def _translated(doing: str, *, login: bool = False) -> Iterator[None]:
    """Turns what the driver raises into our errors."""
    try:
        yield
    except OtherWayError as error:
        raise CredentialRefusedError(
            f"The server that was asked to {doing} wants a proof by {error.plugin!r}, which is not"
            " given here: the user proves itself otherwise, or does not exist",
            # MySQL asks for any proof where there is no such user, or none from here.
            remedy="See whether the user may log in from the function's address; if so, let an"
            " admin have it prove itself by one of the plugins in docs/mysql.md, with the secret's"
            " password (ALTER USER)",
        ) from error
    except MySQLError as error:
        raise _failure(error, doing, login=login) from error
    except ssl.SSLCertVerificationError as error:
        raise untrusted(doing, error.verify_message) from error
    except (OSError, *_GARBLED) as error:
        raise unreachable(doing, type(error).__name__) from error


def _failure(error: MySQLError, doing: str, *, login: bool) -> TargetError:
    beneath = getattr(error, "original_exception", None)
    if isinstance(beneath, ssl.SSLCertVerificationError):
        return untrusted(doing, beneath.verify_message)
    if isinstance(beneath, OSError):
        return unreachable(doing, type(beneath).__name__)
    code, *words = error.args or (0,)
    if code == _NO_TLS:
        return untrusted(doing, "it does not speak TLS")
    if not isinstance(code, int) or not code:
        return unreachable(doing, type(error).__name__)
    return failure(code, " ".join(map(str, words)), doing, login=login)
