"""The first look at a database that exists already.

It tells in a sentence what is wrong on the way to it: the name, the route, the port, TLS, the
authority, the admin's login, the database, the admin's rights. It writes nothing, neither at the
database nor elsewhere. Remedies name the settings of an existing database.
"""

import queue
import socket
import ssl
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from itertools import chain
from typing import ClassVar

from database.admin import WAITS
from database.credential import Credential
from database.patience import once_accepted
from database.trust import verified_context
from rotation.deadline import Deadline
from rotation.errors import (
    CredentialRefusedError,
    TargetError,
    UnreachableError,
    UnsuitableError,
    UntrustedServerError,
)

RESOLVE_SECONDS = 5.0
REACH_SECONDS = 5.0
ANSWER_SECONDS = 5.0

_MISMATCHES = {62, 64}
"""X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH of OpenSSL."""

_DATES = {9, 10}
"""X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED."""

_Addresses = list[tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[object, ...]]]


class Probe(ABC):
    """What the first look asks of a product.

    Attributes:
        product: Its name.
    """

    product: ClassVar[str]

    @abstractmethod
    def offers_tls(self, connected: socket.socket) -> bool:
        """Asks a server for TLS; it begins with the next byte then.

        Raises:
            ValueError: The answer is not that product's.
            OSError: There is none.
        """

    @abstractmethod
    def log_in(self, admin: Credential, *, alternating: bool, deadline: Deadline) -> None:
        """Logs in and looks whether the admin and the server can do what is asked of them.

        Args:
            admin: The admin.
            alternating: Whether users shall alternate here.
            deadline: By when it has to be done.

        Raises:
            CredentialRefusedError: User or password are wrong.
            UnsuitableError: There is no such database, or the admin or the server lacks something.
            TargetError: Anything else.
        """


def refused_admin(error: TargetError) -> CredentialRefusedError:
    """The error of an admin that is not let in, in terms of the settings.

    Args:
        error: How the login ended.
    """
    return CredentialRefusedError(
        error.cause,
        remedy="Nothing if the admin's secret is being rotated, which takes seconds; else"
        " let the secret in existing.admin_secret_arn hold the admin's real user name and"
        " password",
        retry_helps=True,
    )


def read_only_server(admin: Credential, what: str) -> UnsuitableError:
    """The error of a server that can't be written to.

    Args:
        admin: The admin of it.
        what: What it may be, as the product calls it.
    """
    return UnsuitableError(
        f"The server at {admin.host}:{admin.port} is read-only ({what})",
        remedy="Let existing.host be the writer's address: a cluster's own endpoint, not its"
        " reader's",
    )


class DatabaseCheck:
    """Goes the way from name to rights, and stops at the first thing that is wrong."""

    def __init__(self, probe: Probe) -> None:
        """Composes it.

        Args:
            probe: Of the database product.
        """
        self._probe = probe

    def run(
        self, read_admin: Callable[[], Credential], *, alternating: bool, deadline: Deadline
    ) -> Credential:
        """Looks; nothing is changed.

        Args:
            read_admin: Reads the admin's credential; anew where it may have rotated.
            alternating: Whether users shall alternate here.
            deadline: By when it has to be done.

        Returns:
            The credential that works.

        Raises:
            RotationError: What is wrong.
        """
        admin = read_admin()
        with _reach(admin, _resolve(admin, deadline), deadline) as connected:
            self._prove_server(connected, admin, deadline)

        known = chain([admin], iter(read_admin, None))  # read anew only after a refusal

        def log_in() -> Credential:
            newest = next(known)
            self._probe.log_in(newest, alternating=alternating, deadline=deadline)
            return newest

        return once_accepted(log_in, WAITS, deadline)

    def _prove_server(
        self, connected: socket.socket, admin: Credential, deadline: Deadline
    ) -> None:
        server = f"{admin.host}:{admin.port}"
        connected.settimeout(deadline.at_most(ANSWER_SECONDS))
        try:
            offered = self._probe.offers_tls(connected)
        except (OSError, ValueError) as error:
            raise UnreachableError(
                f"Something answers at {server}, but not as {self._probe.product} does:"
                f" {type(error).__name__}",
                remedy="Correct existing.host and existing.port, or existing.engine",
            ) from error
        if not offered:
            raise UntrustedServerError(
                f"The server at {server} offers no TLS, and no password is sent without",
                remedy="Turn on TLS at the server; there is no setting that does without it",
            )
        try:
            verified_context().wrap_socket(connected, server_hostname=admin.host).close()
        except ssl.SSLCertVerificationError as error:
            raise _untrusted(server, admin.host, error) from error
        except OSError as error:
            raise UntrustedServerError(
                f"TLS with the server at {server} could not begin: {_reason(error)}",
                remedy="Let the server speak TLS 1.2 or 1.3",
            ) from error


