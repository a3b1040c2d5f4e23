import json

import pytest

from fakes.postgres import PostgresWorld
from rotation.errors import BadSecretError, CredentialRefusedError
from tests.database.promises import SinglePromises


@pytest.fixture
def ready(any_world: PostgresWorld) -> PostgresWorld:
    any_world.create_first_user()
    return any_world


class TestPromises(SinglePromises):
    """One user, on each server."""


def test_a_session_that_is_open_stays_open(ready: PostgresWorld) -> None:
    with ready.as_login(ready.document()) as session:
        ready.rotate(ready.single)
        assert session.execute("SELECT 1").fetchone() == (1,)


def test_a_rotation_takes_ten_calls_and_three_connections(ready: PostgresWorld) -> None:
    ready.secrets.calls.clear()
    connections = ready.connections()
    ready.rotate(ready.single)
    assert len(ready.secrets.calls) == 10
    assert ready.connections() - connections == 3


def test_no_admin_is_needed(ready: PostgresWorld) -> None:
    login = ready.login(ready.user, "the-First-Password-1")
    ready.secrets.put(ready.arn, "AWSCURRENT", login)
    del ready.secrets.secrets[ready.admin_arn]
    ready.rotate(ready.single)
    assert ready.accepts(ready.document())


def test_the_admins_own_secret_rotates_the_same_way(ready: PostgresWorld) -> None:
    ready.rotate(ready.single, ready.admin_arn)
    assert ready.accepts(ready.secrets.document(ready.admin_arn))
    ready.rotate(ready.alternating)
    assert ready.accepts(ready.document())


def test_a_clone_rotates_itself_after_a_change_of_strategy(ready: PostgresWorld) -> None:
    ready.rotate(ready.alternating)
    ready.rotate(ready.single)
    assert ready.document()["username"] == ready.clone
    assert ready.accepts(ready.document())


def test_a_password_that_scram_can_not_carry_is_told_as_that(ready: PostgresWorld) -> None:
    password = "p\u0221-not-assigned-in-unicode-3.2"
    ready.secrets.put(ready.arn, "AWSCURRENT", {**ready.document(), "password": password})
    token = ready.until(ready.single, "createSecret")
    with pytest.raises(BadSecretError, match="password in AWSCURRENT") as error:
        ready.step(ready.single, token, "setSecret")
    assert password not in str(error.value)


def test_a_database_restored_from_a_backup_is_set_right(world: PostgresWorld) -> None:
    world.create_first_user()
    before = world.document()
    world.rotate(world.single)
    world.run(f"ALTER ROLE {{}} PASSWORD '{before['password']}'", world.user)
    world.rotate(world.single)
    assert world.accepts(world.document())


def test_a_password_that_nobody_knows_is_left_alone(world: PostgresWorld) -> None:
    world.create_first_user()
    world.rotate(world.single)
    world.run("ALTER ROLE {} PASSWORD 'set-by-Hand-1'", world.user)
    token = world.until(world.single, "setSecret")
    with pytest.raises(CredentialRefusedError, match=f"{world.user} .AWSCURRENT"):
        world.step(world.single, token, "setSecret")
    assert world.accepts(world.login(world.user, "set-by-Hand-1"))


def test_a_previous_version_that_makes_no_sense_is_no_way_in(world: PostgresWorld) -> None:
    world.create_first_user()
    world.run("ALTER ROLE {} PASSWORD 'set-by-Hand-1'", world.user)
    elsewhere = world.application(port=1, password="set-by-Hand-1")
    for previous in ("no JSON", world.login(world.clone, "set-by-Hand-1"), elsewhere):
        world.secrets.put(world.arn, "AWSPREVIOUS", previous)
        token = world.until(world.single, "setSecret")
        with pytest.raises(CredentialRefusedError):
            world.step(world.single, token, "setSecret")


@pytest.mark.parametrize("field", ["host", "port", "username"])
def test_a_pending_version_for_something_else_is_refused(world: PostgresWorld, field: str) -> None:
    world.create_first_user()
    token = world.until(world.single, "setSecret")
    other = {"host": "127.0.0.1", "port": 1, "username": world.admin}
    changed = json.dumps(world.pending(token) | {field: other[field]})
    world.secrets.secrets[world.arn].contents[token] = changed
    for step in ("setSecret", "finishSecret"):
        with pytest.raises(BadSecretError):
            world.step(world.single, token, step)
    assert world.accepts(world.document())


def test_a_secret_without_rotation_is_not_rotated(world: PostgresWorld) -> None:
    token = world.secrets.begin(world.arn)
    world.secrets.secrets[world.arn].rotated = False
    with pytest.raises(BadSecretError, match="not enabled"):
        world.step(world.single, token, "createSecret")


def test_a_server_that_makes_md5_passwords_gets_scram(world: PostgresWorld) -> None:
    world.create_first_user()
    world.run("ALTER ROLE {} SET password_encryption = 'md5'", world.user)
    world.rotate(world.single)
    query = "SELECT rolpassword FROM pg_authid WHERE rolname = %s"
    assert str(world.ask(query, world.user)[0][0]).startswith("SCRAM-SHA-256$4096:")


def test_a_rotation_that_is_given_up_after_the_password_changed_is_taken_over(
    ready: PostgresWorld,
) -> None:
    given_up = ready.until(ready.single, "testSecret")
    del ready.secrets.secrets[ready.arn].labels["AWSPENDING"]
    ready.rotate(ready.single)
    assert ready.document()["password"] == ready.pending(given_up)["password"]
    assert ready.accepts(ready.document())
    ready.rotate(ready.single)
    assert ready.document()["password"] != ready.pending(given_up)["password"]
