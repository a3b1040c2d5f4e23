"""What a login may do with what other logins of its server work in."""

import io

import pymysql
import pytest

from fakes.mysql import MySQLWorld, execute
from fakes.product import Document
from rotation.errors import BadEventError, GoneError, NotOursError

CHANGES = (
    "INSERT INTO {0}.plain (word) VALUES ('new')",
    "UPDATE {0}.plain SET word = 'newer'",
    "DELETE FROM {0}.plain",
)
NEVER = (
    "TRUNCATE {0}.plain",
    "ALTER TABLE {0}.plain ADD COLUMN more int",
    "DROP TABLE {0}.plain",
    "CREATE TABLE {0}.mine (id int)",
    "CREATE TRIGGER {0}.mine BEFORE INSERT ON {0}.plain FOR EACH ROW SET NEW.word = 'mine'",
    "GRANT SELECT ON {0}.plain TO {1}@'%'",
)


REFUSED = {1044, 1142, 1143, 1227, 1370}
"""What a right that is missing is answered with."""


class Logins:
    """The reader is the world's own login; another one has the schema that it reads."""

    def __init__(self, world: MySQLWorld) -> None:
        self.world = world
        self.reader = world.user
        self.owner = f"owner_{world.number}"
        self.owner_arn = world.add_login(self.owner)
        self.schema = f"of_{self.owner}"
        world.run("SET GLOBAL log_bin_trust_function_creators = ON")

    def create(self, *statements: str) -> None:
        """As the owner's present user."""
        with self.world.as_login(self.world.secrets.document(self.owner_arn)) as session:
            for statement in statements:
                execute(session, statement)

    def may(self, statement: str, document: Document | None = None) -> bool:
        """Whether the reader may do something."""
        with self.world.as_login(document or self.world.document()) as session:
            try:
                execute(session, statement.format(f"`{self.schema}`", self.owner))
            except pymysql.MySQLError as error:
                if error.args[0] in REFUSED:
                    return False
                raise
        return True

    def reads(self, name: str, document: Document | None = None) -> bool:
        return self.may(f"SELECT * FROM {{0}}.{name}", document)  # noqa: S608  # a test's own


@pytest.fixture
def logins(world: MySQLWorld) -> Logins:
    return Logins(world)


TABLES = ("CREATE TABLE plain (word text)", "CREATE VIEW look AS SELECT * FROM plain")


def test_a_reader_reads_what_is_there_and_what_comes_later(logins: Logins) -> None:
    logins.create(TABLES[0])
    logins.world.ensure(Reads=[logins.owner])
    logins.create(TABLES[1])
    assert logins.reads("plain")
    assert logins.reads("look")
    for statement in (*CHANGES, *NEVER):
        assert not logins.may(statement), statement


def test_without_it_nothing_is_read(logins: Logins) -> None:
    logins.world.ensure()
    logins.create(*TABLES)
    assert not logins.reads("plain")


def test_a_writer_changes_rows_and_nothing_else(logins: Logins) -> None:
    logins.create(*TABLES)
    logins.world.ensure(Writes=[logins.owner])
    for statement in CHANGES:
        assert logins.may(statement), statement
    for statement in NEVER:
        assert not logins.may(statement), statement


def test_what_is_taken_off_is_revoked_and_the_rest_stays(logins: Logins) -> None:
    logins.create(*TABLES)
    logins.world.ensure(Writes=[logins.owner])
    logins.world.ensure(Reads=[logins.owner], before={"Writes": [logins.owner]})
    assert logins.reads("plain")
    assert not logins.may(CHANGES[0])
    logins.world.ensure(Reads=[], before={"Reads": [logins.owner]})
    assert not logins.reads("plain")
    with logins.world.as_login(logins.world.document()) as session:
        execute(session, "CREATE TABLE own (id int)")


def test_both_of_a_pair_have_it_and_both_of_a_pair_are_read(logins: Logins) -> None:
    world = logins.world
    world.ensure()
    world.rotate(world.alternating)
    world.rotate(world.alternating, logins.owner_arn)
    logins.create(*TABLES)
    world.ensure(Reads=[logins.owner])
    for label in ("AWSCURRENT", "AWSPREVIOUS"):
        assert logins.reads("plain", world.document(label))
    world.rotate(world.alternating)
    world.rotate(world.alternating, logins.owner_arn)
    logins.create("CREATE TABLE later (id int)")
    for label in ("AWSCURRENT", "AWSPREVIOUS"):
        assert logins.reads("later", world.document(label))


