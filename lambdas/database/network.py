"""The way to a server, and what is told if it does not lead there; the same for each driver."""

import socket

from database.credential import Credential
from rotation.errors import TargetError, UnreachableError, UntrustedServerError


def reach(credential: Credential, *, timeout: float) -> socket.socket:
    """Connects to the server of a credential.

    Args:
        credential: Where.
        timeout: Longest wait in seconds, also of what is read and written later.

    Raises:
        OSError: It can't be reached.
    """
    connected = socket.create_connection((credential.host, credential.port), timeout=timeout)
    # Else each login waits 40 ms for a delayed acknowledgement in the middle of the handshake.
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


def untrusted(doing: str, why: str) -> TargetError:
    """The error of a server that is not proven to be the right one.

    Args:
        doing: What it was asked to do.
        why: What is missing.
    """
    return UntrustedServerError(
        f"The server that was asked to {doing} is not proven to be the right one: {why}",
        remedy="Check host in the secret, TLS on the server and the certificate authorities"
        " (RDS_CA_BUNDLE); there is no way around it",
    )


def unreachable(doing: str, why: str) -> TargetError:
    """The error of a server that does not answer, or not in its protocol.

    Args:
        doing: What it was asked to do.
        why: What came instead.
    """
    return UnreachableError(
        f"The server that was asked to {doing} did not answer: {why}",
        remedy="Check host and port in the secret, security groups, and that the server is up",
    )
