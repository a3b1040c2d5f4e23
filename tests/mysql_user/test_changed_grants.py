"""What people grant and revoke between rotations takes nothing from a user that is in use."""

import io
from typing import Any

import pytest

from fakes.mysql import MySQLWorld, execute
from mysql_user.connection import Connection
from rotation.errors import RefusedChangeError, UnsuitableError
from tests.mysql_user.test_twins import (
    are_equal,
    must_become_equal,
    rights,
    until_the_clone_is_next,
)
from tests.warned import warned

ALL = "GRANT ALL ON *.* TO {}@'%' WITH GRANT OPTION"


def warnings(log: io.StringIO) -> list[dict[str, Any]]:
    """Those since the last time."""
    found = warned(log)
    log.truncate(0)
    log.seek(0)
    return found


def while_the_clone_rests(world: MySQLWorld, *grants: str) -> None:
    """Both are equal, with these grants, and the base is current."""
    until_the_clone_is_next(world)
    for grant in grants:
        world.run(grant, world.user)
    must_become_equal(world)
    assert world.document()["username"] == world.user


@pytest.mark.parametrize("option", ["given", "taken away"])
def test_a_default_role_outlives_its_admin_option(things: MySQLWorld, option: str) -> None:
    world, of = things, "FOR" if things.mariadb else "TO"
    role, passed_on = "GRANT twins_role TO {}@'%'", "GRANT twins_role TO {}@'%' WITH ADMIN OPTION"
    default = f"SET DEFAULT ROLE twins_role {of} {{}}@'%'"
    while_the_clone_rests(world, role if option == "given" else passed_on, default)
    if option == "given":
        world.run(passed_on, world.user)
    else:
        for statement in ("REVOKE twins_role FROM {}@'%'", role, default):
            world.run(statement, world.user)
    for _ in range(2):
        world.rotate(world.alternating)
        for label in ("AWSCURRENT", "AWSPREVIOUS"):
            with world.as_login(world.document(label)) as session:
                execute(session, "SELECT * FROM things.t")
    assert are_equal(world)


