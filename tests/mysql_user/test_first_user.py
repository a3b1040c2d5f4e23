import contextlib
import itertools
from collections.abc import Iterator
from typing import Any

import pymysql
import pytest

from fakes.mysql import MySQLWorld, execute
from mysql_user.connection import Connection
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


@pytest.fixture
def other(world: MySQLWorld) -> Iterator[str]:
    """Another user, who has no right yet."""
    name = f"other_{world.number}"
    world.run("CREATE USER {}@'10.0.0.1' IDENTIFIED BY 'its-Own-1'", name)
    yield name
    world.run("DROP USER {}@'10.0.0.1'", name)


RIGHTS = {
    "the schema": "SELECT ON {dbname}.*",
    "the schema, escaped": "SELECT ON `{escaped}`.*",
    "a pattern": "SELECT ON `{escaped}%`.*",
    "a table": "SELECT ON {dbname}.t",
    "a column": "SELECT (id) ON {dbname}.t",
    "a routine": "EXECUTE ON PROCEDURE {dbname}.p",
}


def grant(world: MySQLWorld, right: str, to: str) -> None:
    """What the right was for is gone."""
    name = world.dbname
    world.run("CREATE DATABASE {}", name)
    world.run("CREATE TABLE {}.t (id int)", name)
    world.run("CREATE PROCEDURE {}.p() SELECT 1", name)
    named = RIGHTS[right].format(dbname=name, escaped=name.replace("_", r"\_"))
    world.run(f"GRANT {named} TO {to}")
    world.run("DROP TABLE {}.t", name)
    world.run("DROP DATABASE {}", name)


@pytest.mark.parametrize("right", RIGHTS)
def test_a_schema_that_somebody_has_is_given_to_nobody_else(
    world: MySQLWorld, other: str, right: str
) -> None:
    grant(world, right, f"{other}@'10.0.0.1'")
    with pytest.raises(NotOursError, match=f"is used by {other}"):
        world.create_first_user()
    assert not world.exists(world.user)
    world.run("REVOKE ALL PRIVILEGES, GRANT OPTION FROM {}@'10.0.0.1'", other)
    world.create_first_user()
    assert world.accepts(world.document())


def test_the_anonymous_user_of_an_old_installation_is_somebody(world: MySQLWorld) -> None:
    world.run("CREATE USER ''@'10.0.0.1'")
    try:
        grant(world, "a pattern", "''@'10.0.0.1'")
        with pytest.raises(NotOursError, match="is used by the anonymous user"):
            world.create_first_user()
    finally:
        world.run("DROP USER ''@'10.0.0.1'")


def test_a_role_that_has_the_users_name_is_somebody(on_mariadb: MySQLWorld) -> None:
    on_mariadb.run("CREATE ROLE {}", on_mariadb.user)
    grant(on_mariadb, "the schema", on_mariadb.user)
    with pytest.raises(NotOursError, match=f"is used by {on_mariadb.user}"):
        on_mariadb.create_first_user()


def test_rights_that_say_nothing_of_the_schema_are_nobodys(world: MySQLWorld, other: str) -> None:
    """On everything in either way, on others, and the admin's own, by which it grants them."""
    for on in ("*.*", "`%`.*", f"`x{world.dbname}%`.*"):
        world.run(f"GRANT SELECT ON {on} TO {{}}@'10.0.0.1'", other)
    world.run(f"GRANT SELECT ON `{world.dbname}%`.* TO {{}}@'%' WITH GRANT OPTION", world.admin)
    world.create_first_user()
    assert world.accepts(world.document())


def test_where_a_name_is_no_pattern_it_is_not_read_as_one(partial: MySQLWorld) -> None:
    partial.run("CREATE USER {}@'10.0.0.1'", partial.clone)
    partial.run(f"GRANT SELECT ON `{partial.dbname}%`.* TO {{}}@'10.0.0.1'", partial.clone)
    partial.create_first_user()
    assert partial.accepts(partial.document())
    partial.run("DROP USER {}@'10.0.0.1'", partial.clone)


CONTENTS = {
    "t": "TABLE {}.t (id int)",
    "v": "VIEW {}.v AS SELECT 1",
    "p": "PROCEDURE {}.p() SELECT 1",
    "e": "EVENT {}.e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1",
}


@pytest.mark.parametrize("what", CONTENTS)
def test_a_schema_that_holds_something_is_given_to_nobody(world: MySQLWorld, what: str) -> None:
    """A user with rights on everything may work there, which nothing tells."""
    world.run("CREATE DATABASE {}", world.dbname)
    world.run(f"CREATE {CONTENTS[what]}", world.dbname)
    with pytest.raises(NotOursError, match=rf"holds something already: {what}\."):
        world.create_first_user()
    assert not world.exists(world.user)


def test_of_many_things_a_few_are_named(world: MySQLWorld) -> None:
    world.run("CREATE DATABASE {}", world.dbname)
    for number in range(5):
        world.run(f"CREATE TABLE {{}}.t{number} (id int)", world.dbname)
    with pytest.raises(NotOursError, match=r"already: t\d, t\d, t\d, and more\."):
        world.create_first_user()


def test_an_empty_schema_is_taken(world: MySQLWorld) -> None:
    """As RDS makes it with the server."""
    world.run("CREATE DATABASE {}", world.dbname)
    world.create_first_user()
    with world.as_login(world.document()) as session:
        execute(session, "CREATE TABLE mine (id int)")


class LostError(Exception):
    """The function ends here."""


@pytest.mark.parametrize("before", [True, False])
def test_a_run_that_ended_anywhere_is_finished_by_the_next_one(
    world: MySQLWorld, monkeypatch: pytest.MonkeyPatch, *, before: bool
) -> None:
    run = Connection.run
    left = 0

    def run_some(self: Connection, statement: str, *, doing: str) -> list[tuple[Any, ...]]:
        nonlocal left
        left -= 1
        if before and left < 0:
            raise LostError
        rows = run(self, statement, doing=doing)
        if left < 0:
            raise LostError
        return rows

    monkeypatch.setattr(Connection, "run", run_some)
    seen = set()
    for statements in itertools.count(1):
        for change in (
            f"DROP USER IF EXISTS {world.user}",
            f"DROP DATABASE IF EXISTS {world.dbname}",
        ):
            world.run(change)
        left = statements
        with contextlib.suppress(LostError):
            world.create_first_user()
        seen.add(stand(world))
        ended, left = left, 1000
        world.create_first_user()
        assert world.accepts(world.document())
        if ended >= 0:
            break
    # Nothing, locked, with a schema, with rights, done.
    assert len(seen) == 5


def stand(world: MySQLWorld) -> tuple[bool, ...]:
    """How far a run got."""
    exists = world.exists(world.user)
    return (
        exists,
        bool(world.run(f"SHOW DATABASES LIKE '{world.dbname}'")),
        exists and len(world.run("SHOW GRANTS FOR {}@'%'", world.user)) > 1,
        world.accepts(world.document()),
    )


def test_what_somebody_puts_there_between_two_runs_stays_theirs(
    world: MySQLWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until it is let in, the user itself has made nothing."""

    def lose(*_: object, **__: object) -> None:
        raise LostError

    with monkeypatch.context() as patched:
        patched.setattr("mysql_user.first_user.schema", lose)
        with pytest.raises(LostError):
            world.create_first_user()
    assert world.exists(world.user)
    world.run("CREATE TABLE {}.theirs (id int)", world.dbname)
    with pytest.raises(NotOursError, match="holds something already: theirs"):
        world.create_first_user()
    assert not world.accepts(world.document())


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
