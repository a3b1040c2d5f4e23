"""Settings of each product: defaults of its own, and what it does not have."""

from typing import Any

import pytest

from stacks.settings import read_settings
from stacks.settings.databases import NamedDatabase
from stacks.settings.errors import SettingsError

EXISTING = {
    "host": "orders.cluster-abc.eu-west-1.rds.amazonaws.com",
    "dbname": "orders",
    "security_group_id": "sg-0123456789abcdef0",
    "admin_secret_arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-1-AbCdEf",
}


def read(**context: Any) -> NamedDatabase:
    """The database of these settings."""
    named = {name.replace("__", "."): value for name, value in context.items()}
    return read_settings({"name": "orders", **named}).databases["main"]


@pytest.mark.parametrize(
    ("engine", "version", "strategy", "port"),
    [
        ("postgres", "17", "alternating", 5432),
        ("aurora-postgresql", "17", "alternating", 5432),
        ("mysql", "8.4", "dual", 3306),
        ("mariadb", "11.8", "dual", 3306),
        ("aurora-mysql", "8.0", "dual", 3306),
    ],
)
def test_what_is_left_out_is_the_product_s_own(
    engine: str, version: str, strategy: str, port: int
) -> None:
    made = read(databases__main__engine=engine)
    assert (made.engine_version, made.logins["app"].strategy) == (version, strategy)
    existing = read(databases__main={"engine": engine, "existing": EXISTING}).existing
    assert existing
    assert existing.port == port


def test_a_group_s_version_and_storage_are_not_for_another_product() -> None:
    group = {"database": {"engine_version": "16", "storage_gib": 50}}
    assert read(**group).engine_version == "16"
    assert read(**group, databases__main__engine="mariadb").engine_version == "11.8"
    assert read(**group, databases__main__engine="aurora-mysql").storage_gib == 20
    assert read(**group, databases__main__engine="mysql").storage_gib == 50


@pytest.mark.parametrize(
    ("context", "where", "because"),
    [
        (
            {"rotation__strategy": "dual"},
            "databases.main.logins.app.strategy = 'dual'",
            "PostgreSQL has no such strategy",
        ),
        (
            {"databases": {"main": {"engine": "oracle"}}},
            "databases.main.engine = 'oracle'",
            "Allowed: postgres, mysql",
        ),
        (
            {"database": {"engine": "mariadb", "engine_version": "17"}},
            "database.engine_version = '17'",
            "no such version",
        ),
        (
            {"databases__main": {"engine": "mysql", "engine_version": "8.0.35"}},
            "databases.main.engine_version = '8.0.35'",
            "from 8.0.36 on",
        ),
        (
            {
                "databases__main": {
                    "engine": "aurora-mysql",
                    "engine_version": "8.0.mysql_aurora.3.03.1",
                }
            },
            "databases.main.engine_version = '8.0.mysql_aurora.3.03.1'",
            "from 3.04 on",
        ),
        (
            {"databases__main": {"engine": "mysql", "port": 3306}},
            "databases.main.port = 3306",
            "everyone tries first",
        ),
        (
            {"databases__main": {"engine": "mysql", "name": "rank"}},
            "databases.main.name = 'rank'",
            "reserved word of MySQL",
        ),
        (
            {"databases__main": {"engine": "mariadb", "admin_username": "root"}},
            "databases.main.admin_username = 'root'",
            "keeps the name for itself",
        ),
        (
            {"databases__main": {"engine": "mysql", "logins": {"app": {"username": "x" * 33}}}},
            f"databases.main.logins.app.username = '{'x' * 33}'",
            "it has 33 bytes, and 32 are the most",
        ),
        (
            {
                "databases__main": {
                    "engine": "mysql",
                    "logins": {"app": {"username": "x" * 27, "strategy": "alternating"}},
                }
            },
            f"databases.main.logins.app.username = '{'x' * 27}'",
            "it has 27 bytes, and 26 are the most",
        ),
        (
            {"databases__main": {"existing": {**EXISTING, "dbname": "my-orders"}}},
            "databases.main.existing.dbname = 'my-orders'",
            "PostgreSQL has no such database",
        ),
        (
            {"databases__main": {"engine": "aurora-mysql", "storage_gib": 50}},
            "databases.main",
            "of a cluster, storage_gib is not set",
        ),
        (
            {
                "databases": {
                    "main": {"existing": EXISTING},
                    "other": {
                        "existing": {
                            **EXISTING,
                            "host": EXISTING["host"].replace("cluster-", "cluster-ro-"),
                        }
                    },
                }
            },
            "databases",
            "main and other are the same database",
        ),
    ],
)
def test_what_a_product_does_not_have_is_refused_by_name(
    context: dict[str, Any], where: str, because: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        read(**context)
    [line] = str(caught.value).splitlines()[1:]
    assert line.startswith(f"  {where}"), line
    assert because in line


@pytest.mark.parametrize("engine", ["mysql", "mariadb", "aurora-mysql"])
def test_what_mysql_has_is_accepted(engine: str) -> None:
    made = read(
        databases__main={
            "engine": engine,
            "existing": {**EXISTING, "dbname": "my-orders"},
            "logins": {"app": {"username": "x" * 32}, "batch": {"strategy": "alternating"}},
        }
    )
    assert made.existing
    assert made.existing.dbname == "my-orders"
