"""Remedies, followed to the letter: afterwards AWSCURRENT works, and nothing is lost."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any, cast

import pytest

from fakes.postgres import PostgresWorld
from local.postgres import PostgresServer
from rotation.errors import (
    BadSecretError,
    CredentialRefusedError,
    NotOursError,
    RefusedChangeError,
    RotationError,
    UnequalTwinsError,
)
from tests.postgres_user.conftest import brought
from tests.warned import warned


@pytest.fixture
def ready(world: PostgresWorld) -> PostgresWorld:
    """The clone is current, and has made a table."""
    world.create_first_user()
    world.rotate(world.alternating)
    with world.as_login(world.document()) as connection:
        connection.execute("CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")
    return world


def refused(
    world: PostgresWorld, kind: type[RotationError], step: str = "setSecret"
) -> RotationError:
    token = world.until(world.alternating, step)
    with pytest.raises(kind) as caught:
        world.step(world.alternating, token, step)
    assert world.accepts(world.document()) or kind is CredentialRefusedError
    return caught.value


def as_admin(world: PostgresWorld, error: RotationError) -> None:
    """Runs what the remedy tells an admin to run."""
    found = re.search(r"admin: (.*?)(?:; else .*)?$", error.remedy)
    assert found
    with world.as_admin() as connection:
        connection.execute(cast("Any", found[1]))


def assert_all_is_well(world: PostgresWorld) -> None:
    """Two more rotations, and both users read what was there and add to it."""
    for _ in range(2):
        world.rotate(world.alternating)
    for label in ("AWSCURRENT", "AWSPREVIOUS"):
        with world.as_login(world.document(label)) as connection:
            assert connection.execute("SELECT id FROM kept").fetchone() == (7,)
            connection.execute(f"ALTER TABLE kept ADD COLUMN {label} int")


def test_a_secret_that_was_made_anew_is_given_the_pair(ready: PostgresWorld) -> None:
    old = ready.arn
    current = ready.document()
    ready.arn = old.replace("AbCdEf", "GhIjKl")
    ready.secrets.create(ready.arn, current)
    del ready.secrets.secrets[old]
    error = refused(ready, NotOursError)
    assert old in error.cause
    assert "gone" in error.remedy
    assert not re.search("drop|REASSIGN", error.remedy, re.IGNORECASE)
    as_admin(ready, error)
    assert_all_is_well(ready)


def test_a_twin_without_a_mark_and_without_a_credential_is_given_to_the_secret(
    ready: PostgresWorld,
) -> None:
    ready.run("COMMENT ON ROLE {} IS NULL", ready.clone)
    del ready.secrets.secrets[ready.arn].labels["AWSPREVIOUS"]
    error = refused(ready, NotOursError)
    as_admin(ready, error)
    assert_all_is_well(ready)


def test_a_base_that_was_dropped_is_made_again(ready: PostgresWorld) -> None:
    ready.run("REASSIGN OWNED BY {} TO {}", ready.user, ready.admin)
    ready.run("DROP OWNED BY {}", ready.user)
    ready.run("DROP ROLE {}", ready.user)
    remedy = refused(ready, NotOursError).remedy
    assert f"again, with what {ready.clone} may do and a password that nobody knows" in remedy
    with ready.as_admin() as connection:
        connection.execute(f"CREATE ROLE {ready.user} LOGIN PASSWORD 'that-Nobody-knows-1'")
    for _ in range(2):
        ready.rotate(ready.alternating)
        assert ready.accepts(ready.document())


@pytest.mark.parametrize("name", ["lonely_{}_clone", "app_clone_clone_{}_clone_clone"])
def test_a_first_user_that_ends_in_clone_is_renamed(world: PostgresWorld, name: str) -> None:
    lonely = name.format(world.number)
    world.create_first_user()
    with world.as_login(world.document()) as connection:
        connection.execute("CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")
    world.run("ALTER ROLE {} RENAME TO {}", world.user, lonely)
    world.secrets.put(world.arn, "AWSCURRENT", world.application(username=lonely))
    twice = lonely.endswith("_clone_clone")
    kind, step = (BadSecretError, "createSecret") if twice else (NotOursError, "setSecret")
    error = refused(world, kind, step)
    assert re.search(f"[Rr]ename .*{world.number and '_clone'}", error.remedy)
    world.run("ALTER ROLE {} RENAME TO {}", lonely, world.user)
    world.secrets.put(world.arn, "AWSCURRENT", world.application())
    del world.secrets.secrets[world.arn].labels["AWSPENDING"]
    assert_all_is_well(world)


@pytest.mark.parametrize("whose", ["AWSCURRENT", "AWSPENDING"])
def test_a_user_whose_validity_ended_is_let_in_again(ready: PostgresWorld, whose: str) -> None:
    name = ready.clone if whose == "AWSCURRENT" else ready.user
    ready.run("ALTER ROLE {} VALID UNTIL '2020-01-01'", name)
    error = refused(ready, CredentialRefusedError)
    assert f"The validity of the user {name} ended" in error.cause
    as_admin(ready, error)
    assert_all_is_well(ready)


def test_a_user_that_may_not_log_in_is_let_in_again(ready: PostgresWorld) -> None:
    ready.run("ALTER ROLE {} NOLOGIN", ready.user)
    assert "ALTER ROLE ... LOGIN" in refused(ready, CredentialRefusedError, "testSecret").remedy
    with ready.as_admin() as connection:
        connection.execute(f"ALTER ROLE {ready.user} LOGIN")
    assert_all_is_well(ready)


def test_a_password_that_is_not_the_secrets_is_set_to_it(ready: PostgresWorld) -> None:
    ready.run("ALTER ROLE {} PASSWORD 'another'", ready.clone)
    error = refused(ready, CredentialRefusedError)
    assert "let an admin set it to the secret's" in error.remedy
    ready.run(f"ALTER ROLE {{}} PASSWORD '{ready.document()['password']}'", ready.clone)
    assert_all_is_well(ready)


@pytest.fixture
def small() -> Iterator[PostgresServer]:
    """A server that has room for few locks, and can become a standby."""
    settings = {"max_locks_per_transaction": "10", "max_connections": "20"}
    with PostgresServer(settings=settings) as server:
        yield server


@pytest.fixture
def small_world(small: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> PostgresWorld:
    monkeypatch.setenv("RDS_CA_BUNDLE", str(small.ca))
    return PostgresWorld(small)


def adopted(world: PostgresWorld, schema: str, tables: int) -> None:
    """As AWS's function leaves it: the clone owns what was made while it was current."""
    world.create_first_user()
    with world.as_admin() as connection:
        connection.execute(f"CREATE ROLE {world.clone} LOGIN PASSWORD 'made-by-Aws-1'")
        connection.execute(f"GRANT {world.user} TO {world.clone}")
    world.secrets.put(world.arn, "AWSPREVIOUS", world.document())
    login = world.application(username=world.clone, password="made-by-Aws-1")
    world.secrets.put(world.arn, "AWSCURRENT", login)
    world.run(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    world.run(f"GRANT CREATE, USAGE ON SCHEMA {schema} TO {{}}", world.clone)
    with world.as_login(login) as connection:
        for number in range(tables):
            connection.execute(
                cast("Any", f'CREATE TABLE {schema}."t ä{number}" (id serial PRIMARY KEY, x text)')
            )


def owners(world: PostgresWorld) -> set[tuple[object, ...]]:
    query = (
        "SELECT DISTINCT relowner::regrole::text FROM pg_class WHERE starts_with(relname, 't ä')"
    )
    return {*world.ask(query)}


def test_more_tables_than_the_server_has_locks_for_are_handed_over_in_steps(
    small_world: PostgresWorld,
) -> None:
    adopted(small_world, small_world.user, 100)
    small_world.rotate(small_world.alternating)
    assert owners(small_world) == {(small_world.user,)}
    assert not small_world.ask(
        "SELECT FROM pg_auth_members WHERE member::regrole::text = %s"
        " AND roleid::regrole::text = %s AND NOT admin_option",
        small_world.admin,
        small_world.user,
    )


def test_where_the_base_may_not_create_it_is_granted(small_world: PostgresWorld) -> None:
    adopted(small_world, "elsewhere", 100)
    error = refused(small_world, RefusedChangeError)
    found = re.search("admin: (GRANT CREATE ON SCHEMA .*)$", error.remedy)
    assert found
    small_world.run(found[1])
    small_world.rotate(small_world.alternating)
    assert owners(small_world) == {(small_world.user,)}


@pytest.fixture(params=["16.4", "17.1"])
def forgetful_world(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PostgresWorld]:
    """Loses `role` after DISCARD ALL, or ignores it."""
    with PostgresServer(binaries=brought(request.param)) as server:
        monkeypatch.setenv("RDS_CA_BUNDLE", str(server.ca))
        yield PostgresWorld(server)


def test_a_server_that_can_not_keep_twins_equal_is_refused_before_anything_changes(
    forgetful_world: PostgresWorld,
) -> None:
    world = forgetful_world
    world.create_first_user()
    error = refused(world, UnequalTwinsError)
    assert re.search(r"PostgreSQL 1[67]\.\d", error.cause)
    assert "or rotate a single user" in error.remedy
    assert not error.retry_helps
    assert not world.exists(world.clone)
    del world.secrets.secrets[world.arn].labels["AWSPENDING"]
    world.rotate(world.single)
    assert world.accepts(world.document())


def test_a_setting_of_an_extension_is_copied(ready: PostgresWorld) -> None:
    ready.run("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    with ready.as_login(ready.document("AWSPREVIOUS")) as connection:
        connection.execute("SELECT show_limit()")
        connection.execute(f"ALTER ROLE {ready.user} SET pg_trgm.similarity_threshold = 0.5")
    ready.run("ALTER ROLE {} SET lock_timeout = '9s'", ready.user)
    for _ in range(2):
        ready.rotate(ready.alternating)
        for label in ("AWSCURRENT", "AWSPREVIOUS"):
            assert begins_with(ready, label, "pg_trgm.similarity_threshold") == "0.5"
            assert begins_with(ready, label, "lock_timeout") == "9s"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("auto_explain.log_min_duration", "98765432"),
        ("session_preload_libraries", "auto_explain"),
        ("log_min_duration_statement", "7s"),
        ("app.tenant", "a secret"),
    ],
)
def test_a_setting_that_can_not_be_copied_is_told_and_the_rotation_goes_on(
    ready: PostgresWorld, function_log: io.StringIO, name: str, value: str
) -> None:
    ready.run(f"ALTER ROLE {{}} SET {name} = '{value}'", ready.user)
    ready.run("ALTER ROLE {} SET lock_timeout = '9s'", ready.user)
    ready.rotate(ready.alternating)
    ready.rotate(ready.alternating)
    assert begins_with(ready, "AWSCURRENT", "lock_timeout") == "9s"
    warnings = warned(function_log)
    assert all(name in warning["cause"] for warning in warnings)
    assert len(warnings) == 2
    assert value not in "".join(w["message"].replace(name, "") for w in warnings)
    found = re.search(r"other: (.*) TO \.\.\. ", warnings[0]["remedy"])
    assert found
    ready.run(f"{found[1].replace('{', '{{')} TO '{value}'")
    for _ in range(2):
        ready.rotate(ready.alternating)
    assert len(warned(function_log)) == 2


