"""An older server that is set up as few are."""

from collections.abc import Iterator

import pytest

from fakes.mysql import MySQLWorld
from local.debian import DebianPackageError
from local.mariadb import MariaDBServer, binaries
from rotation.errors import NotOursError

OLD = "10.11"

SETTINGS = {
    "lower_case_table_names": "1",
    "character_set_client_handshake": "OFF",
    "character_set_server": "latin1",
    "performance_schema": "OFF",
}
"""They are settled when a server starts; else see test_hostile_settings."""


@pytest.fixture(scope="module")
def old_mariadb() -> Iterator[MariaDBServer]:
    """Skips the test where it can't be had."""
    try:
        found = binaries(OLD)
    except DebianPackageError as error:
        pytest.skip(str(error))
    with MariaDBServer(binaries=found, settings=SETTINGS) as server:
        yield server


def test_everything_works_there(
    old_mariadb: MariaDBServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RDS_CA_BUNDLE", str(old_mariadb.ca))
    world = MySQLWorld(old_mariadb)
    world.dbname = "Data_X"
    world.secrets.put(world.arn, "AWSCURRENT", world.application())
    world.create_first_user()
    for handler in (world.alternating, world.alternating, world.dual, world.dual, world.single):
        world.rotate(handler)
        assert world.accepts(world.document())
    world.add_login("Other_X")
    world.ensure(Reads=["Other_X"])


def test_a_schema_is_somebodys_however_its_name_is_written(
    old_mariadb: MariaDBServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RDS_CA_BUNDLE", str(old_mariadb.ca))
    world = MySQLWorld(old_mariadb)
    other = f"other_{world.number}"
    world.run("CREATE USER {}", other)
    world.secrets.put(world.arn, "AWSCURRENT", world.application(dbname="Data_Y"))
    for named in ("DATA_Y.*", "DATA_Y.t"):
        world.run(f"GRANT CREATE ON {named} TO {{}}", other)
        with pytest.raises(NotOursError, match=f"is used by {other}"):
            world.create_first_user()
        world.run("REVOKE ALL PRIVILEGES, GRANT OPTION FROM {}", other)
    world.create_first_user()
