"""Each snippet of docs/consumers.md and of the package's own page runs, at a real server."""

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from fakes.mysql import MySQLWorld
from fakes.postgres import PostgresWorld
from local.mariadb import MariaDBServer
from local.postgres import PostgresServer
from rotated_secret.client import shared_clients
from tests.rotated_secret.mysql_applications import MISSING

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lambdas" / "rotated_secret"
PAGE = ROOT / "docs" / "consumers.md"
SNIPPETS = [
    snippet
    for page in (PAGE, PACKAGE / "README.md")
    for snippet in re.findall(r"```python\n(.*?)```", page.read_text(), flags=re.DOTALL)
]
NAME = "orders/production/main/app"


def modules(snippet: str) -> set[str]:
    return {
        node.module
        for node in ast.walk(ast.parse(snippet))
        if isinstance(node, ast.ImportFrom) and node.module
    }


MYSQL = {"aiomysql", "asyncmy", "mysql_connector", "mysqlclient", "pymysql"}
OTHERS = {"asyncpg", "pg8000", "psycopg", "psycopg_pool", "sqlalchemy", "sqlalchemy_async"}


def adapters(snippet: str) -> set[str]:
    return {each.removeprefix("rotated_secret.") for each in modules(snippet)}


def test_there_is_a_snippet_for_each_adapter() -> None:
    assert set().union(*map(adapters, SNIPPETS)) >= MYSQL | OTHERS


def test_the_lines_that_install_it_name_its_folder_and_its_extras() -> None:
    extras = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    lines = re.findall(r"^.*lambdas/rotated_secret.*$", PAGE.read_text(), flags=re.MULTILINE)
    installing = [line for line in lines if "pip install" in line or "subdirectory=" in line]
    assert len(installing) == 2
    for line in installing:
        [named] = re.findall(r"rotated.secret\[(\w+)\]", line)
        assert named in extras


@pytest.mark.parametrize("snippet", [each for each in SNIPPETS if not adapters(each) & MYSQL])
def test_a_snippet_for_postgres_logs_in(
    postgres: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    snippet: str,
) -> None:
    monkeypatch.setenv("RDS_CA_BUNDLE", str(postgres.ca))
    world = PostgresWorld(postgres)
    world.create_first_user()
    world.secrets.secrets[NAME] = world.secrets.secrets[world.arn]
    run(snippet, world.secrets, monkeypatch)
    assert world.user in capsys.readouterr().out


@pytest.mark.parametrize("snippet", [each for each in SNIPPETS if adapters(each) & MYSQL])
def test_a_snippet_for_mysql_logs_in(
    mariadb: MariaDBServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    snippet: str,
) -> None:
    if missing := adapters(snippet) & MISSING.keys():
        pytest.skip(MISSING[missing.pop()])
    monkeypatch.setenv("RDS_CA_BUNDLE", str(mariadb.ca))
    world = MySQLWorld(mariadb)
    world.create_first_user()
    world.secrets.secrets[NAME] = world.secrets.secrets[world.arn]
    run(snippet, world.secrets, monkeypatch)
    assert world.user in capsys.readouterr().out


def run(snippet: str, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_clients, "get", lambda _: client)
    exec(compile(snippet, str(PAGE), "exec"), {"__name__": "snippet"})  # noqa: S102  # our own page
