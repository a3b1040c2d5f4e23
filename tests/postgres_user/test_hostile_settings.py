"""Nothing that is set on roles and databases changes what our sessions say or do."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from fakes.postgres import PostgresWorld
from fakes.world import STEPS
from postgres_user.connection import Connection
from rotation.errors import BadSecretError, RefusedChangeError


@pytest.mark.parametrize("encoding", ["SJIS", "SHIFT_JIS_2004", "BIG5", "GBK", "GB18030", "UHC"])
def test_a_setting_s_text_never_becomes_a_statement(own: PostgresWorld, encoding: str) -> None:
    """A yen sign is a backslash in SJIS: the text would end early, and the rest be run.

    The application's own login sets all of it.
    """
    victim = f"victim_{own.number}"
    with own.as_admin() as admin:
        admin.execute(f"CREATE ROLE {victim} LOGIN PASSWORD 'its-Own-1'")
    attack = (
        f"GRANT {victim} TO {own.user}; ALTER ROLE {victim} PASSWORD $$attackers-Own-1$$;"
        f" ALTER ROLE {own.user} CREATEDB CREATEROLE; --"
    )
    with own.as_login(own.document()) as app:
        app.execute(f"ALTER ROLE {own.user} SET search_path = '\u00a5u00a5''; {attack}'")
        app.execute(f"ALTER DATABASE {own.dbname} SET client_encoding = '{encoding}'")
        app.execute(f"ALTER DATABASE {own.dbname} SET backslash_quote = 'on'")
    for _ in range(2):
        own.rotate(own.alternating)
        roles = own.ask(
            "SELECT rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname IN (%s, %s)",
            own.user,
            own.clone,
        )
        assert roles == [(False, False)] * 2
        assert own.ask("SELECT pg_has_role(%s, %s, 'MEMBER')", own.user, victim) == [(False,)]
        assert own.accepts(own.login(victim, "its-Own-1"))
        assert own.accepts(own.document())
        assert own.accepts(own.document("AWSPREVIOUS"))


TIMEOUTS = {
    "statement_timeout": 13,
    "lock_timeout": 13,
    "idle_in_transaction_session_timeout": 13,
    "tcp_user_timeout": 13,
    "idle_session_timeout": 14,
    "transaction_timeout": 17,
}
"""Each with the version that brought it."""


def version(world: PostgresWorld) -> int:
    [[number]] = world.ask("SELECT current_setting('server_version_num')::int / 10000")
    return int(number)


@pytest.fixture(params=[True, False], ids=["known", "unknown"])
def known(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The function has seen the server before, or sees it for the first time at each login."""
    if request.param:
        return lambda: None
    return lambda: monkeypatch.setattr("postgres_user.start_up._versions", {})


@pytest.mark.parametrize("setting", TIMEOUTS)
def test_no_time_out_but_ours_ends_a_session(
    own: PostgresWorld, known: Callable[[], None], setting: str
) -> None:
    if version(own) < TIMEOUTS[setting]:
        pytest.skip(f"{setting} came with version {TIMEOUTS[setting]}")
    own.rotate(own.alternating)
    own.run(f"ALTER DATABASE {{}} SET {setting} = 1", own.dbname)
    for handler in (own.alternating, own.single, own.alternating):
        token = own.secrets.begin(own.arn)
        for step in STEPS:
            known()
            own.step(handler, token, step)


