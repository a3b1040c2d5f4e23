"""The one idea behind all adapters.

A new connection logs in with the current credential, and again with a newer one if it is refused.
It is noted with which version. A pool that is about to hand out a connection asks whether that
version is retired, and lets the connection go then.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from rotated_secret.credential import Credential
from rotated_secret.discretion import without_frames
from rotated_secret.handle import Handle, OfCredential
from rotated_secret.secret import RotatedSecret
from rotated_secret.value import V

if TYPE_CHECKING:
    from rotated_secret.async_secret import AsyncRotatedSecret

C = TypeVar("C")

CONNECT_SECONDS = 5
"""How long a server may take to accept a connection, unless the application says otherwise."""

ENCODING = "UTF8"
"""Of PostgreSQL's sessions, unless the application says otherwise, and as asyncpg has it always.

Else the drivers follow what is set on the database or the user, and know some of those encodings by
no name of Python's, or can't write what the application sends.
"""

_versions: WeakKeyDictionary[Any, str] = WeakKeyDictionary()


def check_for_threads(secret: object) -> None:
    """Makes sure that an adapter for threads was given the handle for threads.

    Raises:
        TypeError: It was given something else, such as the secret's id.
    """
    if not isinstance(secret, RotatedSecret):
        raise TypeError(f"secret must be a RotatedSecret, not {type(secret).__name__}")


def check_for_coroutines(secret: object) -> None:
    """Makes sure that an adapter for coroutines was given the handle for coroutines.

    Raises:
        TypeError: It was given something else, such as the handle for threads.
    """
    if not isinstance(secret, OfCredential) or isinstance(secret, RotatedSecret):
        raise TypeError(f"secret must be an AsyncRotatedSecret, not {type(secret).__name__}")


def log_in(secret: RotatedSecret, connect: Callable[[Credential], C]) -> C:
    """Opens a connection.

    Its errors are those of `connect`, without the frames beneath: these hold the password.

    Args:
        secret: The credential.
        connect: Opens one with a given credential.

    Raises:
        Exception: See `RotatedSecret.run`.
    """
    check_for_threads(secret)

    def operation(credential: Credential) -> C:
        outer = sys.exception()
        try:
            connection = connect(credential)
        except BaseException as error:  # noqa: BLE001  # raised again below
            failure = without_frames(error, outer)
        else:
            _versions[connection] = credential.version_id
            return connection
        raise failure

    return secret.run(operation)


async def log_in_async(
    secret: AsyncRotatedSecret, connect: Callable[[Credential], Awaitable[C]]
) -> C:
    """Opens a connection; see `log_in`."""
    check_for_coroutines(secret)

    async def operation(credential: Credential) -> C:
        outer = sys.exception()
        try:
            connection = await connect(credential)
        except BaseException as error:  # noqa: BLE001  # raised again below
            failure = without_frames(error, outer)
        else:
            _versions[connection] = credential.version_id
            return connection
        raise failure

    return await secret.run(operation)


def version_of(connection: object) -> str | None:
    """The version of the secret with which a connection logged in.

    Returns:
        None if it was not opened by an adapter of this package.
    """
    return _versions.get(connection)


def is_retired(connection: object, secret: Handle[V]) -> bool:
    """Whether the secret has another version now than the one that a connection logged in with.

    It does not wait, and takes less than a microsecond as a rule.
    """
    version = version_of(connection)
    newest = secret.newest()
    return version is not None and newest is not None and newest.version_id != version


def server(credential: Credential, **names: str) -> dict[str, Any]:
    """What the secret says of the server, as the driver calls it; nothing of what it leaves out.

    Args:
        credential: The credential.
        names: How the driver calls `host`, `port` and `dbname`.
    """
    values = {name: getattr(credential, field) for field, name in names.items()}
    return {name: value for name, value in values.items() if value is not None}
