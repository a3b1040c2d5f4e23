"""What a login may do with what other logins of its database own."""

import io
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import sql

from fakes.postgres import PostgresWorld
from fakes.product import Document
from postgres_user import access, fence
from rotation.errors import BadEventError, BusyError, GoneError, NotOursError
from tests.postgres_user.test_hostile_objects import canaries, shadows
from tests.warned import warned

REFUSED = psycopg.errors.InsufficientPrivilege

OBJECTS = (
    "CREATE TABLE {0}.plain (id serial PRIMARY KEY, word text)",
    "CREATE TABLE {0}.parted (id int) PARTITION BY RANGE (id)",
    "CREATE TABLE {0}.part PARTITION OF {0}.parted FOR VALUES FROM (0) TO (9)",
    "CREATE VIEW {0}.look AS SELECT word FROM {0}.plain",
    "CREATE MATERIALIZED VIEW {0}.stored AS SELECT word FROM {0}.plain",
    "CREATE SEQUENCE {0}.counted",
    'CREATE TABLE {0}."a""b\'; DROP SCHEMA x; --\\" (id int)',
)
NAMES = ("plain", "parted", "part", "look", "stored", "counted", "a\"b'; DROP SCHEMA x; --\\")

CHANGES = (
    "INSERT INTO {0}.plain (word) VALUES ('new')",
    "UPDATE {0}.plain SET word = 'newer'",
    "DELETE FROM {0}.plain",
    "INSERT INTO {0}.parted VALUES (1)",
)
NEVER = (
    "TRUNCATE {0}.plain",
    "ALTER TABLE {0}.plain ADD COLUMN more int",
    "DROP TABLE {0}.plain",
    "CREATE TABLE {0}.mine (id int)",
    (
        "CREATE TRIGGER mine BEFORE UPDATE ON {0}.plain"
        " FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
    ),
)


class Logins:
    """The reader is the world's own login; another one owns what it reads."""

    def __init__(self, world: PostgresWorld) -> None:
        self.world = world
        self.reader = world.user
        self.owner = f"owner_{world.number}"
        self.owner_arn = world.add_login(self.owner)

    def create(self, *statements: str) -> None:
        """As the owner's present user."""
        with self.world.as_login(self.world.secrets.document(self.owner_arn)) as session:
            for statement in statements:
                session.execute(self.composed(statement))

    def composed(self, statement: str) -> sql.Composed:
        return sql.SQL(statement).format(sql.Identifier(self.owner))

    def may(self, statement: str, document: Document | None = None) -> bool:
        """Whether the reader may do something; it is not kept."""
        with self.world.as_login(document or self.world.document()) as session:
            try:
                with session.transaction(force_rollback=True):
                    session.execute(self.composed(statement))
            except REFUSED:
                return False
        return True

    def reads(self, name: str, document: Document | None = None) -> bool:
        quoted = name.replace('"', '""')
        return self.may(f'TABLE {{0}}."{quoted}"', document)


@pytest.fixture
def logins(any_world: PostgresWorld) -> Logins:
    return Logins(any_world)


def test_a_reader_reads_what_is_there_and_what_comes_later(logins: Logins) -> None:
    logins.create(*OBJECTS[:4])
    logins.world.ensure(Reads=[logins.owner])
    logins.create(*OBJECTS[4:])
    assert [name for name in NAMES if not logins.reads(name)] == []
    for statement in (*CHANGES, *NEVER, "SELECT nextval('{0}.counted')"):
        assert not logins.may(statement), statement


def test_without_it_nothing_is_read(logins: Logins) -> None:
    logins.world.ensure()
    logins.create(*OBJECTS)
    assert not any(map(logins.reads, NAMES))


def test_a_writer_changes_rows_and_nothing_else(logins: Logins) -> None:
    logins.create(*OBJECTS[:3])
    logins.world.ensure(Writes=[logins.owner])
    logins.create(*OBJECTS[3:])
    assert [name for name in NAMES if not logins.reads(name)] == []
    for statement in (*CHANGES, "SELECT nextval('{0}.counted')"):
        assert logins.may(statement), statement
    for statement in (*NEVER, "SELECT setval('{0}.counted', 7)"):
        assert not logins.may(statement), statement


