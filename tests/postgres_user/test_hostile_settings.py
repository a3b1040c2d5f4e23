"""Nothing that is set on roles and databases changes what our sessions say or do."""

import pytest

from tests.postgres_user.world import World


@pytest.fixture
def own(any_world: World) -> World:
    """An application whose first user owns its database."""
    dbname = f"own_{any_world.number}"
    any_world.server.create_database(dbname, any_world.server.superuser)
    any_world.run("GRANT CREATE ON DATABASE {} TO {}", dbname, any_world.admin)
    any_world.dbname = dbname
    any_world.secrets.put(any_world.arn, "AWSCURRENT", any_world.application())
    any_world.create_first_user()
    any_world.run("ALTER DATABASE {} OWNER TO {}", dbname, any_world.user)
    return any_world


@pytest.mark.parametrize("encoding", ["SJIS", "SHIFT_JIS_2004", "BIG5", "GBK", "GB18030", "UHC"])
def test_a_setting_s_text_never_becomes_a_statement(own: World, encoding: str) -> None:
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
