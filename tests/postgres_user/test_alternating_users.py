import json

import psycopg
import pytest

from fakes.postgres import PostgresWorld
from fakes.world import STEPS
from rotation.errors import (
    BadSecretError,
    NotOursError,
    NotPendingError,
    RotationError,
)
from tests.database.promises import AlternatingPromises


@pytest.fixture
def ready(any_world: PostgresWorld) -> PostgresWorld:
    any_world.create_first_user()
    return any_world


class TestPromises(AlternatingPromises):
    """Both users, on each server."""


def test_everything_else_in_the_secret_stays_byte_for_byte(ready: PostgresWorld) -> None:
    login = json.dumps(ready.application())[1:-1]
    text = f'{{ {login},\n "z": 1E400, "a": [1.0], "a": "\\u00e4", "b": 2 }}\n'
    ready.secrets.put(ready.arn, "AWSCURRENT", text)
    token = ready.rotate(ready.alternating)
    password = ready.document()["password"]
    expected = text.replace(f'"{ready.user}"', f'"{ready.clone}"')
    expected = expected.replace("the-First-Password-1", password)
    assert ready.secrets.secrets[ready.arn].contents[token] == expected


def test_a_rotation_takes_eleven_calls_and_four_connections(ready: PostgresWorld) -> None:
    ready.rotate(ready.alternating)
    ready.secrets.calls.clear()
    connections = ready.connections()
    ready.rotate(ready.alternating)
    assert len(ready.secrets.calls) == 11
    assert ready.connections() - connections == 4


def test_an_unrelated_user_with_the_clones_name_is_never_touched(ready: PostgresWorld) -> None:
    ready.run("CREATE ROLE {} LOGIN PASSWORD 'its-Own-1'", ready.clone)
    # Not even if it is a member, as a clone is: on old servers anyone may grant oneself away.
    ready.run("GRANT {} TO {}", ready.user, ready.clone)
    token = ready.until(ready.alternating, "setSecret")
    with pytest.raises(NotOursError, match=f"{ready.clone} exists already"):
        ready.step(ready.alternating, token, "setSecret")
    assert ready.accepts(ready.login(ready.clone, "its-Own-1"))
    assert ready.document()["username"] == ready.user


def test_a_secret_for_a_clone_does_not_give_away_the_user_it_is_named_after(
    ready: PostgresWorld,
) -> None:
    victim, attacker = f"victim_{ready.number}", f"victim_{ready.number}_clone"
    for name in (victim, attacker):
        ready.run("CREATE ROLE {} LOGIN PASSWORD 'its-Own-1'", name)
    ready.secrets.put(
        ready.arn, "AWSCURRENT", ready.application(username=attacker, password="its-Own-1")
    )
    token = ready.until(ready.alternating, "setSecret")
    with pytest.raises(NotOursError):
        ready.step(ready.alternating, token, "setSecret")
    assert ready.accepts(ready.login(victim, "its-Own-1"))


def test_a_user_can_not_forge_the_mark(ready: PostgresWorld) -> None:
    ready.rotate(ready.alternating)
    for label in ("AWSCURRENT", "AWSPREVIOUS"):
        with (
            ready.as_login(ready.document(label)) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(f"COMMENT ON ROLE {ready.clone} IS 'mine'")


def test_a_first_user_that_ends_in_clone_is_refused(ready: PostgresWorld) -> None:
    lonely = f"lonely_{ready.number}_clone"
    ready.run("CREATE ROLE {} LOGIN PASSWORD 'its-Own-1'", lonely)
    ready.secrets.put(
        ready.arn, "AWSCURRENT", ready.application(username=lonely, password="its-Own-1")
    )
    token = ready.until(ready.alternating, "setSecret")
    with pytest.raises(NotOursError, match="does not exist"):
        ready.step(ready.alternating, token, "setSecret")


@pytest.mark.parametrize("field", ["host", "port"])
@pytest.mark.parametrize("whose", ["AWSPENDING", "admin"])
def test_servers_are_not_mixed(world: PostgresWorld, field: str, whose: str) -> None:
    world.create_first_user()
    other = {"host": "127.0.0.1", "port": 1}
    if whose == "admin":
        admin = world.login(world.admin, "the-Admins-own-1") | {field: other[field]}
        world.secrets.put(world.admin_arn, "AWSCURRENT", admin)
    token = world.until(world.alternating, "setSecret")
    if whose == "AWSPENDING":
        changed = json.dumps(world.pending(token) | {field: other[field]})
        world.secrets.secrets[world.arn].contents[token] = changed
    for step in ("setSecret", "finishSecret") if whose == "AWSPENDING" else ("setSecret",):
        with pytest.raises(BadSecretError, match="is for"):
            world.step(world.alternating, token, step)


def test_a_name_whose_twin_would_be_cut_is_refused_before_anything_changes(
    world: PostgresWorld,
) -> None:
    name = "x" * 60
    world.secrets.put(world.arn, "AWSCURRENT", world.application(username=name))
    token = world.secrets.begin(world.arn)
    with pytest.raises(BadSecretError, match="66 bytes"):
        world.step(world.alternating, token, "createSecret")
    assert world.secrets.secrets[world.arn].contents[token] is None


def test_names_of_57_bytes_work_whatever_is_in_them(ready: PostgresWorld) -> None:
    name = "ä\"'\\;-- $1 :x{}%s " + "y" * 57
    name = name.encode()[:57].decode()
    ready.secrets.put(ready.arn, "AWSCURRENT", ready.application(username=name))
    ready.create_first_user()
    ready.rotate(ready.alternating)
    ready.rotate(ready.alternating)
    assert ready.document()["username"] == name
    assert ready.accepts(ready.document("AWSPREVIOUS"))


def test_an_empty_version_never_becomes_current(world: PostgresWorld) -> None:
    world.create_first_user()
    token = world.secrets.begin(world.arn)
    for step in STEPS[1:]:
        with pytest.raises(NotPendingError):
            world.step(world.alternating, token, step)
    assert world.document()["username"] == world.user


def test_the_error_names_secret_step_cause_and_remedy(world: PostgresWorld) -> None:
    token = world.until(world.alternating, "setSecret")
    with pytest.raises(RotationError) as caught:
        world.step(world.alternating, token, "setSecret")
    error = caught.value
    assert (error.secret, error.step, error.retry_helps) == (world.arn, "setSecret", False)
    assert str(error).startswith(f"setSecret of {world.arn} failed: PostgreSQL refused to let")
    assert error.__cause__ is not None