def test_what_is_taken_off_is_revoked(logins: Logins) -> None:
    logins.create(*OBJECTS[:3])
    logins.world.ensure(Writes=[logins.owner])
    logins.create(*OBJECTS[3:])
    logins.world.ensure(Reads=[], before={"Writes": [logins.owner]})
    assert not any(map(logins.reads, NAMES))
    with logins.world.as_superuser() as session:
        query = "SELECT FROM pg_default_acl WHERE defaclrole = %s::regrole"
        assert not session.execute(query, [logins.owner]).fetchall()
    logins.create("CREATE TABLE {0}.last (id int)")
    assert not logins.reads("last")


def test_a_writer_that_becomes_a_reader_still_reads(logins: Logins) -> None:
    logins.create(*OBJECTS)
    logins.world.ensure(Writes=[logins.owner])
    logins.world.ensure(Reads=[logins.owner], before={"Writes": [logins.owner]})
    logins.create("CREATE TABLE {0}.last (id int)")
    assert [name for name in (*NAMES, "last") if not logins.reads(name)] == []
    for statement in (*CHANGES, "INSERT INTO {0}.last VALUES (1)"):
        assert not logins.may(statement), statement


def test_what_somebody_else_granted_is_not_revoked(logins: Logins) -> None:
    logins.create(*OBJECTS)
    logins.world.ensure(Reads=[logins.owner])
    logins.create(f"GRANT INSERT ON {{0}}.parted TO {logins.reader}")
    logins.world.ensure(Reads=[logins.owner], before={"Reads": [logins.owner]})
    assert logins.may(CHANGES[-1])


def test_it_does_not_depend_on_what_somebody_else_granted(logins: Logins) -> None:
    world, other = logins.world, f"other_{logins.world.number}"
    world.ensure()
    arn = world.add_login(other)
    logins.create(
        *OBJECTS,
        f"GRANT USAGE ON SCHEMA {{0}} TO {other} WITH GRANT OPTION",
        f"GRANT SELECT ON {{0}}.plain TO {other} WITH GRANT OPTION",
    )
    with world.as_login(world.secrets.document(arn)) as session:
        session.execute(logins.composed(f"GRANT USAGE ON SCHEMA {{0}} TO {logins.reader}"))
        session.execute(logins.composed(f"GRANT SELECT ON {{0}}.plain TO {logins.reader}"))
    world.ensure(Reads=[logins.owner])
    logins.create(
        f"REVOKE ALL ON {{0}}.plain FROM {other} CASCADE",
        f"REVOKE ALL ON SCHEMA {{0}} FROM {other} CASCADE",
    )
    assert logins.reads("plain")


def test_a_second_time_grants_nothing_anew(logins: Logins) -> None:
    logins.create(*OBJECTS)
    logins.world.ensure(Reads=[logins.owner])
    since = logins.world.server.log.stat().st_size
    logins.world.ensure(Reads=[logins.owner], before={"Reads": [logins.owner]})
    log = logins.world.server.log.read_bytes()[since:]
    assert b"GRANT SELECT ON TABLE " not in log
    assert [name for name in NAMES if not logins.reads(name)] == []


@pytest.mark.parametrize("strategy", ["alternating", "single"])
def test_both_of_a_pair_read_what_either_of_another_pair_created(
    logins: Logins, strategy: str
) -> None:
    """After each rotation of either, what was there and what came after it."""
    world = logins.world
    world.ensure(Reads=[logins.owner])
    for number in range(3):
        world.rotate(getattr(world, strategy), logins.owner_arn)
        world.rotate(world.alternating)
        logins.create(f"CREATE TABLE {{0}}.made_{number} (id serial)")
        for document in (world.document(), world.document("AWSPREVIOUS")):
            for made in range(number + 1):
                assert logins.reads(f"made_{made}", document)
                assert not logins.may(f"INSERT INTO {{0}}.made_{made} DEFAULT VALUES", document)


