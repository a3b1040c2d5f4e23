"""A connection to PostgreSQL, in our own terms.

It is imported at the first login: createSecret, which every cold start is, does without it.
"""

import contextlib
import re
import socket
import ssl
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pg8000.native
import scramp
from pg8000.exceptions import DatabaseError, InterfaceError
from scramp.utils import saslprep

from database.credential import Credential
from database.hard_end import HardEnd
from database.network import reach, unreachable, untrusted
from database.trust import verified_context
from postgres_user import start_up
from postgres_user.failures import failure
from rotated_secret.clean_end import CleanEnd
from rotated_secret.discretion import without_frames
from rotation.deadline import Deadline
from rotation.errors import (
    BadSecretError,
    RefusedChangeError,
    TargetError,
)
from rotation.secret_text import SecretText

WAIT_SECONDS = 5.0
"""Longest wait for a packet; longer than a statement may take, so that the server tells why."""

_BROKEN = (InterfaceError, OSError)
_GARBLED = (AttributeError, IndexError, KeyError, ValueError, struct.error)
"""What the driver raises when it is answered with something that is not PostgreSQL's protocol."""

_SETTING = re.compile(rb'"([\w.]+)=')


class Connection:
    """An open connection.

    A server that asks for an md5 or a plain password gets it, inside of verified TLS.
    """

    def __init__(
        self,
        credential: Credential,
        *,
        session_name: str,
        deadline: Deadline,
        acting_as: str | None = None,
    ) -> None:
        """Logs in.

        Args:
            credential: Who, with what, where.
            session_name: How the session is called in `pg_stat_activity`.
            deadline: The connection is broken then, whatever it waits for.
            acting_as: The role that the session begins with; what is set for the user if left out.

        Raises:
            BadSecretError: User name or password can't be sent.
            TargetError: See `database.target.Target.connect`.
        """
        _must_be_sendable(credential)
        server = f"{credential.host}:{credential.port}"
        doing = f"let {credential.username} ({credential.whose}) log in at {server}"
        with _translated(doing):
            role = {"role": acting_as} if acting_as else {}
            for last in (False, False, True):
                if self._opens(credential, session_name, deadline, role, last=last):
                    return

    def _opens(
        self,
        credential: Credential,
        session_name: str,
        deadline: Deadline,
        role: dict[str, str],
        *,
        last: bool,
    ) -> bool:
        """Logs in; or tells that it has to be done again, with what was learned of the server."""
        parameters = start_up.parameters(credential)
        with contextlib.ExitStack() as opened:
            connected = opened.enter_context(
                reach(credential, timeout=deadline.at_most(WAIT_SECONDS))
            )
            self._hard_end = opened.enter_context(HardEnd(connected, deadline.remaining()))
            try:
                with self._hard_end.named(*_BROKEN, *_GARBLED):
                    self._driver = _log_in(connected, credential, session_name, parameters | role)
                    opened.callback(self._driver.close)
                    self._begin(credential, self._driver.parameter_statuses)
            except (DatabaseError, *_BROKEN) as error:
                if last or not start_up.learned(credential, parameters, sqlstate(error)):
                    raise
                return False
            self._opened = opened.pop_all()
        return True

    def _begin(self, credential: Credential, told: Mapping[str, str]) -> None:
        """Does what can only be done when the server has told about itself."""
        _must_be_tellable(credential, told.get("server_encoding", ""))
        if late := start_up.missing(credential, told.get("server_version", "")):
            self._driver.run(late)

    def run(self, statement: str, *, doing: str) -> list[list[Any]]:
        """See `postgres_user.sql.Run`."""
        with _translated(doing), self._hard_end.named(*_BROKEN, *_GARBLED):
            try:
                rows: list[list[Any]] | None = self._driver.run(statement)
            except UnicodeDecodeError as error:
                raise _undecodable(doing, error) from error
        return rows or []

    def close(self) -> None:
        """Ends the session; one that is broken already is fine too."""
        self._opened.close()


def _must_be_sendable(credential: Credential) -> None:
    """The driver follows RFC 4013 where libpq sends what it can't prepare as it is."""
    for what, text in (
        ("username", SecretText(credential.username)),
        ("password", credential.password),
    ):
        if not _is_sendable(text):
            raise BadSecretError(
                f"{what} in {credential.whose} holds characters that SCRAM can't carry (RFC 4013)",
                remedy="Choose letters and digits",
            )


