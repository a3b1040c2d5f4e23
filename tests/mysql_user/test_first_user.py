import pymysql
import pytest

from fakes.mysql import MySQLWorld, execute
from rotation.errors import (
    NotOursError,
    RefusedChangeError,
)
from tests.database.promises import FirstUserPromises


def test_it_logs_in_and_has_its_own_schema_and_nothing_else(world: MySQLWorld) -> None:
    world.run("CREATE DATABASE {}", f"{world.dbname}x")
    world.create_first_user()
    with world.as_login(world.document()) as session:
        execute(session, "CREATE TABLE mine (id int)")
        assert execute(session, "SELECT DATABASE()") == [(world.dbname,)]
        for statement in (
            f"CREATE TABLE {world.dbname}x.not_mine (id int)",
            f"CREATE TABLE {world.dbname.replace('_', 'x')}.not_mine (id int)",
            "CREATE DATABASE another",
            "SELECT * FROM mysql.user",
        ):
            with pytest.raises(pymysql.MySQLError, match="denied"):
                execute(session, statement)


def test_it_has_to_come_by_tls(world: MySQLWorld) -> None:
    world.create_first_user()
    query = "SELECT ssl_type FROM mysql.user WHERE User = %s"
    assert world.product.run(query, world.user) == [("ANY",)]


def test_a_secret_without_a_schema_gets_one_of_the_user_s_name(world: MySQLWorld) -> None:
    login = world.application()
    del login["dbname"]
    world.secrets.put(world.arn, "AWSCURRENT", login)
    world.create_first_user()
    with world.as_login(world.document()) as session:
        execute(session, f"CREATE TABLE {world.user}.mine (id int)")


def test_a_second_time_changes_nothing(world: MySQLWorld) -> None:
    world.create_first_user()
    before = world.run("SHOW CREATE USER {}@'%'", world.user)
    world.create_first_user()
    assert world.run("SHOW CREATE USER {}@'%'", world.user) == before


def test_it_works_after_rotations(world: MySQLWorld) -> None:
    for handler in (world.alternating, world.dual, world.single):
        world.create_first_user()
        world.rotate(handler)
    world.create_first_user()
    assert world.document()["username"] == world.clone


@pytest.mark.parametrize("locked", ["", " ACCOUNT LOCK"])
def test_a_user_with_another_password_is_never_touched(world: MySQLWorld, locked: str) -> None:
    world.run(f"CREATE USER {{}}@'%' IDENTIFIED BY 'its-Own-1'{locked}", world.user)
    before = world.run("SHOW CREATE USER {}@'%'", world.user)
    with pytest.raises(NotOursError, match="exists already"):
        world.create_first_user()
    assert world.run("SHOW CREATE USER {}@'%'", world.user) == before


def test_a_user_from_another_host_with_the_name_is_never_touched(world: MySQLWorld) -> None:
    world.run("CREATE USER {}@'10.0.0.1' IDENTIFIED BY 'its-Own-1'", world.user)
    with pytest.raises(NotOursError, match="exists already"):
        world.create_first_user()


def test_a_schema_that_somebody_has_is_given_to_nobody_else(world: MySQLWorld) -> None:
    other = f"other_{world.number}"
    world.run("CREATE USER {}@'%' IDENTIFIED BY 'its-Own-1'", other)
    for grant in (world.dbname, world.dbname.replace("_", r"\_")):
        world.run("GRANT SELECT ON {}.* TO {}@'%'", grant, other)
        with pytest.raises(NotOursError, match=f"is used by {other}"):
            world.create_first_user()
        assert not world.exists(world.user)
        world.run("REVOKE SELECT ON {}.* FROM {}@'%'", grant, other)
    world.create_first_user()


class TestPromises(FirstUserPromises):
    """Before there is a user."""


def test_a_lock_that_outlasts_an_attempt_does_not_fail_the_deployment(
    world: MySQLWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deployment has one attempt only, and someone may make a backup just then."""
    monkeypatch.setattr("mysql_user.start_up.LOCK_SECONDS", 1)
    reads = iter(range(100))
    with world.server.connect() as backup:
        execute(backup, "FLUSH TABLES WITH READ LOCK")

        def end_with_the_second_attempt(call: str) -> None:
            # The secret, the admin's, and the secret under the fence: those are of the first.
            if call == "get_secret_value" and next(reads) == 3:
                execute(backup, "UNLOCK TABLES")

        world.secrets.before = end_with_the_second_attempt
        world.create_first_user()
    assert next(reads) > 3
    assert world.accepts(world.document())


def test_an_admin_without_the_rights_is_told_what_it_needs(world: MySQLWorld) -> None:
    weak = f"weak_{world.number}"
    world.run("CREATE USER {}@'%' IDENTIFIED BY 'its-Own-1'", weak)
    world.secrets.put(world.admin_arn, "AWSCURRENT", world.login(weak, "its-Own-1"))
    with pytest.raises(RefusedChangeError, match="look for the user") as refused:
        world.create_first_user()
    assert "CREATE USER, SELECT on the schema mysql" in refused.value.remedy


def test_a_user_that_exists_is_taken_over_by_its_present_password(world: MySQLWorld) -> None:
    world.run("CREATE USER {}@'%' IDENTIFIED BY 'its-Own-1'", world.user)
    world.run("CREATE DATABASE {}", world.dbname)
    world.run("GRANT SELECT ON {}.* TO {}@'%'", world.dbname, world.user)
    present = world.arn_of("present")
    world.secrets.create(present, {"username": world.user, "password": "its-Own-1"})
    world.ensure(PresentSecretArn=present)
    assert world.document()["password"] == "its-Own-1"
    world.rotate(world.alternating)
    assert world.accepts(world.document())
