"""A session with PostgreSQL; the only place that knows the driver."""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, Self

import pg8000.native
import scramp
from pg8000.exceptions import DatabaseError, InterfaceError

from database.credential import Credential
from database.names import Pair
from database.target import Standing, Target
from postgres_user import fence, first_user, twins
from postgres_user.failures import failure
from postgres_user.scram import verifier
from postgres_user.sql import identifier, literal
from rds.trust import verified_context
from rotation.deadline import Deadline
from rotation.errors import TargetError, UnreachableError, UntrustedServerError
from rotation.secret_text import SecretText

CONNECT_SECONDS = 5.0
STATEMENT_SECONDS = 5.0
LOCK_SECONDS = 4.0

_BROKEN = (InterfaceError, OSError)
_GARBLED = (AttributeError, IndexError, KeyError, ValueError, struct.error)
"""What the driver raises when it is answered with something that is not PostgreSQL's protocol."""


class Postgres(Target):
    """A session of one PostgreSQL user (13 and newer)."""

    engines: ClassVar[Mapping[str, int]] = {"postgres": 5432, "aurora-postgresql": 5432}
    default_database = "postgres"
    longest_name = 63  # bytes: https://www.postgresql.org/docs/current/limits.html

    def __init__(
        self, driver: pg8000.native.Connection, hard_end: "_HardEnd", username: str, owner: str
    ) -> None:
        """Takes over what `connect` opened."""
        self._driver = driver
        self._username = username
        self._hard_end = hard_end
        self._owner = owner

    @classmethod
    def connect(cls, credential: Credential, *, owner: str, deadline: Deadline) -> Self:
        """Logs in; see `Target.connect`.

        A server that asks for an md5 or a plain password gets it, inside of verified TLS.
        """
        doing = f"let {credential.username} log in at {credential.host}:{credential.port}"
        with _translated(doing):
            raw = _reach(credential, deadline)
            hard_end = _HardEnd(raw, deadline.remaining())
            try:
                driver = _log_in(raw, credential, owner)
            except BaseException:
                hard_end.cancel()
                raw.close()
                raise
        return cls(driver, hard_end, credential.username, owner)

    def close(self) -> None:
        """Ends the session; one that is broken already is fine too."""
        self._hard_end.cancel()
        with contextlib.suppress(*_BROKEN, *_GARBLED):
            self._driver.close()

    def prove(self) -> None:
        """Runs a statement that needs nothing."""
        self._run("SELECT 1", doing="answer")

    @contextmanager
    def fenced(self, base: str) -> Iterator[None]:
        """Opens the transaction of `postgres_user.fence`."""
        fence.begin(
            self._run,
            base,
            self._owner,
            lock_seconds=LOCK_SECONDS,
            statement_seconds=STATEMENT_SECONDS,
        )
        # On an error the session ends without a commit, and the server undoes everything.
        yield
        self._run("COMMIT", doing="commit")

    def change_password(self, username: str, password: SecretText) -> None:
        """Sends a SCRAM verifier."""
        # A clone's sessions act as its base, and only the user itself may change its password.
        become_itself = "SET LOCAL ROLE NONE; " if username == self._username else ""
        alter = f"ALTER ROLE {identifier(username)} PASSWORD {literal(verifier(password))}"
        self._run(
            become_itself + alter,
            doing=f"change the password of {username}",
        )

    def standing(self, username: str, pair: Pair, secret: str) -> Standing:
        """Looks for the user and the mark; see `postgres_user.twins`."""
        return twins.standing(self._run, username, pair, secret)

    def make_equal(self, pair: Pair, secret: str) -> None:
        """Makes the clone the twin; see `postgres_user.twins`."""
        twins.make_equal(self._run, pair, secret)

    def create_user(self, credential: Credential, secret: str) -> None:
        """Creates the login and its schema; see `postgres_user.first_user`."""
        first_user.create(self._run, credential.username, secret)

    def _run(self, statement: str, *, doing: str) -> list[list[Any]]:
        with _translated(doing):
            rows: list[list[Any]] | None = self._driver.run(statement)
        return rows or []


class _HardEnd:
    """Breaks the connection at the deadline, whatever it waits for.

    The socket's own time-out is for one read: a server that sends a byte now and then would never
    meet it.
    """

    def __init__(self, connected: socket.socket, seconds: float) -> None:
        self._socket = connected.dup()
        self._timer = threading.Timer(seconds, self._break)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        self._timer.cancel()
        self._timer.join()
        self._socket.close()

    def _break(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)


def _reach(credential: Credential, deadline: Deadline) -> socket.socket:
    address = (credential.host, credential.port)
    return socket.create_connection(address, timeout=deadline.at_most(CONNECT_SECONDS))


def _log_in(raw: socket.socket, credential: Credential, owner: str) -> pg8000.native.Connection:
    return pg8000.native.Connection(
        credential.username,
        host=credential.host,
        port=credential.port,
        database=credential.dbname,
        password=credential.password.reveal(),
        ssl_context=verified_context(),
        application_name=fence.session_name(owner),
        sock=raw,
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
        raise _unreachable(doing, f"{type(error).__name__}") from error


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