def _untrusted(server: str, host: str, error: ssl.SSLCertVerificationError) -> UntrustedServerError:
    if error.verify_code in _MISMATCHES:
        return UntrustedServerError(
            f"The certificate of the server at {server} is not for the name {host}",
            remedy="Let existing.host be the name in the certificate: on RDS the endpoint itself,"
            " no alias of it",
        )
    if error.verify_code in _DATES:
        return UntrustedServerError(
            f"The certificate of the server at {server} is not valid today: {error.verify_message}",
            remedy="Give the server a new certificate",
        )
    return UntrustedServerError(
        f"The certificate of the server at {server} is not signed by an authority that is trusted:"
        f" {error.verify_message}",
        remedy="Let existing.ca be the PEM file of the authority; without it those of RDS are"
        " trusted",
    )


def _resolve(admin: Credential, deadline: Deadline) -> _Addresses:
    """Asks in a thread of its own: a resolver has no time-out that could be set."""
    answers: queue.SimpleQueue[_Addresses | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(admin.host, admin.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            answers.put(error)
        else:
            answers.put(list(found))

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.at_most(RESOLVE_SECONDS))
    except queue.Empty as error:
        raise UnreachableError(
            f"The network's resolver does not answer when it is asked for {admin.host}",
            remedy="See the DHCP options of the VPC: its name servers have to be reached",
        ) from error
    if isinstance(answer, Exception):
        raise UnreachableError(
            f"The name {admin.host} has no address in this network ({_reason(answer)})",
            remedy="Correct existing.host, or let the network resolve it: a private zone has to be"
            " associated with the VPC",
        ) from answer
    return answer


def _reach(admin: Credential, addresses: _Addresses, deadline: Deadline) -> socket.socket:
    """Connects to the first address that answers; tells of the last one if none does."""
    failed: UnreachableError | None = None
    for family, kind, protocol, _, address in addresses:
        connected = socket.socket(family, kind, protocol)
        connected.settimeout(deadline.at_most(REACH_SECONDS))
        try:
            connected.connect(address)
        except OSError as error:
            connected.close()
            failed = _unreachable(admin, str(address[0]), error)
            failed.__cause__ = error
        else:
            return connected
    raise failed or _unreachable(admin, "no address", OSError())


def _unreachable(admin: Credential, address: str, error: OSError) -> UnreachableError:
    server = f"{admin.host}:{admin.port} ({address})"
    if isinstance(error, TimeoutError):
        return UnreachableError(
            f"Nothing comes back from {server}: packets are dropped on the way",
            remedy="Let the database's security group admit the function's: either"
            " existing.security_group_id names it and existing.manage_ingress is on, or its owner"
            " adds the rule; route tables and network ACLs have to lead there and back",
        )
    if isinstance(error, ConnectionRefusedError):
        return UnreachableError(
            f"A machine answers at {server}, and refuses the connection: nothing listens there",
            remedy="Correct existing.port or existing.host, or start the server",
        )
    return UnreachableError(
        f"No way leads to {server}: {_reason(error)}",
        remedy="Make a route from the function's subnets to the database's, or correct"
        " existing.host",
    )


def _reason(error: Exception) -> str:
    """The system's own words, which hold nothing of ours; or the kind of failure."""
    return getattr(error, "strerror", None) or type(error).__name__
