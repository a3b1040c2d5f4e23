"""Each snippet of docs/any-secret.md runs, at a real server behind TLS."""

import json
import os
import re
import socket
import subprocess
import sys
import tomllib
from base64 import b64encode
from pathlib import Path

import pytest
import trustme

from local.patience import wait_until
from rotated_secret.certificates import RotatedCertificate, client_context
from rotated_secret.certificates import server_context as following_context
from rotated_secret.client import shared_clients
from tests.rotated_secret import aws
from tests.rotated_secret.api import Api, serving
from tests.rotated_secret.conftest import TOKEN, Store
from tests.rotated_secret.identities import stored
from tests.rotated_secret.tls import server_context

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "any-secret.md"
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
SERVERS = [each for each in SNIPPETS if "8443" in each]
REMOTE = {"https", "boto3", "8443"}
EXTRAS = {"httpx", "requests"}
PAIR = b64encode(f"me:{TOKEN}".encode()).decode()
SECRETS = {
    "orders/production/token/partner": {"token": TOKEN},
    "orders/production/access-key": {"AccessKeyId": "AKIA1", "SecretAccessKey": TOKEN},
    "orders/production/token/oauth": {"client_id": "me", "client_secret": TOKEN},
}


def words(snippet: str) -> set[str]:
    return set(re.findall(r"\w+", snippet))


@pytest.fixture
def client(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    for name, content in SECRETS.items():
        store.manager.create(name, json.dumps(content))
    monkeypatch.setattr(shared_clients, "get", lambda _: store)
    return store


def run(snippet: str) -> None:
    exec(compile(snippet, str(PAGE), "exec"), {"__name__": "snippet"})  # noqa: S102  # our own page


def test_each_extra_is_shown_and_named() -> None:
    project = tomllib.loads((ROOT / "lambdas/rotated_secret/pyproject.toml").read_text())["project"]
    for extra in EXTRAS:
        assert extra in project["optional-dependencies"]
        assert f"`{extra}`" in PAGE.read_text()
        assert any(f"from rotated_secret.{extra} import" in snippet for snippet in SNIPPETS)


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("snippet", [each for each in SNIPPETS if not words(each) & REMOTE])
def test_a_snippet_gets_the_secret(capsys: pytest.CaptureFixture[str], snippet: str) -> None:
    run(snippet)
    assert TOKEN in capsys.readouterr().out


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(
    "snippet",
    [each for each in SNIPPETS if "https" in words(each) and "client_context" not in each],
)
def test_a_snippet_gets_in(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    snippet: str,
) -> None:
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, str(tmp_path / "ca.pem"))
    accepted = {f"Bearer {TOKEN}", f"Basic {PAIR}", TOKEN}
    header = "X-Api-Key" if "X-Api-Key" in snippet else "Authorization"
    with serving(Api(accepted=accepted, header=header), server_context(tmp_path / "ca.pem")) as api:
        run(re.sub(r"https://\w+\.example\.com", api.url, snippet))
    assert {"200", "the-Access-Token"} & set(capsys.readouterr().out.split())
    assert set(api.shown) <= accepted


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("snippet", [each for each in SNIPPETS if "boto3" in words(each)])
def test_a_snippet_is_known_to_aws(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    snippet: str,
) -> None:
    pytest.importorskip("boto3")
    context = server_context(tmp_path / "ca.pem")
    with aws.serving(aws.Aws(keys={"AKIA1": TOKEN}), context) as served:
        monkeypatch.setenv("AWS_ENDPOINT_URL", served.url)
        monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "ca.pem"))
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        run(snippet)
    assert capsys.readouterr().out == "123456789012\n"


@pytest.mark.parametrize("snippet", [each for each in SNIPPETS if "client_context" in each])
def test_a_snippet_shows_its_certificate(
    client: Store, capsys: pytest.CaptureFixture[str], snippet: str
) -> None:
    authority = trustme.CA()
    for name in ("web", "orders"):
        client.manager.create(f"orders/production/certificates/{name}", stored(authority))
    web = RotatedCertificate("orders/production/certificates/web")
    with serving(Api(accepted={""}), following_context(web, verify_clients=True)) as api:
        api.answer = lambda *_: (200, "")  # type: ignore[method-assign]  # it has verified enough
        run(snippet.replace("https://web.example.com", api.url))
    assert capsys.readouterr().out == "200\n"


PROCESS = """
import sys
from rotated_secret.client import shared_clients

class Client:
    def get_secret_value(self, **which):
        return {"VersionId": which["SecretId"], "SecretString": open(sys.argv[1]).read()}

shared_clients.get = lambda _: Client()
exec(open(sys.argv[2]).read(), {"__name__": "snippet"})
"""


def test_there_is_a_snippet_for_each_kind_of_server() -> None:
    for kind in ("asyncio", "uvicorn", "http.server"):
        assert any(kind in snippet for snippet in SERVERS)


@pytest.mark.parametrize("snippet", SERVERS)
def test_a_snippet_serves_with_the_certificate(client: Store, tmp_path: Path, snippet: str) -> None:
    if "uvicorn" in snippet:
        pytest.importorskip("uvicorn")
    authority = trustme.CA()
    client.manager.create("mine", stored(authority))
    context = client_context(RotatedCertificate("mine"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (tmp_path / "secret.json").write_text(stored(authority))
    (tmp_path / "snippet.py").write_text(snippet.replace("8443", str(port)))

    def answer() -> bytes:
        with (
            socket.create_connection(("127.0.0.1", port)) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return connection.recv(12)

    def listens() -> bool:
        with socket.socket() as attempt:
            return attempt.connect_ex(("127.0.0.1", port)) == 0

    files = [str(tmp_path / name) for name in ("secret.json", "snippet.py")]
    command = [sys.executable, "-c", PROCESS, *files]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "lambdas")}
    with subprocess.Popen(command, cwd=tmp_path, env=environment) as process:
        try:
            wait_until(listens)
            assert answer() in {b"HTTP/1.1 204", b"HTTP/1.0 200"}
        finally:
            process.terminate()