def begins_with(world: PostgresWorld, label: str, name: str) -> object:
    with world.as_login(world.document(label)) as connection:
        [value] = connection.execute("SELECT current_setting(%s, true)", [name]).fetchone() or [
            None
        ]
        return value


def test_what_the_clone_owns_in_another_database_is_handed_over_there(ready: PostgresWorld) -> None:
    elsewhere = f"elsewhere_{ready.number}"
    ready.server.create_database(elsewhere, ready.admin)
    with ready.server.connect(dbname=elsewhere) as connection:
        connection.execute(f"CREATE SCHEMA hers AUTHORIZATION {ready.clone}")
        connection.execute(f"SET ROLE {ready.clone}; CREATE TABLE hers.kept (id int)")
    error = refused(ready, RefusedChangeError)
    found = re.search("as an admin: (.*)$", error.remedy)
    assert found
    with ready.server.connect(dbname=elsewhere) as connection:
        connection.execute(cast("Any", found[1]))
    assert_all_is_well(ready)
    with ready.as_login(ready.document(), elsewhere) as connection:
        connection.execute("ALTER TABLE hers.kept ADD COLUMN more int")


def test_a_pending_version_for_another_user_is_given_up(ready: PostgresWorld) -> None:
    token = ready.until(ready.alternating, "setSecret")
    other = json.dumps(ready.pending(token) | {"username": "somebody"})
    ready.secrets.secrets[ready.arn].contents[token] = other
    with pytest.raises(BadSecretError, match="Take AWSPENDING off that version and rotate again"):
        ready.step(ready.alternating, token, "setSecret")
    del ready.secrets.secrets[ready.arn].labels["AWSPENDING"]
    assert_all_is_well(ready)


def test_a_host_that_moved_during_a_rotation_is_corrected(ready: PostgresWorld) -> None:
    token = ready.until(ready.alternating, "setSecret")
    other = json.dumps(ready.pending(token) | {"host": "127.0.0.1"})
    ready.secrets.secrets[ready.arn].contents[token] = other
    with pytest.raises(BadSecretError, match="take AWSPENDING off its version and rotate again"):
        ready.step(ready.alternating, token, "setSecret")
    del ready.secrets.secrets[ready.arn].labels["AWSPENDING"]
    assert_all_is_well(ready)


def test_a_standby_is_told_and_the_writer_put_into_the_secret(small_world: PostgresWorld) -> None:
    world = small_world
    world.create_first_user()
    data = next(world.server.ca.parent.glob("server/data"))
    (data / "standby.signal").touch()
    world.server.restart()
    error = refused(world, RefusedChangeError)
    assert "read-only server" in error.remedy
    assert not error.retry_helps
    # The standby becomes the writer, which has the same address here.
    with world.as_superuser() as connection:
        connection.execute("SELECT pg_promote()")
    del world.secrets.secrets[world.arn].labels["AWSPENDING"]
    world.rotate(world.alternating)
    assert world.accepts(world.document())