@pytest.mark.parametrize("acts_as_base", [True, False])
def test_what_awss_clone_owns_is_read_before_and_after_it_changes_hands(
    logins: Logins, *, acts_as_base: bool
) -> None:
    """Whether its sessions act as the base meanwhile or not; some began before."""
    world, clone = logins.world, f"{logins.owner}_clone"
    with world.as_admin() as admin:
        admin.execute(f"CREATE ROLE {clone} LOGIN PASSWORD 'made-by-Aws-1'")
        admin.execute(f"GRANT {logins.owner} TO {clone}")
    logins.create(f"GRANT ALL ON SCHEMA {{0}} TO {clone}")
    with world.as_login(world.login(clone, "made-by-Aws-1")) as session:
        session.execute(logins.composed("CREATE TABLE {0}.before (id int)"))
        if acts_as_base:
            world.run("ALTER ROLE {} SET role = {}", clone, logins.owner)
        world.ensure(Reads=[logins.owner])
        session.execute(logins.composed("CREATE TABLE {0}.after (id int)"))
    assert logins.reads("before")
    assert logins.reads("after")
    document = world.secrets.document(logins.owner_arn)
    world.secrets.put(
        logins.owner_arn,
        "AWSPREVIOUS",
        {**document, "username": clone, "password": "made-by-Aws-1"},
    )
    world.rotate(world.alternating, logins.owner_arn)
    assert logins.reads("before")
    assert logins.reads("after")


def test_where_an_owner_acts_as_a_third_role_that_one_s_tables_are_read(logins: Logins) -> None:
    world, team = logins.world, f"team_{logins.world.number}"
    with world.as_admin() as admin:
        admin.execute(f"CREATE ROLE {team}")
        admin.execute(f"GRANT {team} TO {logins.owner}")
        admin.execute(f"ALTER ROLE {logins.owner} SET role = {team}")
    world.run("CREATE SCHEMA {0} AUTHORIZATION {0}", team)
    with world.as_login(world.secrets.document(logins.owner_arn)) as session:
        session.execute(f"CREATE TABLE {team}.before (id int)")
        world.ensure(Reads=[logins.owner])
        session.execute(f"CREATE TABLE {team}.after (id int)")
    for name in ("before", "after"):
        assert logins.may(f"TABLE {team}.{name}")


def test_the_admin_keeps_no_right_to_act_as_the_owner(logins: Logins) -> None:
    world = logins.world
    before = memberships(logins)
    world.ensure(Writes=[logins.owner])
    assert memberships(logins) == before
    with world.as_admin() as session, pytest.raises(REFUSED):
        session.execute(f"SET ROLE {logins.owner}")


def test_a_membership_of_the_admin_stays_as_it_was(world: PostgresWorld) -> None:
    logins = Logins(world)
    with world.as_admin() as admin:
        admin.execute(f"GRANT {logins.owner} TO {world.admin} WITH INHERIT TRUE, SET FALSE")
    before = memberships(logins)
    world.ensure(Writes=[logins.owner])
    assert memberships(logins) == before


def memberships(logins: Logins) -> list[tuple[object, ...]]:
    return sorted(
        logins.world.ask(
            "SELECT to_jsonb(pg_auth_members)::text FROM pg_auth_members"
            " WHERE member = %s::regrole AND roleid = %s::regrole",
            logins.world.admin,
            logins.owner,
        )
    )


def test_what_is_not_the_owner_s_is_not_given_away(logins: Logins) -> None:
    """Not even in its own schema, and by whatever name."""
    world = logins.world
    world.run("CREATE TABLE {}.admins (id int)", logins.owner)
    world.run("ALTER TABLE {}.admins OWNER TO {}", logins.owner, world.admin)
    logins.create(*OBJECTS)
    world.ensure(Writes=[logins.owner])
    assert not logins.reads("admins")
    assert logins.reads("plain")


