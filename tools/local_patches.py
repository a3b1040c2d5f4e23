"""A plugin of pytest that runs other tests with the local AWS's changes of moto in place.

What is no change of moto is left out: no call is judged, no server listens, no PostgreSQL runs.
"""

import tempfile
from contextlib import ExitStack
from pathlib import Path

import psycopg
from psycopg.rows import TupleRow

from local import identity, toolchain
from local.aws import patches
from local.aws.clock import Clock
from local.aws.cloudformation.custom_resources import Answers
from local.aws.instance_servers import InstanceServers
from local.aws.journal import Journal
from local.aws.products import Product
from local.aws.rotations import Rotations
from local.functions import Functions
from local.policies import Evaluator
from local.postgres_client import PostgresClient

_NOWHERE = "http://127.0.0.1:9"
"""The discard port, at which nothing listens: functions that are called find no AWS."""

_made = ExitStack()


class _NoPostgres(PostgresClient):
    """A server that is told nothing: the instances of these tests are records only."""

    host, port, superuser_password, ca = "localhost", 9, "", Path("/")

    def connect(self, *_: object, **__: object) -> psycopg.Connection[TupleRow]:
        raise RuntimeError("there is no PostgreSQL here")

    def create_admin(self, name: str, password: str) -> None:
        del name, password

    def create_database(self, name: str, owner: str) -> None:
        del name, owner

    def is_reserved(self, word: str) -> bool:
        del word
        return False


class _NoServers(InstanceServers):
    """The same for all instances."""

    def __init__(self) -> None:
        self._none = _NoPostgres()

    def take(self, identifier: str, product: Product) -> PostgresClient:
        del identifier, product
        return self._none

    def release(self, identifier: str) -> None:
        del identifier


def pytest_configure() -> None:
    """Change moto before the first test is collected."""
    directory = Path(_made.enter_context(tempfile.TemporaryDirectory()))
    tools = toolchain.find()
    functions = _made.enter_context(
        Functions(interpreter=tools.runtime, directory=directory, endpoint_url=_NOWHERE)
    )
    evaluator = Evaluator(node=tools.node, node_modules=tools.node_modules)
    _made.enter_context(identity.installed())
    patches.install(
        rotations=Rotations(
            invoke=functions.invoke, clock=Clock(1), journal=Journal(directory / "rotations")
        ),
        may_invoke=lambda *_: True,
        answers=Answers(_NOWHERE),
        call=functions.invoke,
        instances=_NoServers(),
        evaluator=_made.enter_context(evaluator),
    )


def pytest_unconfigure() -> None:
    """End what was started; moto stays changed, as the process is at its end."""
    _made.close()
