"""A login with AWSCURRENT over verified TLS, at whichever product the secret names."""

from contextlib import closing
from datetime import datetime
from importlib import import_module
from typing import Any, NamedTuple

from rotated_secret import RotatedSecret, version_of


class Login(NamedTuple):
    """What came of it.

    Attributes:
        user: Who the database says it is.
        version_id: The version of the secret that was used.
        server_time: The database's clock.
    """

    user: str
    version_id: str | None
    server_time: datetime


def log_in(secret: RotatedSecret) -> Login:
    """Log in, ask, and leave.

    Raises:
        Exception: See `RotatedSecret.run`.
    """
    # Only the driver that is needed is imported: a function starts cold.
    product: Any = import_module(f"consumer.{_product(secret.credential()['engine'])}")
    with closing(product.connect(secret)) as connection:
        user, now = product.ask(connection)
        return Login(user, version_of(connection), now)


def _product(engine: str) -> str:
    """Aurora's engines are called after what they are."""
    return "postgres" if "postgres" in engine else "mysql"
