"""What tests of several folders share: a real PostgreSQL."""

from collections.abc import Iterator

import pytest

from local.postgres import PostgresServer


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server per test run; a test makes its own names or databases on it.

    It keeps `pg_stat_statements`, so that a secret in there is seen.
    """
    settings = {"shared_preload_libraries": "pg_stat_statements"}
    with PostgresServer(settings=settings) as server:
        with server.connect() as connection:
            connection.execute("CREATE EXTENSION pg_stat_statements")
        yield server
