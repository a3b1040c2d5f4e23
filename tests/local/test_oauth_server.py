"""The OAuth server: TLS by one authority for all runs; it ends with the program that started it."""

import ssl
import urllib.error
import urllib.request

import pytest

from local import oauth_server
from local.oauth_server import OAuthServer, OAuthServerError


def ask(url: str, context: ssl.SSLContext) -> int:
    path = "/.well-known/openid-configuration"
    with urllib.request.urlopen(f"{url}{path}", context=context, timeout=30) as answer:  # noqa: S310 - https
        return int(answer.status)


def test_it_answers_over_tls_and_ends_with_its_context() -> None:
    with OAuthServer() as server:
        context = ssl.create_default_context(cafile=server.authority)
        url = server.url
        assert ask(url, context) == 200
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            ask(url, ssl.create_default_context())
    with pytest.raises(urllib.error.URLError, match="refused"):
        ask(url, context)
    assert not server.authority.exists()


def test_all_runs_have_one_authority() -> None:
    with OAuthServer() as one, OAuthServer() as other:
        assert one.authority.read_bytes() == other.authority.read_bytes()
        assert b"PRIVATE KEY" not in one.authority.read_bytes()


def test_a_server_that_does_not_start_says_what_to_run(tmp_path, monkeypatch) -> None:
    broken = tmp_path / "broken.mjs"
    broken.write_text("import 'no-such-package';")
    monkeypatch.setattr(oauth_server, "_PROGRAM", broken)
    with pytest.raises(OAuthServerError, match="make setup"), OAuthServer():
        pass