def test_a_name_that_changes_its_meaning_meanwhile_gives_nothing_away(
    world: PostgresWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner renames its schemas between our look and our statement."""
    logins = Logins(world)
    world.run("GRANT CREATE ON DATABASE {} TO {}", world.dbname, logins.owner)
    logins.create("CREATE TABLE {0}.word (id int)", f"CREATE SCHEMA other_{world.number}")
    world.run("CREATE TABLE {}.word (id int)", f"other_{world.number}")
    world.run("ALTER TABLE {}.word OWNER TO {}", f"other_{world.number}", world.admin)

    real = access._grants

    def renaming(rows: object, *rest: object) -> object:
        statements = list(real(rows, *rest))  # type: ignore[arg-type]  # passed on
        if any(" ON TABLE " in statement for statement in statements):
            logins.create(
                f"ALTER SCHEMA {{0}} RENAME TO third_{world.number}",
                f"ALTER SCHEMA other_{world.number} RENAME TO {{0}}",
            )
        return statements

    monkeypatch.setattr(access, "_grants", renaming)
    with pytest.raises(Exception, match="permission denied"):
        world.ensure(Reads=[logins.owner])
    assert not logins.reads("word")


def test_nothing_of_the_owner_s_runs_as_the_admin(own: PostgresWorld) -> None:
    """The application that gave other meanings to our names is the one whose tables are read."""
    name = f"reader_{own.number}"
    since = shadows(own)
    own.add_login(name, Writes=[own.user])
    arn = own.arn.replace("application", name)
    own.ensure(arn, Reads=[own.user], before={"Writes": [own.user]})
    own.ensure(arn, before={"Reads": [own.user]})
    assert canaries(own, since) == []


def test_names_are_names_whatever_they_hold(any_world: PostgresWorld) -> None:
    reader, owner = f"r'\"\\{any_world.number}", f"o;--\"'\\{any_world.number}"
    owner_arn = any_world.add_login(owner)
    arn = any_world.add_login(reader, Writes=[owner])
    statement = sql.SQL("CREATE TABLE {}.later (id int)").format(sql.Identifier(owner))
    with any_world.as_login(any_world.secrets.document(owner_arn)) as session:
        session.execute(statement)
    statement = sql.SQL("INSERT INTO {}.later VALUES (1)").format(sql.Identifier(owner))
    with any_world.as_login(any_world.secrets.document(arn)) as session:
        session.execute(statement)


def test_logins_that_are_deployed_at_once_wait_for_each_other(
    logins: Logins, unhurried: None
) -> None:
    """And for a rotation of the one whose tables they read, which ends none of them."""
    del unhurried
    world = logins.world
    logins.create(*OBJECTS)
    names = [f"reader_{world.number}_{number}" for number in range(4)]
    together = threading.Barrier(len(names) + 1)

    def deploy(name: str) -> None:
        together.wait()
        world.add_login(name, owner=name, Writes=[logins.owner])

    def rotate(_: str) -> None:
        together.wait()
        world.rotate(world.alternating, logins.owner_arn)

    with ThreadPoolExecutor(len(names) + 1) as pool:
        work: list[tuple[Callable[[str], None], str]] = [(deploy, name) for name in names]
        for done in [pool.submit(run, name) for run, name in [*work, (rotate, "")]]:
            done.result()
    for name in names:
        assert logins.may(CHANGES[0], world.secrets.document(world.arn_of(name)))
    assert world.accepts(world.secrets.document(logins.owner_arn))


def test_a_lock_that_is_held_for_too_long_ends_in_an_error(
    logins: Logins, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postgres_user.postgres.LOCK_SECONDS", 0.1)
    monkeypatch.setattr("database.users.PATIENCE_SECONDS", 0.3)
    with logins.world.as_superuser() as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", [fence._key(logins.owner)])
        with pytest.raises(BusyError, match="Wait until the other session ends"):
            logins.world.ensure(Reads=[logins.owner])
    logins.world.ensure(Reads=[logins.owner])


def test_more_tables_than_fit_into_a_transaction(world: PostgresWorld) -> None:
    logins = Logins(world)
    with world.as_login(world.secrets.document(logins.owner_arn)) as session:
        for number in range(1003):
            session.execute(f"CREATE TABLE many_{number} ()")
    world.ensure(Reads=[logins.owner])
    query = (
        "SELECT count(*) FROM pg_class WHERE relowner = %s::regrole AND relkind = 'r'"
        " AND has_table_privilege(%s, oid, 'SELECT')"
    )
    assert world.ask(query, logins.owner, logins.reader) == [(1003,)]


def test_a_schema_that_its_owner_does_not_open_is_told(
    logins: Logins, function_log: io.StringIO
) -> None:
    """Followed to the letter, its remedy lets the reader in."""
    world, schema = logins.world, f"closed_{logins.world.number}"
    world.run("CREATE SCHEMA {}", schema)
    world.run("GRANT ALL ON SCHEMA {} TO {}", schema, logins.owner)
    logins.create(f"CREATE TABLE {schema}.word (id int)")
    world.ensure(Reads=[logins.owner])
    assert not logins.may(f"TABLE {schema}.word")
    [warning] = warned(function_log)
    world.run(warning["remedy"].removeprefix("Let the schema's owner run: "))
    assert logins.may(f"TABLE {schema}.word")


def test_a_reader_that_acts_as_another_role_is_told(
    logins: Logins, function_log: io.StringIO
) -> None:
    """It would have all that it was given if it acted as itself."""
    world, team = logins.world, f"team_{logins.world.number}"
    logins.create(*OBJECTS)
    world.ensure()
    world.run("CREATE ROLE {}", team)
    world.run("GRANT {} TO {}", team, logins.reader)
    world.run("ALTER ROLE {} SET role = {}", logins.reader, team)
    world.ensure(Reads=[logins.owner])
    assert not logins.reads("plain")
    [warning] = warned(function_log)
    assert warning["cause"].startswith(f"Sessions of {logins.reader} act as {team}")
    assert warning["remedy"].startswith(f"Take the setting role off {logins.reader}")
    world.run("ALTER ROLE {} RESET role", logins.reader)
    assert logins.reads("plain")


def test_a_login_that_is_missing_is_deployed_first(any_world: PostgresWorld) -> None:
    owner = f"owner_{any_world.number}"
    with pytest.raises(GoneError, match="deploy the other login first"):
        any_world.ensure(Reads=[owner])
    assert any_world.accepts(any_world.document())
    any_world.add_login(owner)
    any_world.ensure(Reads=[owner])


def test_a_login_that_is_gone_is_taken_off(any_world: PostgresWorld) -> None:
    owner = f"owner_{any_world.number}"
    any_world.ensure(before={"Reads": [owner]})


@pytest.mark.parametrize("kind", ["admin", "superuser", "group"])
def test_only_logins_of_applications_are_read(any_world: PostgresWorld, kind: str) -> None:
    names = {
        "admin": any_world.admin,
        "superuser": any_world.server.superuser,
        "group": "pg_monitor",
    }
    with pytest.raises(NotOursError, match="no login of an application"):
        any_world.ensure(Reads=[names[kind]])
    with pytest.raises(NotOursError, match="no login of an application"):
        any_world.ensure(Writes=[names[kind]])
    other = f"owner_{any_world.number}"
    any_world.add_login(other)
    any_world.ensure(Reads=[other])


@pytest.mark.parametrize("value", ["app", [""], [7], {"a": "b"}, ["a\0b"], ["a\nb"]])
def test_what_is_no_list_of_names_is_refused_and_corrected(
    world: PostgresWorld, value: object
) -> None:
    with pytest.raises(BadEventError, match="list with the names of other logins"):
        world.ensure(Reads=value)
    assert not world.exists(world.user)
    world.ensure(Reads=[], before={"Reads": value})


def test_a_login_does_not_read_itself(world: PostgresWorld) -> None:
    for name in (world.user, world.clone):
        with pytest.raises(BadEventError, match="off its own reads and writes"):
            world.ensure(Writes=[name])
    world.ensure(Writes=[])
