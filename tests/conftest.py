"""What tests of several folders share: real databases, and no way to a real AWS account."""

import io
import logging
import os
from collections.abc import Generator, Iterator
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

from local.database_errors import BinariesNotFoundError
from local.database_process import DatabaseProcess
from local.mariadb import MariaDBServer
from local.mysql import MySQLServer
from local.patience import slowness
from local.postgres import PostgresServer
from rotation.observability import logger

Process = TypeVar("Process", bound=DatabaseProcess)

SLOWNESS = "how many times slower than an idle machine"

# Functions make their client when they are imported. Nobody's own credentials are ever used.
os.environ["AWS_ACCESS_KEY_ID"] = "testing"
os.environ["AWS_SECRET_ACCESS_KEY"] = "testing"
os.environ["AWS_DEFAULT_REGION"] = "eu-central-1"
os.environ.pop("AWS_PROFILE", None)

# A machine that is busy is no defect: neither an example nor the making of one is timed.
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")


@pytest.hookimpl(tryfirst=True)  # before what spreads them
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests of a file run in one process if they share what takes long to make."""
    shared = {item.path for item in items if _shares(item)}
    for item in items:
        if item.path in shared and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(str(item.path)))


def _shares(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    info = getattr(item, "_fixtureinfo", None)
    known = info.name2fixturedefs if info else {}
    return "synthesize" in fixtures or any(
        each.scope == "module" for name in fixtures for each in known.get(name, ())
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep with each failure how slow the machine was, for the summary."""
    report = yield
    if report.failed and (times := slowness()) > 1:
        report.user_properties.append((SLOWNESS, times))
        report.sections.append(
            ("machine", f"{times:.0f} times slower than an idle one when this failed")
        )
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say so if failures may come of a machine that was too slow."""
    stats = terminalreporter.stats
    reports = [*stats.get("failed", ()), *stats.get("error", ())]
    # A file that could not be collected has none.
    properties = [item for each in reports for item in getattr(each, "user_properties", ())]
    found = [value for name, value in properties if name == SLOWNESS]
    if found:
        terminalreporter.write_line(
            f"gave up on {len(found)} of {len(reports)} failures while this machine was up to "
            f"{max(found):.0f} times slower than an idle one: run them again when it has less to "
            "do, before you look for a defect",
            yellow=True,
        )


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


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDBServer]:
    """One MariaDB per test run, as `postgres`."""
    yield from running(MariaDBServer())


@pytest.fixture(scope="session")
def mysql() -> Iterator[MySQLServer]:
    """One MySQL per test run, as `postgres`."""
    yield from running(MySQLServer())


def running(server: Process) -> Iterator[Process]:
    """Start a server whose product need not be on this machine; skip where it is not."""
    try:
        server.start()
    except BinariesNotFoundError as error:
        pytest.skip(str(error))
    yield server
    server.stop()


@pytest.fixture
def function_log() -> Iterator[io.StringIO]:
    """What the functions log, one JSON object a line."""
    [handler] = logger.handlers
    assert isinstance(handler, logging.StreamHandler)
    log = io.StringIO()
    before = handler.setStream(log)
    yield log
    handler.setStream(before)
