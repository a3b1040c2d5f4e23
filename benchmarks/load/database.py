"""The database server under load."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from benchmarks.rotation.engines import ENGINES, Engine
from fakes.product import Product
from local.local_aws import LocalAws


@dataclass(frozen=True)
class Database:
    """A running server.

    Attributes:
        engine: The product.
        product: What is done there.
    """

    engine: Engine
    product: Product

    def restart(self) -> None:
        """Ends the server and starts it again; connections break."""
        cast("Any", self.product.server).restart()


@contextmanager
def database(aws: LocalAws, name: str) -> Iterator[Database]:
    """A server that the local AWS's functions trust: its own PostgreSQL, or one that is started.

    Args:
        aws: A running local AWS.
        name: One of `ENGINES`.
    """
    engine = ENGINES[name]
    if name == "postgres":
        yield Database(engine, engine.product(aws.postgres))
        return
    with engine.server() as server:
        with aws.authorities.open("ab") as bundle:
            bundle.write(server.ca.read_bytes())
        yield Database(engine, engine.product(server))
