"""Nothing that a server is set to changes what our sessions say or do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from fakes.mysql import MySQLWorld, execute
from mysql_user import start_up
from mysql_user.connection import Connection
from rotation.errors import CredentialRefusedError, RefusedChangeError

LEFT_ALONE = {
    "max_session_mem_used",  # the least leaves no room for any statement of anyone
    "sql_log_bin",  # only who administers the server may set it, for a session
    "timestamp",
    "rand_seed1",
    "rand_seed2",
    "insert_id",
    "last_insert_id",
    "pseudo_thread_id",
}


def hostile_values(world: MySQLWorld) -> dict[str, str]:
    """Of each setting that a session takes over from the server, another value, or the least."""
    if world.mariadb:
        rows = world.run(
            "SELECT LOWER(VARIABLE_NAME), VARIABLE_TYPE, NUMERIC_MIN_VALUE, ENUM_VALUE_LIST,"
            " GLOBAL_VALUE FROM information_schema.SYSTEM_VARIABLES"
            " WHERE VARIABLE_SCOPE = 'SESSION' AND READ_ONLY = 'NO'"
        )
    else:
        rows = world.run(
            "SELECT VARIABLE_NAME, UPPER(DATA_TYPE), MIN_VALUE, NULL,"
            " global_variables.VARIABLE_VALUE"
            " FROM performance_schema.variables_metadata"
            " JOIN performance_schema.global_variables USING (VARIABLE_NAME)"
            " JOIN performance_schema.session_variables USING (VARIABLE_NAME)"
            " WHERE VARIABLE_SCOPE = 'SESSION'"
        )
    found = {}
    for name, kind, least, values, value in rows:
        if name in LEFT_ALONE:
            continue
        if kind == "BOOLEAN":
            found[name] = "OFF" if value in {"ON", "1"} else "ON"
        elif kind == "ENUM" and values:
            found[name] = repr(next(each for each in values.split(",")[::-1] if each != value))
        elif least not in {None, ""}:
            found[name] = str(least)
    return found


@contextmanager
def settings(world: MySQLWorld, **values: str) -> Iterator[dict[str, str]]:
    """A server that is set so, as far as it lets itself be; for sessions that begin meanwhile."""
    before: dict[str, object] = {}
    with world.server.connect() as session:
        for name, value in values.items():
            [[old]] = execute(session, f"SELECT @@GLOBAL.{name}")
            try:
                execute(session, f"SET GLOBAL {name} = {value}")
            except Exception:  # noqa: BLE001, S112  # a setting of sessions alone
                continue
            before[name] = old
        try:
            yield {name: values[name] for name in before}
        finally:
            for name, old in reversed(before.items()):  # some have two names
                execute(session, f"SET GLOBAL {name} = %s", old)


def works(world: MySQLWorld) -> None:
    """All strategies, the first user and the admin."""
    other = world.add_login(f"other_{world.number}")
    for handler in (world.alternating, world.dual, world.single, world.alternating):
        world.rotate(handler)
        assert world.accepts(world.document())
    world.rotate(world.alternating, other)
    world.rotate(world.single, world.admin_arn)


def test_whatever_sessions_take_over_from_the_server(ready: MySQLWorld) -> None:
    """Each setting that the server has, found there, so that a new one is tried as well."""
    values = hostile_values(ready)
    with settings(ready, **values) as done:
        assert len(done) > 80
        works(ready)


MODES = {
    True: ("ORACLE,ANSI,NO_BACKSLASH_ESCAPES,EMPTY_STRING_IS_NULL,IGNORE_SPACE", "MSSQL", ""),
    False: ("ANSI,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH,IGNORE_SPACE", "", ""),
}


@pytest.mark.parametrize("which", range(3))
def test_a_mode_that_reads_quotes_otherwise(ready: MySQLWorld, which: int) -> None:
    with settings(ready, sql_mode=f"'{MODES[ready.mariadb][which]}'") as done:
        assert done
        works(ready)


@pytest.mark.parametrize(
    "said",
    [
        "SET NAMES gbk",
        "SET NAMES sjis, character_set_results = NULL",
        "SET character_set_results = utf16, collation_connection = utf32_bin",
        "SET sql_mode = 'ANSI,NO_BACKSLASH_ESCAPES', sql_quote_show_create = 0",
        "SET autocommit = 0, completion_type = 2; START TRANSACTION READ ONLY",
        "SET sql_select_limit = 0, wait_timeout = 1, lock_wait_timeout = 1",
        "SET ROLE NONE",
        "SET @a = 1; SELECT GET_LOCK('rotation', 0); DO SLEEP(0)",
    ],
)
def test_what_a_server_says_first_in_each_session(ready: MySQLWorld, said: str) -> None:
    """`init_connect` is run for all but its administrators."""
    with settings(ready, init_connect='"' + said + '"') as done:
        assert done
        works(ready)


def test_roles_that_a_session_begins_with_and_that_the_server_then_takes_away(
    on_mysql: MySQLWorld,
) -> None:
    """Whether they are the user's default ones, or all that it has."""
    on_mysql.create_first_user()
    on_mysql.run("ALTER USER {}@'%' DEFAULT ROLE NONE", on_mysql.admin)
    with settings(on_mysql, activate_all_roles_on_login="ON", init_connect='"SET ROLE NONE"'):
        works(on_mysql)


