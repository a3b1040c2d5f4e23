"""A value stays in its place, whatever it is."""

import base64
import json
import re
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from api_declaration.address import Origin, url
from api_declaration.declaration import Declaration
from api_declaration.errors import DeclarationError, FillingError
from api_declaration.request import Request
from api_declaration.template import Values
from tests.api_declaration.examples import short, whole

HOSTILE = st.one_of(
    st.text(max_size=60),
    st.text("\r\n\0 :/?#&=%{}\"'\\.@é\ud800", max_size=30),
    st.sampled_from(
        [
            *("..", ".", "../..", "%2e%2e", "a\r\nHost: evil", "a b", "https://evil.example.com/"),
            *("//evil.example.com", "@evil.example.com", '","admin":true,"x":"', "{management}"),
            *("{secret.client_secret}", "a:b", "\u2028", "x" * 20_000, "&admin=true", "?", "#"),
        ]
    ),
)
HOSTS = frozenset({Origin("auth.example.com"), Origin("api.example.com", 8443)})


def sent(declaration: dict[str, Any], request: str, /, **values: str) -> Request | None:
    """What would be sent; None if a value does not fit."""
    found = Declaration.parse(declaration)
    named = {key.replace("__", "."): value for key, value in values.items()}
    try:
        return found.requests[request].fill(Values(named), found.hosts)
    except FillingError:
        return None


@given(HOSTILE)
def test_a_value_stays_in_its_segment_of_the_path(value: str) -> None:
    request = sent(whole(), "revoke", id=value, management="key")
    if request is None:
        return
    assert request.url.origin == Origin("api.example.com", 8443)
    parts = request.url.target.split("/")
    assert [*parts[:3], parts[-1]] == ["", "v1", "tokens", "revoke"]
    assert len(parts) == 5
    assert unquote(parts[3]) == value
    assert value not in {"", ".", ".."}
    assert re.fullmatch(r"[A-Za-z0-9._~%/-]+", request.url.target)


@given(HOSTILE, HOSTILE)
def test_a_value_stays_in_its_parameter_and_in_basic(client: str, secret: str) -> None:
    request = sent(short(), "prove", secret__client_id=client, secret__client_secret=secret)
    if request is None:
        return
    query = urlsplit(request.url.target).query
    assert parse_qsl(query, keep_blank_values=True) == [("audience", client)]
    decoded = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
    username, _, password = decoded.partition(":")
    assert parse_qs(f"u={username}&p={password}") == {"u": [client], "p": [secret]}


@given(HOSTILE)
def test_a_value_stays_in_its_header(value: str) -> None:
    request = sent(short(), "issue", name="n", management__token=value)
    fits = value.isascii() and value.isprintable() and value == value.strip()
    assert (request is not None) == (fits and 0 < len(value) <= 16_384)
    if request is not None:
        assert request.headers["Authorization"] == f"Bearer {value}"


@given(HOSTILE)
def test_a_value_stays_in_its_text_of_json(value: str) -> None:
    request = sent(short(), "issue", name=value, management__token="token")
    if request is None:
        return
    assert request.body is not None
    assert json.loads(request.body) == {
        "client_name": value,
        "grant_types": ["client_credentials"],
        "n": 1,
    }


@given(HOSTILE)
def test_a_value_stays_in_its_field_of_a_form(value: str) -> None:
    declared = short()
    declared["prove"]["form"] = {"token": "a{secret.client_secret}b", "other": "1"}
    request = sent(declared, "prove", secret__client_id="id", secret__client_secret=value)
    if request is None:
        return
    assert request.body is not None
    assert parse_qs(request.body.decode()) == {"token": [f"a{value}b"], "other": ["1"]}


@given(HOSTILE)
def test_a_url_from_an_answer_leads_to_no_other_host(value: str) -> None:
    for text in (value, f"https://auth.example.com{value}", f"https://{value}auth.example.com/"):
        assume(len(text) < 5000)
        try:
            found = url(text, "secret.manage", HOSTS)
        except FillingError:
            continue
        assert found.origin in HOSTS
        parsed = urlsplit(text)
        assert (parsed.scheme, parsed.hostname, parsed.username) == (
            "https",
            found.origin.host,
            None,
        )


@pytest.mark.parametrize(
    "text",
    [
        "http://auth.example.com/",
        "https://evil.example.com/",
        "https://auth.example.com:8443/",
        "https://auth.example.com@evil.example.com/",
        "https://auth.example.com:443@evil.example.com/",
        "https://auth.example.com.evil.example.com/",
        "https://auth.example.com\\@evil.example.com/",
        "https://auth.example.com/../x",
        "https://auth.example.com/x y",
        "https://auth.example.com/\r\nX: y",
        "https://auth.example.com/#x",
        "https://AUTH.example.com/",
        "https://auth.example.com\n",
        "",
    ],
)
def test_no_other_url_is_taken_for_one_of_a_pinned_host(text: str) -> None:
    with pytest.raises(FillingError):
        url(text, "secret.manage", HOSTS)


def test_a_url_that_is_a_value_is_asked_at_a_pinned_host_alone() -> None:
    manage = {"secret__client_id": "id", "secret__manage_token": "t"}
    good = sent(short(), "revoke", secret__manage="https://manage.example.com:8443/r?x=1", **manage)
    assert good is not None
    assert (good.url.origin.host, good.url.target) == ("manage.example.com", "/r?x=1")
    bad = sent(short(), "revoke", secret__manage="https://manage.example.com/r", **manage)
    assert bad is None


def test_what_comes_of_a_value_is_no_template() -> None:
    request = sent(short(), "issue", name="{management.token}", management__token="token")
    assert request is not None
    assert json.loads(request.body or b"")["client_name"] == "{management.token}"


@given(HOSTILE)
def test_an_error_about_a_value_does_not_hold_it(value: str) -> None:
    assume(len(value) > 8)
    template = Declaration.parse(short()).issue
    with pytest.raises(FillingError) as caught:
        template.fill(Values({"name": "n", "management.token": f"{value}\n"}), HOSTS)
    assert value not in str(caught.value)
    assert caught.value.name == "management.token"


def test_nothing_that_is_printed_shows_a_value() -> None:
    request = sent(whole(), "revoke", id="the-identifier", management="the-secret-key")
    assert "the-" not in repr(request)
    assert "the-" not in repr(Values({"id": "the-identifier"}))


def test_a_header_that_says_how_an_answer_gets_here_is_refused() -> None:
    for name in ("Host", "content-length", "Transfer-Encoding", "Proxy-Authorization", "X:", "a b"):
        declared = short()
        declared["issue"]["headers"][name] = "x"
        with pytest.raises(DeclarationError, match="no header of that name can be set"):
            Declaration.parse(declared)
