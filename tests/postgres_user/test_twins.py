from collections.abc import Iterator
from typing import Any, cast

import psycopg
import pytest

from fakes.postgres import PostgresWorld
from fakes.world import STEPS
from rotation.errors import BusyError, RefusedChangeError, UnequalTwinsError


@pytest.fixture
def ready(any_world: PostgresWorld) -> PostgresWorld:
    any_world.create_first_user()
    any_world.rotate(any_world.alternating)
    return any_world


def settings(world: PostgresWorld, label: str) -> list[tuple[str, str]]:
    """What a login gets to see of its role settings."""
    with world.as_login(world.document(label)) as connection:
        rows = connection.execute(
            "SELECT name, setting FROM pg_settings WHERE source IN ('user', 'database user')"
            " AND name <> 'role' ORDER BY name"
        ).fetchall()
        tenant = connection.execute("SELECT current_setting('app.tenant', true)").fetchone()
        return [*((name, setting) for name, setting in rows), ("app.tenant", str(tenant))]


def test_both_use_what_the_other_one_created(ready: PostgresWorld) -> None:
    for table in ("one", "two", "three"):
        with ready.as_login(ready.document()) as connection:
            connection.execute(f"CREATE TABLE {table} (id int)")
        ready.rotate(ready.alternating)
        for label in ("AWSCURRENT", "AWSPREVIOUS"):
            with ready.as_login(ready.document(label)) as connection:
                connection.execute(f"TABLE {table}")
                connection.execute(f"ALTER TABLE {table} ADD COLUMN {label} int")


