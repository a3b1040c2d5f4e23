"""Names of users and databases: what is accepted, a real server takes without quotes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymysql.err import OperationalError, ProgrammingError

from credential_rotation.engine import Engine
from credential_rotation.identifiers import CLONE_SUFFIX, Identifiers
from credential_rotation.mysql_engine import MARIADB, MYSQL
from credential_rotation.postgres_engine import POSTGRES
from local.postgres import PostgresServer

NAMES = POSTGRES.names


@pytest.mark.parametrize("name", ["app", "a", "app_user_2", "x" * 63])
def test_names_that_need_no_quotes_are_accepted(name: str) -> None:
    NAMES.database(name)
    NAMES.user(name, twin=False)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "begins with no letter"),
        ("App", "other characters"),
        ("1app", "begins with no letter"),
        ("app-user", "other characters"),
        ('app"; drop', "other characters"),
        ("bücher", "other characters"),
        ("app\n", "other characters"),
        ("x" * 64, "it has 64 bytes"),
        ("user", "reserved word"),
        ("pg_monitor", "keeps the name"),
        ("rdsadmin", "keeps the name"),
        ("rds_superuser", "keeps the name"),
        ("postgres", "keeps the name"),
        ("admin", "keeps the name"),
    ],
)
def test_names_that_postgresql_or_rds_would_refuse_are_refused(name: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        NAMES.database(name)


def test_the_name_of_the_second_user_fits_into_63_bytes() -> None:
    NAMES.user("x" * 57, twin=True)
    with pytest.raises(ValueError, match="58 bytes"):
        NAMES.user("x" * 58, twin=True)


def test_the_name_of_a_second_user_is_not_a_first_one() -> None:
    with pytest.raises(ValueError, match="belong to the second user"):
        NAMES.user("app_clone", twin=False)


def test_a_master_user_has_16_bytes_at_most() -> None:
    NAMES.admin("x" * 16)
    with pytest.raises(ValueError, match="17 bytes"):
        NAMES.admin("x" * 17)


def accepted(name: str, names: Identifiers = NAMES) -> bool:
    try:
        names.database(name)
    except ValueError:
        return False
    return True


def test_every_reserved_word_of_the_real_server_is_refused(postgres: PostgresServer) -> None:
    with postgres.connect() as connection:
        words = connection.execute(
            "SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')"
        ).fetchall()
    assert len(words) > 90
    assert not [word for (word,) in words if accepted(word)]


@given(st.from_regex(r"[a-z][a-z0-9_]{0,62}", fullmatch=True).filter(accepted))
def test_what_is_accepted_names_a_role_of_the_real_server_without_quotes(
    postgres: PostgresServer, name: str
) -> None:
    with postgres.connect() as connection:
        connection.autocommit = False  # else the role stays, and a name may come again
        connection.execute(f"CREATE ROLE {name}".encode())
        [(found,)] = connection.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = %s", [name]
        ).fetchall()
        connection.rollback()
    assert found == name


@pytest.mark.parametrize(("product", "engine"), [("mariadb", MARIADB), ("mysql", MYSQL)])
class TestMySQL:
    """MySQL and MariaDB: what their servers say of the same."""

    def test_every_word_that_needs_quotes_is_refused(
        self, request: pytest.FixtureRequest, product: str, engine: Engine
    ) -> None:
        server = request.getfixturevalue(product)
        needing = []
        with server.connect() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT LOWER(word) FROM information_schema.keywords")
            words = [word for (word,) in cursor.fetchall() if word.isidentifier()]
            for word in words:
                try:
                    cursor.execute(f"DO (SELECT COUNT(*) FROM (SELECT 1 AS one) AS {word})")  # noqa: S608
                except ProgrammingError:
                    needing.append(word)
        assert len(needing) > 150
        assert not [word for word in needing if accepted(word, engine.names)]

    def test_the_longest_name_of_a_user_is_one_that_the_server_takes(
        self, request: pytest.FixtureRequest, product: str, engine: Engine
    ) -> None:
        name = "x" * engine.names.longest_user
        engine.names.user(name, twin=False)
        engine.names.user(name[len(CLONE_SUFFIX) :], twin=True)
        for longer, twin in ((f"{name}x", False), (name, True)):
            with pytest.raises(ValueError, match="are the most"):
                engine.names.user(longer, twin=twin)
        server = request.getfixturevalue(product)
        with server.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE USER {name}")
            cursor.execute(f"DROP USER {name}")
            if engine is MYSQL:  # MariaDB 11.8 takes longer ones, those before it did not
                with pytest.raises(OperationalError, match="too long"):
                    cursor.execute(f"CREATE USER {name}x")

    def test_databases_that_every_server_has_are_refused(
        self, request: pytest.FixtureRequest, product: str, engine: Engine
    ) -> None:
        server = request.getfixturevalue(product)
        with server.connect() as connection, connection.cursor() as cursor:
            cursor.execute("SHOW DATABASES")
            there = {name for (name,) in cursor.fetchall()}
        own = there & {"information_schema", "mysql", "performance_schema", "sys"}
        assert len(own) == 4
        assert not [name for name in own if accepted(name, engine.names)]
