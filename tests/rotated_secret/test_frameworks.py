"""Each snippet of docs/frameworks.md runs, at a real server, in a process of its own.

A framework keeps its settings for the whole process, and gevent changes modules in it. The library
asks a Secrets Manager over HTTP.
"""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fakes.mysql import MySQLWorld
from fakes.postgres import PostgresWorld

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "frameworks.md"
SECTIONS = {
    title: re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    for title, text in re.findall(
        r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE.read_text(), flags=re.MULTILINE | re.DOTALL
    )
}
SHOWN = {title: snippets for title, snippets in SECTIONS.items() if snippets}


@pytest.fixture
def world(request: pytest.FixtureRequest, snippets: list[str]) -> PostgresWorld | MySQLWorld:
    product = "mariadb" if "mysql" in "".join(snippets) else "postgres"
    server = request.getfixturevalue(product)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RDS_CA_BUNDLE", str(server.ca))
        world = MySQLWorld(server) if product == "mariadb" else PostgresWorld(server)
        world.create_first_user()
    if isinstance(world, MySQLWorld):
        server.create_database("data")  # that the page names
        world.run("GRANT SELECT ON data.* TO {}", world.user)
    return world


@pytest.fixture
def endpoint(world: PostgresWorld | MySQLWorld) -> Iterator[str]:
    """Where Secrets Manager answers GetSecretValue, whatever the name."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["X-Amz-Target"] == "secretsmanager.GetSecretValue"
            self.rfile.read(int(self.headers["Content-Length"]))
            answer = {"SecretString": json.dumps(world.document()), "VersionId": "v" * 36}
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("localhost", 0), Answer) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def write(snippets: list[str], folder: Path) -> Path:
    """Writes each where its first line says, and returns the one that is run."""
    for number, snippet in enumerate(snippets):
        named = re.match(r"# (\S+\.py)\n", snippet)
        file = folder / (named[1] if named else f"snippet_{number}.py")
        file.parent.mkdir(exist_ok=True)
        file.write_text(snippet)
    return file


def test_each_framework_is_shown() -> None:
    shown = {
        "Django",
        "Django on MySQL and MariaDB",
        "Flask-SQLAlchemy",
        "Alembic",
        "gevent",
        "trio and anyio",
    }
    assert SHOWN.keys() == shown


@pytest.mark.parametrize("snippets", SHOWN.values(), ids=SHOWN)
def test_a_snippet_logs_in(
    world: PostgresWorld | MySQLWorld,
    endpoint: str,
    tmp_path: Path,
    snippets: list[str],
) -> None:
    file = write(snippets, tmp_path)
    done = subprocess.run(
        [sys.executable, file.name],
        cwd=tmp_path,
        env=os.environ
        | {
            "AWS_ENDPOINT_URL": endpoint,
            "PYTHONPATH": str(ROOT / "lambdas"),
            "RDS_CA_BUNDLE": str(world.server.ca),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert world.user in done.stdout
