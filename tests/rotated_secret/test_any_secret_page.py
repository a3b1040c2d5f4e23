"""Each snippet of docs/any-secret.md runs, at a real server behind TLS."""

import json
import re
import tomllib
from base64 import b64encode
from pathlib import Path

import pytest

from rotated_secret.client import shared_clients
from tests.rotated_secret import aws
from tests.rotated_secret.api import Api, serving
from tests.rotated_secret.conftest import TOKEN, Store
from tests.rotated_secret.tls import server_context

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "any-secret.md"
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
REMOTE = {"https", "boto3"}
EXTRAS = {"httpx", "requests"}
PAIR = b64encode(f"me:{TOKEN}".encode()).decode()
SECRETS = {
    "orders/production/partner/token": {"token": TOKEN},
    "orders/production/access-key": {"AccessKeyId": "AKIA1", "SecretAccessKey": TOKEN},
    "orders/production/partner/oauth": {"client_id": "me", "client_secret": TOKEN},
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
@pytest.mark.parametrize("snippet", [each for each in SNIPPETS if "https" in words(each)])
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