def test_a_setting_that_does_not_stay_is_told(
    ready: MySQLWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As behind a proxy that answers by itself; the remedy is to go to the server instead."""
    statement = start_up.statement
    changed = "sql_quote_show_create = 0"
    with monkeypatch.context() as behind:
        behind.setattr(
            start_up,
            "statement",
            lambda version: statement(version).replace("sql_quote_show_create = 1", changed),
        )
        token = ready.until(ready.dual, "setSecret")
        with pytest.raises(RefusedChangeError, match="set sql_quote_show_create") as refused:
            ready.step(ready.dual, token, "setSecret")
    assert "instead of a proxy's" in refused.value.remedy
    works(ready)


def test_a_grant_never_creates_a_user(
    on_mariadb: MySQLWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MariaDB does so, without a password, unless a session says otherwise."""
    world = on_mariadb
    run = Connection.run

    def drop_first(self: Connection, statement: str, *, doing: str) -> list[tuple[Any, ...]]:
        if statement.startswith("GRANT RELOAD"):
            world.run("DROP USER {}@'%'", world.clone)
        return run(self, statement, doing=doing)

    with settings(world, sql_mode="''"):
        world.create_first_user()
        for _ in range(2):
            world.rotate(world.alternating)
        world.run("GRANT RELOAD ON *.* TO {}@'%'", world.user)
        token = world.until(world.alternating, "setSecret")
        monkeypatch.setattr(Connection, "run", drop_first)
        with pytest.raises(RefusedChangeError, match="matching row") as refused:
            world.step(world.alternating, token, "setSecret")
        assert not world.exists(world.clone)
        assert refused.value.remedy.startswith("Nothing: the next attempt makes a second user")
        assert refused.value.retry_helps
        monkeypatch.setattr(Connection, "run", run)
        works(world)


def test_a_user_that_sets_its_own_verifier_is_not_shut_out(on_mariadb: MySQLWorld) -> None:
    """With `old_passwords` MariaDB refuses the statement, and each login of the user afterwards."""
    on_mariadb.create_first_user()
    with settings(on_mariadb, old_passwords="1"):
        on_mariadb.rotate(on_mariadb.single)
        assert on_mariadb.accepts(on_mariadb.document())


def test_plugins_that_want_to_see_a_password_are_told_and_the_remedy_helps(
    on_mariadb: MySQLWorld,
) -> None:
    world = on_mariadb
    world.create_first_user()
    world.run("INSTALL SONAME 'simple_password_check'")
    try:
        for handler in (world.dual, world.alternating):
            token = world.until(handler, "setSecret")
            with pytest.raises(RefusedChangeError, match="strict") as refused:
                world.step(handler, token, "setSecret")
            assert world.accepts(world.document())
            remedy = refused.value.remedy.partition("run ")[2].partition(",")[0]
            world.run(remedy)
            world.step(handler, token, "setSecret")
            world.step(handler, token, "finishSecret")
            assert world.accepts(world.document())
            world.run("SET GLOBAL strict_password_validation = ON")
    finally:
        world.run("UNINSTALL SONAME 'simple_password_check'")


def test_mysql_s_own_rules_for_passwords_are_no_hindrance(on_mysql: MySQLWorld) -> None:
    world = on_mysql
    world.create_first_user()
    try:
        world.run("INSTALL COMPONENT 'file://component_validate_password'")
    except Exception:  # noqa: BLE001
        pytest.skip("this MySQL comes without its component for passwords")
    try:
        with settings(
            world,
            **{"validate_password.policy": "STRONG", "validate_password.length": "64"},
            password_history="5",
            password_reuse_interval="365",
            password_require_current="ON",
        ) as done:
            assert done
            for handler in (world.alternating, world.dual, world.single, world.dual):
                world.rotate(handler)
                assert world.accepts(world.document())
    finally:
        world.run("UNINSTALL COMPONENT 'file://component_validate_password'")


def test_a_user_that_failed_too_often_is_let_in_by_the_remedy(on_mysql: MySQLWorld) -> None:
    world = on_mysql
    world.create_first_user()
    world.run("ALTER USER {}@'%' FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME 1", world.user)
    assert not world.accepts(world.application(password="a-guess"))
    token = world.until(world.alternating, "setSecret")
    with pytest.raises(CredentialRefusedError, match="3955") as refused:
        world.step(world.alternating, token, "setSecret")
    assert "ACCOUNT UNLOCK" in refused.value.remedy
    world.run("ALTER USER {}@'%' ACCOUNT UNLOCK", world.user)
    works(world)


def test_a_user_whose_password_expired_is_told(ready: MySQLWorld) -> None:
    ready.run("ALTER USER {}@'%' PASSWORD EXPIRE", ready.user)
    token = ready.until(ready.dual, "setSecret")
    with pytest.raises(CredentialRefusedError):
        ready.step(ready.dual, token, "setSecret")


def test_a_replica_is_told_as_one(ready: MySQLWorld) -> None:
    token = ready.until(ready.dual, "setSecret")
    with settings(ready, read_only="ON"), pytest.raises(RefusedChangeError) as refused:
        ready.step(ready.dual, token, "setSecret")
    assert "read-only server" in refused.value.remedy
    assert ready.accepts(ready.document())
    ready.step(ready.dual, token, "setSecret")