def test_grants_that_come_later_count_for_both(ready: PostgresWorld) -> None:
    ready.run("CREATE TABLE public.shared (id int)")
    ready.run("GRANT SELECT ON public.shared TO {}", ready.user)
    for label in ("AWSCURRENT", "AWSPREVIOUS"):
        with ready.as_login(ready.document(label)) as connection:
            connection.execute("SELECT * FROM public.shared")
    ready.run("REVOKE SELECT ON public.shared FROM {}", ready.user)
    for label in ("AWSCURRENT", "AWSPREVIOUS"):
        with (
            ready.as_login(ready.document(label)) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("SELECT * FROM public.shared")


def test_default_privileges_and_row_policies_apply_to_both(ready: PostgresWorld) -> None:
    reader = f"reader_{ready.number}"
    ready.run("CREATE ROLE {}", reader)
    ready.run(
        "ALTER DEFAULT PRIVILEGES FOR ROLE {} GRANT SELECT ON TABLES TO {}", ready.user, reader
    )
    with ready.as_login(ready.document()) as connection:
        connection.execute("CREATE TABLE made (id int, who name DEFAULT current_user)")
        connection.execute("INSERT INTO made DEFAULT VALUES")
        [[who]] = connection.execute("SELECT who FROM made").fetchall()
    assert who == ready.user
    assert ready.run(
        "SELECT has_table_privilege('" + reader + "', '{}.made', 'SELECT')", ready.user
    )


def test_both_get_the_same_settings_also_after_they_changed(ready: PostgresWorld) -> None:
    ready.run("ALTER ROLE {} SET search_path = \"$user\", public, 'a, \"odd\" one', ''", ready.user)
    ready.run("ALTER ROLE {} SET statement_timeout = '7s'", ready.user)
    ready.run("GRANT SET ON PARAMETER app.tenant TO {}", ready.admin)
    ready.run("ALTER ROLE {} SET app.tenant = 'it''s \\ \"mine\"'", ready.user)
    ready.run("ALTER ROLE {} IN DATABASE {} SET work_mem = '5MB'", ready.user, ready.dbname)
    ready.run("ALTER ROLE {} SET lock_timeout = '9s'", ready.clone)
    ready.rotate(ready.alternating)
    assert len(settings(ready, "AWSCURRENT")) == 4  # three and app.tenant
    assert settings(ready, "AWSCURRENT") == settings(ready, "AWSPREVIOUS")
    ready.run("ALTER ROLE {} RESET ALL", ready.user)
    ready.rotate(ready.alternating)
    assert settings(ready, "AWSCURRENT") == settings(ready, "AWSPREVIOUS")
    left = [("work_mem", "5120"), ("app.tenant", "(None,)")]
    assert settings(ready, "AWSPREVIOUS") == left


def test_a_base_that_acts_as_a_third_role_has_a_twin_that_does_too(ready: PostgresWorld) -> None:
    owner = f"owner_{ready.number}"
    ready.run("CREATE ROLE {}", owner)
    ready.run("GRANT {} TO {}", owner, ready.user)
    ready.run("ALTER ROLE {} SET role = {}", ready.user, owner)
    ready.rotate(ready.alternating)
    for label in ("AWSCURRENT", "AWSPREVIOUS"):
        with ready.as_login(ready.document(label)) as connection:
            assert connection.execute("SELECT current_user").fetchone() == (owner,)


def test_the_connection_limit_is_the_same(ready: PostgresWorld) -> None:
    query = "SELECT rolconnlimit FROM pg_roles WHERE rolname = %s"
    ready.run("ALTER ROLE {} CONNECTION LIMIT 7", ready.user)
    ready.rotate(ready.alternating)
    assert ready.ask(query, ready.clone) == [(7,)]
    ready.run("ALTER ROLE {} CONNECTION LIMIT -1", ready.user)
    ready.rotate(ready.alternating)
    assert ready.ask(query, ready.clone) == [(-1,)]


def test_a_base_that_is_locked_does_not_lock_the_clone(ready: PostgresWorld) -> None:
    ready.run("ALTER ROLE {} CONNECTION LIMIT 0", ready.user)
    token = ready.until(ready.alternating, "testSecret")
    assert ready.accepts(ready.document())
    assert ready.pending(token)["username"] == ready.user


ACTORS = [
    ("nothing", [], "user"),
    ("for the base", ["ALTER ROLE {user} SET role = {owner}"], "owner"),
    ("of a base that may not", ["ALTER ROLE {user} SET role = {stranger}"], "user"),
    ("for the database", ["ALTER DATABASE {db} SET role = {owner}"], "owner"),
    (
        "for the database, none for the base",
        ["ALTER DATABASE {db} SET role = {owner}", "ALTER ROLE {user} SET role = 'none'"],
        "user",
    ),
    (
        "for the base in the database, over all else",
        [
            "ALTER ROLE {user} IN DATABASE {db} SET role = {owner}",
            "ALTER ROLE {user} SET role = {second}",
            "ALTER DATABASE {db} SET role = {second}",
        ],
        "owner",
    ),
    (
        "what the base may not, over what it may",
        [
            "ALTER ROLE {user} IN DATABASE {db} SET role = {stranger}",
            "ALTER DATABASE {db} SET role = {owner}",
        ],
        "owner",
    ),
    (
        "for another database",
        [
            "ALTER ROLE {user} IN DATABASE postgres SET role = {owner}",
            "ALTER ROLE {user} SET role = {second}",
        ],
        "second",
    ),
    (
        "for the clone itself",
        [
            "ALTER ROLE {clone} SET role = {owner}",
            "ALTER ROLE {clone} IN DATABASE {db} SET role = {second}",
        ],
        "user",
    ),
    ("for all", ["ALTER ROLE ALL SET role = {owner}"], "owner"),
]


@pytest.mark.parametrize(
    ("statements", "actor"), [case[1:] for case in ACTORS], ids=[c[0] for c in ACTORS]
)
def test_whatever_role_is_set_the_clone_acts_as_the_base(
    any_world: PostgresWorld, statements: list[str], actor: str
) -> None:
    world = any_world
    world.dbname = f"roles_{world.number}"
    world.server.create_database(world.dbname, world.admin)
    world.secrets.put(world.arn, "AWSCURRENT", world.application())
    world.create_first_user()
    names = {"user": world.user, "clone": world.clone, "db": world.dbname}
    for name in ("owner", "second", "stranger"):
        names[name] = f"{name}_{world.number}"
        world.run("CREATE ROLE {}", names[name])
        if name != "stranger":
            world.run("GRANT {} TO {}", names[name], world.user)
    world.rotate(world.alternating)
    world.rotate(world.alternating)
    with world.as_superuser() as root:
        try:
            for statement in statements:
                root.execute(cast("Any", statement.format(**names)))
            for _ in range(2):
                world.rotate(world.alternating)
                assert [*actors(world)] == [names[actor]] * 6
        finally:
            root.execute("ALTER ROLE ALL RESET role")


def actors(world: PostgresWorld) -> Iterator[object]:
    """As whom either of the two acts, also after what pools do to a session."""
    for label in ("AWSCURRENT", "AWSPREVIOUS"):
        with world.as_login(world.document(label)) as connection:
            for clean in ("SELECT", "DISCARD ALL", "RESET ROLE"):
                connection.execute(clean)
                yield from connection.execute("SELECT current_user").fetchone() or ()


def test_a_twin_that_does_not_act_as_the_base_does_not_become_current(ready: PostgresWorld) -> None:
    ready.rotate(ready.alternating)
    token = ready.until(ready.alternating, "testSecret")
    ready.run("ALTER ROLE {} RESET role", ready.clone)
    for step in ("testSecret", "finishSecret"):
        with pytest.raises(UnequalTwinsError, match=f"acts as {ready.clone}") as caught:
            ready.step(ready.alternating, token, step)
        assert caught.value.retry_helps
    assert ready.document()["username"] == ready.user
    for step in STEPS:
        ready.step(ready.alternating, token, step)
    assert ready.document()["username"] == ready.clone


def test_the_clone_has_the_attributes_of_the_base(ready: PostgresWorld) -> None:
    query = "SELECT rolcreatedb FROM pg_roles WHERE rolname = %s"
    for wanted in (True, False):
        ready.run("ALTER ROLE {} " + ("CREATEDB" if wanted else "NOCREATEDB"), ready.user)
        ready.rotate(ready.alternating)
        assert ready.ask(query, ready.clone) == [(wanted,)]


def test_both_connect_where_only_the_base_may(any_world: PostgresWorld) -> None:
    closed = f"closed_{any_world.number}"
    any_world.server.create_database(closed, any_world.admin)
    any_world.secrets.put(any_world.arn, "AWSCURRENT", any_world.application(dbname=closed))
    any_world.create_first_user()
    any_world.run("ALTER ROLE {} NOINHERIT", any_world.user)
    any_world.run("REVOKE CONNECT ON DATABASE {} FROM PUBLIC", closed)
    any_world.run("GRANT CONNECT ON DATABASE {} TO {}", closed, any_world.user)
    for _ in range(2):
        any_world.rotate(any_world.alternating)
        assert any_world.accepts(any_world.document("AWSPREVIOUS"))
    any_world.run("ALTER ROLE {} NOINHERIT", any_world.clone)
    any_world.rotate(any_world.alternating)
    assert any_world.document()["username"] == any_world.clone


def test_an_attribute_that_the_admin_may_not_give_ends_in_an_error(world: PostgresWorld) -> None:
    world.create_first_user()
    world.run("ALTER ROLE {} BYPASSRLS", world.user)
    token = world.until(world.alternating, "setSecret")
    with pytest.raises(RefusedChangeError, match=f"make {world.clone} equal to {world.user}"):
        world.step(world.alternating, token, "setSecret")
    assert world.accepts(world.document())


def adopt(world: PostgresWorld) -> None:
    """The state in which AWS's function leaves a database and a secret.

    https://github.com/aws-samples/aws-secrets-manager-rotation-lambdas (PostgreSQL, MultiUser)
    """
    with world.as_admin() as connection:
        connection.execute(f"CREATE ROLE {world.clone} WITH LOGIN PASSWORD 'made-by-Aws-1'")
        connection.execute(f"GRANT {world.user} TO {world.clone}")
    world.secrets.put(world.arn, "AWSPREVIOUS", world.document())
    world.secrets.put(
        world.arn, "AWSCURRENT", world.application(username=world.clone, password="made-by-Aws-1")
    )


def test_a_pair_that_awss_function_made_rotates_on(any_world: PostgresWorld) -> None:
    any_world.create_first_user()
    adopt(any_world)
    for expected in (any_world.user, any_world.clone, any_world.user):
        any_world.rotate(any_world.alternating)
        assert any_world.document()["username"] == expected
        assert any_world.accepts(any_world.document("AWSPREVIOUS"))


def test_a_rotation_that_awss_function_began_goes_on(any_world: PostgresWorld) -> None:
    """It had set the password of a clone that was not yet AWSPREVIOUS."""
    any_world.create_first_user()
    adopt(any_world)
    labels = any_world.secrets.secrets[any_world.arn].labels
    labels["AWSPENDING"], labels["AWSCURRENT"] = labels["AWSCURRENT"], labels.pop("AWSPREVIOUS")
    for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        any_world.step(any_world.alternating, labels["AWSPENDING"], step)
    assert any_world.document()["username"] == any_world.clone
    any_world.rotate(any_world.alternating)
    assert any_world.accepts(any_world.document("AWSPREVIOUS"))


def test_what_an_adopted_clone_owns_goes_to_the_base(any_world: PostgresWorld) -> None:
    any_world.create_first_user()
    adopt(any_world)
    any_world.run("CREATE SCHEMA {} AUTHORIZATION {}", any_world.clone, any_world.clone)
    with any_world.as_login(any_world.document()) as connection:
        connection.execute(f"CREATE TABLE {any_world.clone}.made_by_clone (id int)")
    rights = rights_of_admin(any_world)
    any_world.rotate(any_world.alternating)
    for label in ("AWSCURRENT", "AWSPREVIOUS"):
        with any_world.as_login(any_world.document(label)) as connection:
            connection.execute(f"ALTER TABLE {any_world.clone}.made_by_clone ADD {label} int")
    assert rights_of_admin(any_world) == rights


def rights_of_admin(world: PostgresWorld) -> list[tuple[object, ...]]:
    return world.ask(
        "SELECT roleid::regrole::text, grantor::regrole::text, admin_option FROM pg_auth_members"
        " WHERE member::regrole::text = %s ORDER BY 1, 2",
        world.admin,
    )


def test_what_a_clone_owns_in_another_database_is_told(world: PostgresWorld) -> None:
    world.create_first_user()
    adopt(world)
    elsewhere = f"elsewhere_{world.number}"
    world.server.create_database(elsewhere, world.clone)
    with world.server.connect(dbname=elsewhere) as connection:
        connection.execute(f"CREATE SCHEMA hers AUTHORIZATION {world.clone}")
    token = world.until(world.alternating, "setSecret")
    with pytest.raises(RefusedChangeError, match=f"owns objects in {elsewhere}.*REASSIGN OWNED"):
        world.step(world.alternating, token, "setSecret")
    assert world.accepts(world.document())


@pytest.mark.parametrize(
    ("statement", "doing"),
    [
        ("SELECT * FROM {}.busy", "hand what"),
        ("GRANT USAGE ON SCHEMA {} TO PUBLIC", "hand the schemas"),
    ],
)
def test_what_is_in_use_is_not_waited_for_long(
    world: PostgresWorld, statement: str, doing: str
) -> None:
    world.create_first_user()
    adopt(world)
    hers = f"of_{world.clone}"
    world.run("CREATE SCHEMA {} AUTHORIZATION {}", hers, world.clone)
    with world.as_login(world.document()) as connection:
        connection.execute(f"CREATE TABLE {hers}.busy (id int)")
    token = world.until(world.alternating, "setSecret")
    with world.as_login(world.document()) as session, session.transaction():
        session.execute(statement.format(hers))
        with pytest.raises(BusyError, match=doing):
            world.step(world.alternating, token, "setSecret")
    world.step(world.alternating, token, "setSecret")


def test_a_membership_that_lost_its_options_gets_them_back(world: PostgresWorld) -> None:
    world.create_first_user()
    world.rotate(world.alternating)
    world.run("REVOKE SET OPTION FOR {} FROM {} CASCADE", world.user, world.clone)
    with world.as_admin() as connection:
        connection.execute(f"GRANT {world.user} TO {world.clone} WITH SET FALSE, INHERIT FALSE")
    world.rotate(world.alternating)
    world.rotate(world.alternating)
    with world.as_login(world.document()) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (world.user,)


def test_an_application_user_that_existed_before_us_is_rotated(any_world: PostgresWorld) -> None:
    with any_world.as_admin() as connection:
        any_world.create_login(any_world.user, connection)
    any_world.create_first_user()
    any_world.rotate(any_world.alternating)
    assert any_world.accepts(any_world.document())


def test_a_user_that_is_not_the_admins_to_give_away_ends_in_an_error(world: PostgresWorld) -> None:
    """From PostgreSQL 16 on, CREATEROLE reaches only what it created or has ADMIN OPTION on."""
    with world.as_superuser() as connection:
        world.create_login(world.user, connection)
    token = world.until(world.alternating, "setSecret")
    with pytest.raises(RefusedChangeError, match="ADMIN OPTION"):
        world.step(world.alternating, token, "setSecret")
    assert not world.exists(world.clone)
    world.run("GRANT {} TO {} WITH ADMIN OPTION", world.user, world.admin)
    world.step(world.alternating, token, "setSecret")


@pytest.mark.parametrize("who", ["user", "clone"])
def test_whose_sessions_either_may_end_is_as_the_documentation_says(
    ready: PostgresWorld, who: str
) -> None:
    labels = {"clone": "AWSCURRENT", "user": "AWSPREVIOUS"}

    def ends(victim: str, *before: str) -> bool:
        with (
            ready.as_login(ready.document(labels[victim])) as other,
            ready.as_login(ready.document(labels[who])) as connection,
        ):
            for statement in before:
                connection.execute(cast("Any", statement))
            query = "SELECT pg_terminate_backend(%s)"
            try:
                connection.execute(query, [other.info.backend_pid])
            except psycopg.errors.InsufficientPrivilege:
                return False
            return True

    assert ends("user")
    assert not ends("clone")
    assert ends("user", "SET ROLE NONE")
    assert ends("clone", "SET ROLE NONE") is (who == "clone")
