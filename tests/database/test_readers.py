"""Logins of applications that only read: their secrets name a cluster's reader endpoint.

The servers are real, and the reader learns a second later what was done at the writer.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from database.alternating_users import AlternatingUsers
from database.dual_passwords import DualPasswords
from database.single_user import SingleUser
from fakes.mysql import MySQLWorld
from fakes.postgres import PostgresWorld
from fakes.world import World
from local.patience import wait_until
from rotation.deadline import Deadline
from rotation.errors import CredentialRefusedError
from rotation.secret_text import SecretText
from tests.database import adoption, clusters
from tests.database.clusters import (
    READERS,
    WRITER,
    MariaDBReader,
    MariaDBWriter,
    PostgresReader,
    PostgresWriter,
)

pytestmark = pytest.mark.xdist_group("clusters")

ROTATIONS = [
    *(("postgres_writer", strategy) for strategy in ("alternating", "single")),
    *(("mariadb_writer", strategy) for strategy in ("alternating", "single", "dual")),
]


@pytest.fixture(scope="module")
def postgres_writer() -> Iterator[PostgresWriter]:
    yield from clusters.of(PostgresWriter, PostgresReader)


@pytest.fixture(scope="module")
def mariadb_writer() -> Iterator[MariaDBWriter]:
    yield from clusters.of(MariaDBWriter, MariaDBReader)


@dataclass
class Reading:
    """An application that logs in at the readers, and how its secret is rotated."""

    world: World
    strategy: str

    def rotate(self) -> str:
        return self.world.rotate(self.handler)

    @property
    def handler(self) -> Callable[..., None]:
        handler: Callable[..., None] = getattr(self.world, self.strategy)
        return handler

    def lets_in(self, label: str) -> bool:
        """Whether the reader does, now."""
        target = self.world.product.target
        credential = target.credential(SecretText(json.dumps(self.world.document(label))), label)
        try:
            target.connect(credential, owner="a look", deadline=Deadline(30)).close()
        except CredentialRefusedError:
            return False
        return True


@pytest.fixture(params=ROTATIONS, ids="-".join)
def reading(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Reading:
    fixture, strategy = request.param
    server: Any = request.getfixturevalue(fixture)
    monkeypatch.setenv("RDS_CA_BUNDLE", str(server.ca))
    monkeypatch.setattr("rotation.deadline.STEP_SECONDS", 60)
    clusters.resolve(monkeypatch)
    world = PostgresWorld(server) if fixture == "postgres_writer" else MySQLWorld(server)
    admin = world.secrets.document(world.admin_arn) | {"host": WRITER}
    world.secrets.put(world.admin_arn, "AWSCURRENT", admin)
    world.secrets.put(world.arn, "AWSCURRENT", world.application(host=READERS))
    world.create_first_user()
    return Reading(world, strategy)


def test_it_rotates_and_what_is_current_works_at_the_reader(reading: Reading) -> None:
    for _ in range(2):
        token = reading.rotate()
        assert reading.world.secrets.secrets[reading.world.arn].labels["AWSCURRENT"] == token
        assert reading.world.document()["host"] == READERS
        assert reading.lets_in("AWSCURRENT")
        if reading.strategy != "single":
            assert reading.lets_in("AWSPREVIOUS")


def test_a_reader_that_is_far_behind_is_told_and_the_next_attempt_finishes(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading.rotate()
    monkeypatch.setattr("database.strategy.READERS_WAITS", ())
    token = reading.world.until(reading.handler, "testSecret")
    with pytest.raises(CredentialRefusedError, match="AuroraReplicaLag") as error:
        reading.world.step(reading.handler, token, "testSecret")
    assert error.value.retry_helps
    wait_until(lambda: reading.lets_in("AWSPENDING"), seconds=30, what="the reader")
    for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        reading.world.step(reading.handler, token, step)
    assert reading.lets_in("AWSCURRENT")


def test_a_wrong_password_is_not_waited_for_at_the_writer(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("database.strategy.READERS_WAITS", (3600.0,))
    changed = reading.world.application(password="wrong")
    reading.world.secrets.put(reading.world.arn, "AWSCURRENT", changed | {"host": WRITER})
    token = reading.world.secrets.begin(reading.world.arn)
    reading.world.step(reading.handler, token, "createSecret")
    with pytest.raises(CredentialRefusedError):
        reading.world.step(reading.handler, token, "testSecret")


def test_its_secret_is_adopted_as_one_of_the_cluster(reading: Reading) -> None:
    kinds: dict[str, Any] = {
        "alternating": AlternatingUsers,
        "single": SingleUser,
        "dual": DualPasswords,
    }
    world, strategy = reading.world, kinds[reading.strategy](reading.world.product.target)
    assert adoption.check(world, strategy, Strategy=strategy.name, Host=WRITER) == world.user
