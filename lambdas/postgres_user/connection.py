"""A connection to PostgreSQL, in our own terms.

It is imported at the first login: createSecret, which every cold start is, does without it.
"""

import contextlib
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
from database.trust import verified_context
from postgres_user.failures import failure
from postgres_user.hard_end import HardEnd
from rotated_secret.clean_end import CleanEnd
from rotation.deadline import Deadline
from rotation.errors import BadSecretError, TargetError, UnreachableError, UntrustedServerError

WAIT_SECONDS = 5.0
"""Longest wait for a packet; longer than a statement may take, so that the server tells why."""

ENCODING = "UTF8"

_START: Mapping[str, str] = {
    # What a text means.
    "client_encoding": ENCODING,
    "standard_conforming_strings": "on",
    "backslash_quote": "off",
    # What a name means: PostgreSQL's own functions, operators and conversions.
    "search_path": "pg_catalog, pg_temp",
    # What a transaction may do, sees and promises.
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
    "default_transaction_deferrable": "off",
    "synchronous_commit": "on",
    # How long anything may take is for us to say, by the deadline and in the fence.
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "tcp_user_timeout": "0",
    # What else could make a short statement slow, long to answer, or fail.
    "local_preload_libraries": "",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "client_min_messages": "warning",
}
"""What a session begins with, whatever is set on the database, on the user, or on both.

It stands in the start-up packet, which comes before these settings and overrides them. What only a
superuser may set is refused there, and no application can set it either.
https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-STARTUPMESSAGE
"""

_BROKEN = (InterfaceError, OSError)
_GARBLED = (AttributeError, IndexError, KeyError, ValueError, struct.error)
"""What the driver raises when it is answered with something that is not PostgreSQL's protocol."""


class Connection:
    """An open connection.

    A server that asks for an md5 or a plain password gets it, inside of verified TLS.
    """

    def __init__(self, credential: Credential, *, session_name: str, deadline: Deadline) -> None:
        """Logs in.

        Args:
            credential: Who, with what, where.
            session_name: How the session is called in `pg_stat_activity`.
            deadline: The connection is broken then, whatever it waits for.

        Raises:
            BadSecretError: User name or password can't be sent.
            TargetError: See `database.target.Target.connect`.
        """
        _must_be_sendable(credential)
        server = f"{credential.host}:{credential.port}"
        doing = f"let {credential.username} ({credential.whose}) log in at {server}"
        with _translated(doing), contextlib.ExitStack() as opened:
            connected = opened.enter_context(_reach(credential, deadline))
            self._hard_end = opened.enter_context(HardEnd(connected, deadline.remaining()))
            with self._hard_end.named(*_BROKEN, *_GARBLED):
                self._driver = _log_in(connected, credential, session_name)
            self._opened = opened.pop_all()

    def run(self, statement: str, *, doing: str) -> list[list[Any]]:
        """See `postgres_user.statements.Run`."""
        with _translated(doing), self._hard_end.named(*_BROKEN, *_GARBLED):
            rows: list[list[Any]] | None = self._driver.run(statement)
        return rows or []

    def close(self) -> None:
        """Ends the session; one that is broken already is fine too."""
        with self._opened:
            self._driver.close()


def _must_be_sendable(credential: Credential) -> None:
    """The driver follows RFC 4013 where libpq sends what it can't prepare as it is."""
    for what, text in (
        ("username", credential.username),
        ("password", credential.password.reveal()),
    ):
        try:
            saslprep(text)
        except scramp.ScramException as error:
            raise BadSecretError(
                f"{what} in {credential.whose} holds characters that SCRAM can't carry (RFC 4013)",
                remedy="Choose letters and digits",
            ) from error


def _reach(credential: Credential, deadline: Deadline) -> socket.socket:
    address = (credential.host, credential.port)
    connected = socket.create_connection(address, timeout=deadline.at_most(WAIT_SECONDS))
    # Else each login waits 40 ms for a delayed acknowledgement in the middle of the handshake.
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


class _Driver(CleanEnd, pg8000.native.Connection):  # type: ignore[misc]  # pg8000 has no types
    """Ends cleanly, and reads and writes in one encoding, whatever the server tells."""

    def handle_PARAMETER_STATUS(self, data: bytes, context: object) -> None:  # noqa: N802  # pg8000's
        """The driver would change its encoding here."""
        super().handle_PARAMETER_STATUS(data, context)
        self._client_encoding = ENCODING

    def send_QUERY(self, sql: str) -> None:  # noqa: N802  # pg8000's
        """Says the same in every encoding, see `postgres_user.sql`."""
        sql.encode("ascii")
        super().send_QUERY(sql)


def _log_in(connected: socket.socket, credential: Credential, session_name: str) -> _Driver:
    return _Driver(
        credential.username,
        host=credential.host,
        port=credential.port,
        database=credential.dbname,
        password=credential.password.reveal(),
        ssl_context=verified_context(),
        application_name=session_name,
        startup_params=_START,
        sock=connected,
    )


@contextmanager
def _translated(doing: str) -> Iterator[None]:
    """Turns what the driver raises into our errors."""
    try:
        yield
    except DatabaseError as error:
        raise failure(error.args[0], doing) from error
    except ssl.SSLCertVerificationError as error:
        raise _untrusted(doing, error.verify_message) from error
    except scramp.ScramException as error:
        raise _untrusted(doing, "it does not know the password's verifier") from error
    except InterfaceError as error:
        if "refuses SSL" in str(error):
            raise _untrusted(doing, "it does not speak TLS") from error
        raise _unreachable(doing, str(error)) from error
    except (*_BROKEN, *_GARBLED) as error:
        raise _unreachable(doing, type(error).__name__) from error


def _untrusted(doing: str, why: str) -> TargetError:
    return UntrustedServerError(
        f"The server that was asked to {doing} is not proven to be the right one: {why}",
        remedy="Check host in the secret, TLS on the server and the certificate authorities"
        " (RDS_CA_BUNDLE); there is no way around it",
    )


def _unreachable(doing: str, why: str) -> TargetError:
    return UnreachableError(
        f"The server that was asked to {doing} did not answer: {why}",
        remedy="Check host and port in the secret, security groups, and that the server is up",
    )
