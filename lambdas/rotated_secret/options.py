"""What an application may say of a connection besides its secret.

Who logs in is said by the secret alone: a user or password from elsewhere would win silently, and
be refused after the next rotation. Where to, an application may say itself by host, port and
database: a pooler, a proxy, a replica. TLS can be verified by other means, and not less.
"""

import ssl
from collections.abc import Mapping, Sequence
from typing import Any

_LOGIN = (
    *("user", "username", "password", "passwd"),
    *("password1", "password2", "password3"),  # MySQL Connector's
    "password_creator",  # asyncmy's
)
_OPTION_FILES = ("read_default_file", "read_default_group", "option_files", "option_groups")
"""Of the drivers for MySQL. What is in there may say who logs in, and the C libraries let what it
says of TLS win."""

_VERIFYING = {"sslmode": "verify-full", "ssl_mode": "VERIFY_IDENTITY"}
"""The one value that verifies chain and host name: libpq's, mysqlclient's."""

_WEAKENING = {
    # Each of them puts PyMySQL's `ssl` aside, or is MySQL Connector's own.
    "ssl_ca",
    "ssl_cert",
    "ssl_disabled",
    "ssl_key",
    "ssl_key_password",
    "ssl_verify_cert",
    "ssl_verify_identity",
    # No certificate names a socket of this machine. MySQL Connector speaks no TLS over it.
    "unix_socket",
}

_SOCKETS = ("/", "@")
"""How the name of a socket begins where a host is expected: a file's, an abstract one's."""


def check_options(options: Mapping[str, Any], *, where: str) -> None:
    """Refuses what contradicts the secret, or weakens TLS.

    Args:
        options: As the driver calls them.
        where: Where the application gave them, for the error.

    Raises:
        ValueError: It names the option.
    """
    for name in _LOGIN:
        if options.get(name) is not None:
            raise ValueError(f"{name} in {where}: the secret says who logs in. Leave it out")
    for name in _OPTION_FILES:
        if options.get(name) is not None:
            raise ValueError(
                f"{name} in {where}: such a file may say who logs in, and let a server in that is"
                " not verified. Leave it out, and give what else it says as options"
            )
    for name, value in options.items():
        if value is not None and _weakens(name, value):
            raise ValueError(
                f"{name} in {where} would let a server in that is not verified. Leave it out, and"
                " let RDS_CA_BUNDLE name the certificate authorities to trust instead of Amazon's"
            )


def merged(ours: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What a driver is given: the application's options win, and None is as if it were left out.

    Drivers take None for their own default: that may be another user, another machine, or no TLS.

    Args:
        ours: What the secret and this package say.
        said: What the application says.
    """
    return {**ours, **{n: each for n, each in said.items() if each is not None or n not in ours}}


def check_hosts(hosts: Sequence[str]) -> None:
    """Makes sure that there is a host to verify.

    Without one, drivers look for a socket of this machine, also where anyone may have put it, and
    send the password over that without TLS.

    Args:
        hosts: All that may be connected to.

    Raises:
        ValueError: There is none, or one is a socket.
    """
    if not hosts or not all(hosts):
        raise ValueError("The secret has no host. Give it as an option: connect(secret, host=…)")
    if any(each.startswith(_SOCKETS) for each in hosts):
        raise ValueError(
            "The host is a socket of this machine, over which no TLS is spoken. Give the name that"
            " is in the server's certificate"
        )


def _weakens(name: str, value: object) -> bool:
    if name in _VERIFYING:
        return value != _VERIFYING[name]
    if name in {"ssl", "ssl_context"}:
        return value != _VERIFYING["sslmode"] and not _verifies(value)
    return name in _WEAKENING


def _verifies(context: object) -> bool:
    return (
        isinstance(context, ssl.SSLContext)
        and context.verify_mode is ssl.CERT_REQUIRED
        and context.check_hostname
    )
