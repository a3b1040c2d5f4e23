"""Each snippet of docs/consumers.md runs, at a real server."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from local.postgres import PostgresServer
from rotated_secret.client import shared_clients
from tests.postgres_user.world import World
from tests.rotated_secret.mysql import mysql_server

PAGE = Path(__file__).parents[2] / "docs" / "consumers.md"
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
NAME = "orders/production/application"


def modules(snippet: str) -> set[str]:
    return {
        node.module
        for node in ast.walk(ast.parse(snippet))
        if isinstance(node, ast.ImportFrom) and node.module
    }


def test_there_is_a_snippet_for_each_adapter() -> None:
    adapters = {"asyncpg", "pg8000", "psycopg", "psycopg_pool", "pymysql", "sqlalchemy"}
    shown = set().union(*map(modules, SNIPPETS))
    assert {f"rotated_secret.{name}" for name in (*adapters, "sqlalchemy_async")} <= shown


@pytest.mark.parametrize("snippet", [each for each in SNIPPETS if "pymysql" not in each])
def test_a_snippet_for_postgres_logs_in(
    postgres: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    snippet: str,
) -> None:
    monkeypatch.setenv("RDS_CA_BUNDLE", str(postgres.ca))
    world = World(postgres)
    world.create_first_user()
    world.secrets.secrets[NAME] = world.secrets.secrets[world.arn]
    run(snippet, world.secrets, monkeypatch)
    assert world.user in capsys.readouterr().out


@pytest.mark.parametrize("snippet", [each for each in SNIPPETS if "pymysql" in each])
def test_a_snippet_for_mysql_logs_in(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    store: Any,
    snippet: str,
) -> None:
    monkeypatch.setenv("RDS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    with mysql_server(tmp_path / "ca.pem", password="first") as server:
        login = {"username": "app_user", "password": "first"}
        store.manager.create(NAME, {**login, "host": "localhost", "port": server.port})
        run(snippet, store.manager, monkeypatch)
    assert "app_user" in capsys.readouterr().out


def run(snippet: str, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_clients, "get", lambda _: client)
    exec(compile(snippet, str(PAGE), "exec"), {"__name__": "snippet"})  # noqa: S102  # our own page