def test_a_schema_next_to_it_whose_name_fits_the_pattern_is_not_read(logins: Logins) -> None:
    """An underscore means any character in a grant."""
    neighbour = logins.schema.replace("_", "x", 1)
    logins.world.run("CREATE DATABASE {}", neighbour)
    logins.world.run("CREATE TABLE {}.plain (id int)", neighbour)
    logins.world.ensure(Writes=[logins.owner])
    logins.schema = neighbour
    assert not logins.reads("plain")


def test_a_schema_that_was_granted_by_a_pattern_is_meant_if_it_is_the_only_one(
    logins: Logins, function_log: io.StringIO
) -> None:
    """As people write it: without a backslash before the underscore."""
    world = logins.world
    name = f"by_hand_{world.number}"
    world.run("CREATE DATABASE {}", name)
    world.run("CREATE TABLE {}.plain (id int)", name)
    world.run("GRANT SELECT, CREATE ON {}.* TO {}@'%'", name, logins.owner)
    world.ensure(Reads=[logins.owner])
    logins.schema = name
    assert logins.reads("plain")
    world.run("CREATE DATABASE {}", name.replace("by_", "byx"))
    world.ensure(Reads=[logins.owner], before={"Reads": [logins.owner]})
    assert "not told which are its own" in function_log.getvalue()


def test_schemas_of_a_pattern_are_granted_by_their_names(
    logins: Logins, function_log: io.StringIO
) -> None:
    world = logins.world
    logins.schema = f"by_hand_{world.number}"
    pattern = f"b%hand_{world.number}"
    for name in (logins.schema, f"byxhand_{world.number}"):
        world.run("CREATE DATABASE {}", name)
        world.run("CREATE TABLE {}.plain (id int)", name)
    world.run("GRANT SELECT, CREATE ON {}.* TO {}@'%'", pattern, logins.owner)
    world.ensure(Reads=[logins.owner])
    assert "Grant it its schemas by their names, with \\\\_ for each" in function_log.getvalue()
    assert not logins.reads("plain")
    name = logins.schema.replace("_", "\\_")
    world.run("GRANT SELECT, CREATE ON {}.* TO {}@'%'", name, logins.owner)
    world.ensure(Reads=[logins.owner])
    assert logins.reads("plain")
    for _ in range(2):
        world.rotate(world.alternating)
        assert logins.reads("plain", world.document())
        assert logins.reads("plain", world.document("AWSPREVIOUS"))


def test_access_that_is_granted_by_hand_outlasts_rotations(logins: Logins) -> None:
    world = logins.world
    logins.schema = f"by_hand_{world.number}"
    world.run("CREATE DATABASE {}", logins.schema)
    world.run("CREATE TABLE {}.plain (id int)", logins.schema)
    world.ensure()
    world.run("GRANT SELECT ON {}.* TO {}@'%'", logins.schema, world.user)
    for _ in range(2):
        world.rotate(world.alternating)
        assert logins.reads("plain", world.document())
        assert logins.reads("plain", world.document("AWSPREVIOUS"))


def test_who_does_not_exist_is_told(world: MySQLWorld) -> None:
    with pytest.raises(GoneError, match="nobody") as refused:
        world.ensure(Reads=["nobody"])
    assert "or deploy the other login first" in refused.value.remedy
    world.ensure(before={"Reads": ["nobody"]})
    world.add_login("nobody")
    world.ensure(Reads=["nobody"])
    world.rotate(world.alternating)
    assert world.accepts(world.document())
    world.run("DROP USER nobody@'%'")


def test_an_admin_is_no_owner(world: MySQLWorld) -> None:
    if not world.mariadb:
        world.run("GRANT CREATE USER ON *.* TO {}@'%'", world.admin)
    with pytest.raises(NotOursError, match="may create users") as refused:
        world.ensure(Reads=[world.admin])
    assert "they take other logins' names" in refused.value.remedy
    world.add_login(other := f"other_{world.number}")
    world.ensure(Reads=[other])
    world.rotate(world.alternating)
    assert world.accepts(world.document())


def test_a_login_does_not_read_its_own(world: MySQLWorld) -> None:
    with pytest.raises(BadEventError, match="among those"):
        world.ensure(Reads=[world.user])