def test_the_proof_of_alternation_brings_no_time_out_back(
    own: PostgresWorld, known: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What RESET ALL would: one that is set for the database, while it may not be named yet."""
    newer = [name for name, since in TIMEOUTS.items() if version(own) >= since]
    for name in newer:
        own.run(f"ALTER DATABASE {{}} SET {name} = 60000", own.dbname)
    shown: list[list[Any]] = []
    close = Connection.close

    def ask_first(connection: Connection) -> None:
        settings = ", ".join(f"current_setting('{name}')" for name in newer)
        shown.extend(connection.run(f"SELECT {settings}", doing="tell"))
        close(connection)

    monkeypatch.setattr(Connection, "close", ask_first)
    own.rotate(own.alternating)
    shown.clear()
    known()
    token = own.secrets.begin(own.arn)
    own.step(own.alternating, token, STEPS[0])
    own.step(own.alternating, token, STEPS[1])
    assert len(shown) >= 2
    assert {value for row in shown for value in row} == {"0"}


def test_a_function_that_takes_its_time_is_not_ended_as_idle(
    own: PostgresWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    if version(own) < TIMEOUTS["idle_session_timeout"]:
        pytest.skip("idle_session_timeout came with version 14")
    own.run("ALTER DATABASE {} SET idle_session_timeout = 1", own.dbname)
    run = Connection.run

    def slowly(connection: Connection, statement: str, *, doing: str) -> list[list[Any]]:
        time.sleep(0.02)
        return run(connection, statement, doing=doing)

    monkeypatch.setattr(Connection, "run", slowly)
    token = own.secrets.begin(own.arn)
    for step in STEPS:
        monkeypatch.setattr("postgres_user.start_up._versions", {})
        own.step(own.alternating, token, step)


def test_a_server_of_another_version_at_the_same_address_is_learned_again(
    world: PostgresWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.create_first_user()
    for number in (1, 99):
        seen = {(world.server.host, world.server.port): number}
        monkeypatch.setattr("postgres_user.start_up._versions", seen)
        monkeypatch.setattr("postgres_user.start_up._SINCE", {"of_the_future": (99, "on")})
        world.rotate(world.alternating)


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize(
    "setting",
    [
        "default_transaction_isolation = 'serializable'",
        "default_transaction_isolation = 'repeatable read'",
        "default_transaction_read_only = on",
        "default_transaction_deferrable = on",
    ],
)
def test_three_deliveries_at_once_don_t_disturb_each_other(
    own: PostgresWorld, setting: str
) -> None:
    own.run(f"ALTER DATABASE {{}} SET {setting}", own.dbname)
    for _ in range(3):
        own.rotate_by_three(own.alternating)
        take_away = "BEGIN READ WRITE; REVOKE {} FROM {}; COMMENT ON ROLE {} IS NULL; COMMIT"
        own.run(take_away, own.user, own.clone, own.clone)


@pytest.mark.parametrize("scope", ["ALTER DATABASE {}", "ALTER ROLE {} IN DATABASE {}"])
def test_a_role_that_is_set_for_the_admin_changes_nothing(own: PostgresWorld, scope: str) -> None:
    """The admin is a member of the group; whoever owns the database may set it there."""
    group = f"group_{own.number}"
    own.run("CREATE ROLE {}", group)
    own.run("GRANT {} TO {}", group, own.admin)
    names = [own.admin, own.dbname] if "ROLE" in scope else [own.dbname]
    own.run(f"{scope} SET role = {{}}", *names, group)
    own.rotate(own.alternating)
    own.rotate(own.alternating)
    assert own.accepts(own.document("AWSPREVIOUS"))


def test_what_the_admin_is_granted_does_not_depend_on_a_setting(own: PostgresWorld) -> None:
    if version(own) < SELF_GRANTS:
        pytest.skip("createrole_self_grant came with version 16")
    own.run("ALTER DATABASE {} SET createrole_self_grant = 'set, inherit'", own.dbname)
    own.rotate(own.alternating)
    members = own.ask(
        "SELECT grantor::regrole::text, inherit_option, set_option FROM pg_auth_members"
        " WHERE roleid = %s::regrole AND member = %s::regrole",
        own.clone,
        own.admin,
    )
    assert members == [(own.server.superuser, False, False)]


SELF_GRANTS = 16


ENCODINGS = ["SQL_ASCII", "LATIN1", "KOI8R", "WIN1251", "WIN866", "EUC_JP"]


@pytest.fixture(params=ENCODINGS)
def encoded(any_world: PostgresWorld, request: pytest.FixtureRequest) -> PostgresWorld:
    """A database with another encoding."""
    dbname = f"{request.param.lower()}_{any_world.number}"
    any_world.run(
        f"CREATE DATABASE {{}} ENCODING '{request.param}' LOCALE 'C' TEMPLATE template0", dbname
    )
    any_world.run("GRANT CREATE ON DATABASE {} TO {}", dbname, any_world.admin)
    any_world.dbname = dbname
    any_world.secrets.put(any_world.arn, "AWSCURRENT", any_world.application())
    return any_world


def test_a_database_may_have_any_encoding(encoded: PostgresWorld) -> None:
    encoded.create_first_user()
    encoded.run("ALTER ROLE {} SET search_path = 'a \\ \"b\"', public", encoded.user)
    for _ in range(2):
        encoded.rotate(encoded.alternating)
        assert encoded.accepts(encoded.document())
        assert encoded.accepts(encoded.document("AWSPREVIOUS"))


def test_a_name_that_a_login_can_t_tell_is_refused(encoded: PostgresWorld) -> None:
    """Its bytes are those of another name there; it exists, made from a database with UTF8."""
    name = f"\u00e4_{encoded.number}"
    with encoded.server.connect() as session:
        encoded.create_login(name, session)
    encoded.secrets.put(encoded.arn, "AWSCURRENT", encoded.application(username=name))
    token = encoded.until(encoded.alternating, "setSecret")
    with pytest.raises(BadSecretError, match=r"encoding .* bytes with which it logs in") as refused:
        encoded.step(encoded.alternating, token, "setSecret")
    assert "Choose a name of ASCII characters" in refused.value.remedy
    encoded.secrets.put(encoded.arn, "AWSCURRENT", encoded.application())
    encoded.create_first_user()
    for _ in range(2):
        encoded.rotate(encoded.alternating)
        assert encoded.accepts(encoded.document())
    encoded.dbname = "data"
    assert not encoded.exists(f"{name}_clone")


def test_a_setting_in_another_encoding_is_told_by_its_name(any_world: PostgresWorld) -> None:
    any_world.create_first_user()
    latin = f"latin_{any_world.number}"
    any_world.run("CREATE DATABASE {} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0", latin)
    with any_world.server.connect(dbname=latin) as session:
        session.execute(f"ALTER ROLE {any_world.user} SET search_path = '\u00e4'")
    token = any_world.until(any_world.alternating, "setSecret")
    with pytest.raises(RefusedChangeError, match=r"setting search_path .* another encoding"):
        any_world.step(any_world.alternating, token, "setSecret")
    assert any_world.accepts(any_world.document())
    any_world.run("ALTER ROLE {} SET search_path = '\u00e4'", any_world.user)
    any_world.step(any_world.alternating, token, "setSecret")


def test_an_encoding_that_nothing_is_translated_to_is_told(any_world: PostgresWorld) -> None:
    dbname = f"mule_{any_world.number}"
    create = "CREATE DATABASE {} ENCODING 'MULE_INTERNAL' LOCALE 'C' TEMPLATE template0"
    any_world.run(create, dbname)
    any_world.secrets.put(any_world.arn, "AWSCURRENT", any_world.application(dbname=dbname))
    with pytest.raises(RefusedChangeError, match="database with the encoding UTF8"):
        any_world.create_first_user()
    any_world.secrets.put(any_world.arn, "AWSCURRENT", any_world.application(dbname="data"))
    any_world.create_first_user()
    any_world.rotate(any_world.alternating)
    assert any_world.accepts(any_world.document())