def _is_sendable(text: SecretText) -> bool:
    try:
        saslprep(text.reveal())
    except scramp.ScramException:
        return False
    return True


def _must_be_tellable(credential: Credential, encoding: str) -> None:
    """PostgreSQL compares the name in a login byte by byte, whatever the database's encoding is."""
    if encoding != start_up.ENCODING and not credential.username.isascii():
        raise BadSecretError(
            f"The database {credential.dbname} has the encoding {encoding}, and there PostgreSQL"
            f" does not know the user {credential.username} of {credential.whose}, whose name is"
            " not ASCII, by the bytes with which it logs in",
            remedy="Choose a name of ASCII characters, or a database with the encoding UTF8",
        )


class _Driver(CleanEnd, pg8000.native.Connection):  # type: ignore[misc]  # pg8000 has no types
    """Ends cleanly, and reads and writes in one encoding, whatever the server tells."""

    def handle_PARAMETER_STATUS(self, data: bytes, context: object) -> None:  # noqa: N802  # pg8000's
        """The driver would change its encoding here."""
        super().handle_PARAMETER_STATUS(data, context)
        self._client_encoding = start_up.ENCODING

    def handle_ERROR_RESPONSE(self, data: bytes, context: object) -> None:  # noqa: N802  # pg8000's
        """The driver would wait for more from a server that has ended the session."""
        super().handle_ERROR_RESPONSE(data, context)
        error: DatabaseError = context.error  # type: ignore[attr-defined]  # pg8000 has no types
        if error.args[0].get("V") in {"FATAL", "PANIC"}:
            raise error

    def send_QUERY(self, sql: str) -> None:  # noqa: N802  # pg8000's
        """Says the same in every encoding, see `postgres_user.sql`."""
        sql.encode("ascii")
        super().send_QUERY(sql)


def _log_in(
    connected: socket.socket,
    credential: Credential,
    session_name: str,
    parameters: Mapping[str, str],
) -> _Driver:
    try:
        return _driver(connected, credential, session_name, parameters)
    except BaseException as error:  # noqa: BLE001  # raised again below
        failed = without_frames(error)
    raise failed


def _driver(
    connected: socket.socket,
    credential: Credential,
    session_name: str,
    parameters: Mapping[str, str],
) -> _Driver:
    return _Driver(
        credential.username,
        host=credential.host,
        port=credential.port,
        database=credential.dbname,
        password=credential.password.reveal(),
        ssl_context=verified_context(),
        application_name=session_name,
        startup_params=parameters,
        sock=connected,
    )


def sqlstate(error: BaseException | None) -> str:
    """PostgreSQL's code of what the driver raised; empty if it is no answer of the server."""
    return error.args[0].get("C", "") if isinstance(error, DatabaseError) else ""


@contextmanager
def _translated(doing: str) -> Iterator[None]:
    """Turns what the driver raises into our errors."""
    try:
        yield
    except DatabaseError as error:
        raise failure(error.args[0], doing) from error
    except ssl.SSLCertVerificationError as error:
        raise untrusted(doing, error.verify_message) from error
    except scramp.ScramException as error:
        raise untrusted(doing, "it does not know the password's verifier") from error
    except InterfaceError as error:
        if "refuses SSL" in str(error):
            raise untrusted(doing, "it does not speak TLS") from error
        raise unreachable(doing, str(error)) from error
    except (*_BROKEN, *_GARBLED) as error:
        raise unreachable(doing, type(error).__name__) from error


def _undecodable(doing: str, error: UnicodeDecodeError) -> TargetError:
    """The text itself may be the application's secret, the name of the setting is not."""
    names = _SETTING.findall(error.object[: error.start])
    what = f"The setting {names[-1].decode()} of a user" if names else "A name or a text"
    return RefusedChangeError(
        f"{what} could not be read when PostgreSQL was asked to {doing}: it is not in the"
        " database's encoding",
        remedy="It was written from a database with another encoding: write it again from the one"
        " that the secret names, or take it away there",
    )
