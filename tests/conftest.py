"""What tests of several folders share: a real PostgreSQL, and no way to a real AWS account."""

import io
import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from local.postgres import PostgresServer
from rotation.observability import logger

# Functions make their client when they are imported. Nobody's own credentials are ever used.
os.environ["AWS_ACCESS_KEY_ID"] = "testing"
os.environ["AWS_SECRET_ACCESS_KEY"] = "testing"
os.environ["AWS_DEFAULT_REGION"] = "eu-central-1"
os.environ.pop("AWS_PROFILE", None)

# A machine that is busy is no defect: neither an example nor the making of one is timed.
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server per test run; a test makes its own names or databases on it.

    It keeps `pg_stat_statements`, so that a secret in there is seen.
    """
    settings = {"shared_preload_libraries": "pg_stat_statements", "log_connections": "on"}
    with PostgresServer(settings=settings) as server:
        with server.connect() as connection:
            connection.execute("CREATE EXTENSION pg_stat_statements")
        yield server


@pytest.fixture
def function_log() -> Iterator[io.StringIO]:
    """What the functions log, one JSON object a line."""
    [handler] = logger.handlers
    assert isinstance(handler, logging.StreamHandler)
    log = io.StringIO()
    before = handler.setStream(log)
    yield log
    handler.setStream(before)