def test_more_is_given_before_less_is_taken(
    things: MySQLWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = things
    world.run(ALL, world.admin)
    while_the_clone_rests(world, "GRANT SELECT, INSERT ON things.* TO {}@'%'")
    world.run("GRANT ALL ON things.* TO {}@'%'", world.user)
    run, asked = Connection.run, 0
    with world.as_login(world.document("AWSPREVIOUS")) as session:

        def and_ask(connection: Connection, statement: str, *, doing: str) -> list[Any]:
            nonlocal asked
            rows = run(connection, statement, doing=doing)
            if world.document()["username"] == world.user:  # the session is AWSPREVIOUS's
                execute(session, "SELECT * FROM things.t")
                asked += 1
            return rows

        with monkeypatch.context() as patch:
            patch.setattr(Connection, "run", and_ask)
            world.rotate(world.alternating)
    assert asked > 5
    assert are_equal(world)
    world.run("REVOKE ALL ON things.* FROM {}@'%'", world.user)
    world.run("GRANT SELECT ON things.* TO {}@'%'", world.user)
    must_become_equal(world)


def test_what_can_t_be_given_leaves_what_there_was(things: MySQLWorld) -> None:
    world = things
    while_the_clone_rests(world, "GRANT SELECT, INSERT ON things.* TO {}@'%'")
    world.run("GRANT ALL ON things.* TO {}@'%'", world.user)  # the admin may not grant it
    before = rights(world, world.clone)
    token = world.until(world.alternating, "setSecret")
    if world.mariadb:
        with pytest.raises(RefusedChangeError, match="1044"):
            world.step(world.alternating, token, "setSecret")
        assert rights(world, world.clone) == before
    with world.as_login(world.document("AWSPREVIOUS")) as session:
        execute(session, "SELECT * FROM things.t")


def test_limits_do_not_hide_what_may_be_granted_on(things: MySQLWorld) -> None:
    """MariaDB shows them in the same line, behind it."""
    world = things
    world.run(ALL, world.admin)
    until_the_clone_is_next(world)
    world.run("GRANT PROCESS ON *.* TO {}@'%' WITH GRANT OPTION", world.user)
    world.run("ALTER USER {}@'%' WITH MAX_USER_CONNECTIONS 50", world.user)
    world.rotate(world.alternating)
    assert are_equal(world)
    world.run("REVOKE GRANT OPTION ON *.* FROM {}@'%'", world.user)
    must_become_equal(world)


STALE = {
    "a table": ("SELECT ON stale.a", "DROP TABLE stale.a"),
    "a column": ("SELECT (j) ON stale.b", "ALTER TABLE stale.b DROP COLUMN j"),
    "a procedure": ("EXECUTE ON PROCEDURE gone.p", "DROP DATABASE gone"),
}


@pytest.mark.parametrize("what", STALE)
@pytest.mark.parametrize("whose", ["the first", "both"])
def test_grants_on_what_was_dropped_hinder_nothing_and_are_told(
    things: MySQLWorld, function_log: io.StringIO, what: str, whose: str
) -> None:
    world = things
    world.run(ALL, world.admin)
    for statement in (
        "CREATE DATABASE IF NOT EXISTS stale",
        "CREATE DATABASE IF NOT EXISTS gone",
        "CREATE TABLE IF NOT EXISTS stale.a (i int)",
        "CREATE TABLE IF NOT EXISTS stale.b (i int, j int)",
        "CREATE PROCEDURE IF NOT EXISTS gone.p() SELECT 1",
    ):
        world.run(statement)
    granted, drop = STALE[what]
    until_the_clone_is_next(world)
    world.run(f"GRANT {granted} TO {{}}@'%'", world.user)
    if whose == "both":
        while_the_clone_rests(world)
    world.run(drop)
    warnings(function_log)
    for _ in range(3):
        world.rotate(world.alternating)
        assert world.accepts(world.document("AWSPREVIOUS"))
    told = warnings(function_log)
    if whose != "both":
        assert len(told) == 3
        assert all("does not exist any more" in each["cause"] for each in told)
        with world.as_admin() as admin:
            execute(admin, told[0]["remedy"].partition("first: ")[2])
    else:
        assert told == []
        world.run(f"REVOKE {granted} FROM {{}}@'%'", world.user)
    for _ in range(2):
        world.rotate(world.alternating)
    warnings(function_log)
    world.rotate(world.alternating)
    assert are_equal(world)
    assert warnings(function_log) == []
    world.run("DROP DATABASE stale")
    world.run("DROP DATABASE IF EXISTS gone")


def test_who_may_do_less_than_its_twin_is_not_told_to_do_more(
    things: MySQLWorld, function_log: io.StringIO
) -> None:
    """SELECT of the one is no more than ALL PRIVILEGES of the other one."""
    world = things
    world.run(ALL, world.admin)
    while_the_clone_rests(world, "GRANT SELECT ON things.* TO {}@'%'")
    world.rotate(world.alternating)
    warnings(function_log)
    world.run("GRANT ALL ON things.* TO {}@'%'", world.user)
    world.rotate(world.alternating)
    assert warnings(function_log) == []
    assert are_equal(world)


def test_what_is_taken_from_the_first_is_not_from_the_other_in_use(
    partial: MySQLWorld, function_log: io.StringIO
) -> None:
    """A partial revoke stands among the grants and takes something away."""
    world = partial
    world.create_first_user()
    world.run(ALL, world.admin)
    world.run("CREATE DATABASE IF NOT EXISTS res")
    world.run("CREATE TABLE IF NOT EXISTS res.t (i int)")
    world.run("GRANT SELECT, INSERT ON *.* TO {}@'%'", world.user)
    world.rotate(world.alternating)
    world.run("REVOKE SELECT ON res.* FROM {}@'%'", world.user)
    warnings(function_log)
    with world.as_login(world.document()) as session:
        token = world.until(world.alternating, "setSecret")
        world.step(world.alternating, token, "setSecret")
        execute(session, "SELECT * FROM res.t")
        with world.as_login(world.document()) as another:
            execute(another, "SELECT * FROM res.t")
    [told] = warnings(function_log)
    assert "may do what" in told["cause"]
    assert "SELECT on `res`.*" in told["cause"]
    for step in ("testSecret", "finishSecret"):
        world.step(world.alternating, token, step)
    world.rotate(world.alternating)
    assert are_equal(world)
    with world.as_admin() as admin:
        execute(admin, told["remedy"].partition("needs it: ")[2])
    warnings(function_log)
    world.rotate(world.alternating)  # the base, which may more now
    with world.as_login(world.document()) as session:
        execute(session, "SELECT * FROM res.t")
    assert warnings(function_log) == []
    assert are_equal(world)


def test_a_user_of_the_system_is_refused_before_anything_is_made(on_mysql: MySQLWorld) -> None:
    world = on_mysql
    world.create_first_user()
    world.run("GRANT SYSTEM_USER ON *.* TO {}@'%'", world.user)
    with pytest.raises(UnsuitableError, match="SYSTEM_USER") as refused:
        world.rotate(world.alternating)
    assert world.run(f"SELECT 1 FROM mysql.user WHERE User = '{world.clone}'") == []  # noqa: S608
    world.run(refused.value.remedy.partition(": ")[2])
    world.rotate(world.alternating)
    assert are_equal(world)
