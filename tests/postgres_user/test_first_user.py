import psycopg
import pytest

from fakes.postgres import PostgresWorld
from rotation.errors import (
    NotOursError,
    UnsuitableError,
)
from tests.database.promises import FirstUserPromises


def test_it_logs_in_and_has_its_own_schema_and_nothing_else(any_world: PostgresWorld) -> None:
    any_world.create_first_user()
    with any_world.as_login(any_world.document()) as connection:
        connection.execute("CREATE TABLE mine (id int)")
        query = "SELECT relnamespace::regnamespace::text FROM pg_class WHERE relname = 'mine'"
        assert connection.execute(query).fetchone() == (any_world.user,)
        if any_world.run("SELECT current_setting('server_version_num')::int >= 150000")[0][0]:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE TABLE public.not_mine (id int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE SCHEMA another")
    query = "SELECT 1 FROM pg_auth_members WHERE member::regrole::text = %s"
    assert not any_world.ask(query, any_world.user)


def test_the_admin_keeps_no_right_to_act_as_it(any_world: PostgresWorld) -> None:
    any_world.create_first_user()
    with (
        any_world.as_admin() as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"SET ROLE {any_world.user}")


def test_a_second_time_changes_nothing(any_world: PostgresWorld) -> None:
    any_world.create_first_user()
    log = any_world.server.log.read_text(errors="replace").count("ALTER ROLE")
    any_world.create_first_user()
    assert any_world.server.log.read_text(errors="replace").count("ALTER ROLE") == log


def test_it_works_after_rotations(any_world: PostgresWorld) -> None:
    any_world.create_first_user()
    any_world.rotate(any_world.alternating)
    any_world.create_first_user()
    assert any_world.document()["username"] == any_world.clone


def test_a_user_with_another_password_is_never_touched(any_world: PostgresWorld) -> None:
    any_world.run("CREATE ROLE {} LOGIN PASSWORD 'its-Own-1'", any_world.user)
    with pytest.raises(NotOursError, match="already exists"):
        any_world.create_first_user()
    assert any_world.accepts(any_world.login(any_world.user, "its-Own-1"))
    assert not any_world.ask("SELECT 1 FROM pg_namespace WHERE nspname = %s", any_world.user)


class TestPromises(FirstUserPromises):
    """Before there is a user."""


def test_an_admin_that_may_create_no_schema_is_told_before_anything_is_made(
    any_world: PostgresWorld,
) -> None:
    any_world.run("REVOKE CREATE ON DATABASE {} FROM {}", any_world.dbname, any_world.admin)
    with pytest.raises(UnsuitableError, match="may not create a schema") as caught:
        any_world.create_first_user()
    assert not any_world.exists(any_world.user)
    any_world.run(caught.value.remedy.removeprefix("Run as the database's owner: "))
    any_world.create_first_user()
    assert any_world.accepts(any_world.document())


def of_rds(world: PostgresWorld, password: str = "the-Admins-own-1") -> None:
    """RDS manages the admin's secret, and puts nothing else into it."""
    content = {"username": world.admin, "password": password}
    world.secrets.put(world.admin_arn, "AWSCURRENT", content)


def test_the_admin_s_secret_may_be_rds_s_own(any_world: PostgresWorld) -> None:
    of_rds(any_world)
    other = f"other_{any_world.number}"
    any_world.add_login(other)
    any_world.ensure(Reads=[other])
    any_world.rotate(any_world.alternating)
    assert any_world.accepts(any_world.document())


@pytest.mark.parametrize("exists", [True, False])
def test_a_rotation_of_the_admin_s_secret_is_waited_for(
    world: PostgresWorld, *, exists: bool
) -> None:
    """RDS changes the password, and moves the label some seconds later."""
    other = f"other_{world.number}"
    world.add_login(other)
    if exists:
        world.ensure()
    of_rds(world, "not-any-more")
    reads = iter(range(100))

    def rotate(call: str) -> None:
        if call == "get_secret_value" and next(reads) == 2:
            of_rds(world)

    world.secrets.before = rotate
    world.ensure(Reads=[other])
    assert world.accepts(world.document())
