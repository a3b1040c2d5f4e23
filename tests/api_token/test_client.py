"""What is sent goes to the host that is named, over verified TLS, and ends in time."""

import gzip
import ipaddress
import logging
import ssl
import time
from collections.abc import Iterator, Mapping

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from api_declaration.address import Origin, Url
from api_declaration.request import Request
from api_token.client import Answer, Client, NoAnswerError
from api_token.connection import LARGEST_ANSWER, PUBLIC_AUTHORITIES, trusting
from api_token.destinations import Destinations
from rotation.deadline import Deadline
from rotation.errors import OutOfTimeError, UnreachableError, UntrustedServerError
from tests.api_token.server import Behaviour, answering, http, serving
from tests.rotated_secret.frames import recorded

SECRET = "token-that-nobody-may-see"
LOOPBACK = Destinations([ipaddress.ip_network("127.0.0.0/8")])


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def context(authority, tmp_path_factory) -> ssl.SSLContext:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return trusting(str(path))


def ask(
    client: Client,
    port: int,
    *,
    host: str = "localhost",
    seconds: float = 10,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    request = Request(
        "POST",
        Url(Origin(host, port), f"/x?key={SECRET}"),
        {"Authorization": SECRET, **(headers or {})},
        SECRET.encode(),
    )
    return client.send(request, Deadline(seconds))


@pytest.fixture
def client(context) -> Client:
    return Client(context, LOOPBACK)


def test_a_request_is_sent_and_its_answer_read(authority, client) -> None:
    answer = http("201 Created", b'{"id": 1}', Link="<https://x/>", Retry_After="7")
    with serving(answering(answer), authority=authority) as server:
        port, found = server.port, ask(client, server.port)
    assert (found.status, found.body, found.link, found.retry_after) == (
        201,
        {"id": 1},
        "<https://x/>",
        7,
    )
    head, _, body = server.received.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == f"POST /x?key={SECRET} HTTP/1.1"
    assert f"Host: localhost:{port}" in lines
    assert "Accept-Encoding: identity" in lines
    assert body == SECRET.encode()


@pytest.mark.parametrize(
    "parts",
    [
        (http("200 OK", b"<html>"),),
        (b"HTTP/1.1 204 No Content\r\n\r\n",),
        (http("200 OK", b"[" * 100_000),),
        (http("200 OK", b"\xff"),),
    ],
)
def test_an_answer_without_json_has_its_status(authority, client, parts) -> None:
    with serving(answering(*parts), authority=authority) as server:
        assert ask(client, server.port).body is None


def test_an_answer_in_chunks_is_read(authority, client) -> None:
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[1\r\n1\r\n]\r\n0\r\n\r\n"
    with serving(answering(chunks), authority=authority) as server:
        assert ask(client, server.port).body == [1]


def test_a_redirect_is_not_followed(authority, client) -> None:
    with (
        serving(answering(http("200 OK")), authority=authority) as elsewhere,
        serving(
            answering(http("302 Found", Location=f"https://localhost:{elsewhere.port}/")),
            authority=authority,
        ) as server,
    ):
        assert ask(client, server.port).status == 302
    assert not elsewhere.connections


def test_no_proxy_of_the_environment_is_asked(authority, client, monkeypatch) -> None:
    with (
        serving(answering(http("200 OK")), authority=authority) as proxy,
        serving(answering(http("200 OK")), authority=authority) as server,
    ):
        for name in ("https_proxy", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
            monkeypatch.setenv(name, f"http://localhost:{proxy.port}")
        assert ask(client, server.port).status == 200
    assert (proxy.connections, server.connections) == (0, 1)


ENDLESS = b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n"
BOMB = gzip.compress(b"0" * 10_000_000)

NO_ANSWERS: Mapping[str, tuple[Behaviour, str]] = {
    "nothing": (answering(b"", pause=60), "in time"),
    "a byte now and then": (answering(ENDLESS, *[b" "] * 60, pause=0.1), "in time"),
    "headers, a byte now and then": (answering(*[b"H"] * 60, pause=0.1), "in time"),
    "continue, for ever": (answering(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 60, pause=0.1), "time"),
    "too much": (answering(http("200 OK", b" " * (LARGEST_ANSWER + 1))), "larger than any"),
    "too many headers": (answering(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n"), "read"),
    "compressed": (answering(http("200 OK", BOMB, Content_Encoding="gzip")), "can't be read"),
    "no http": (answering(f"{SECRET}\r\n\r\n".encode()), "can't be read"),
    "hung up": (answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), "can't be read"),
    "hung up at once": (answering(), "can't be read"),
    "chunks of nonsense": (
        answering(f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{SECRET}\r\n".encode()),
        "can't be read",
    ),
}


@pytest.mark.parametrize("kind", NO_ANSWERS)
def test_a_bad_answer_ends_in_an_error_that_tells_nothing(authority, client, caplog, kind) -> None:
    behaviour, why = NO_ANSWERS[kind]
    caplog.set_level(logging.DEBUG)
    with (
        serving(behaviour, authority=authority) as server,
        pytest.raises(NoAnswerError, match=why) as caught,
    ):
        ask(client, server.port, seconds=1)
    assert caught.value.retry_helps
    assert caught.value.__cause__ is None
    assert SECRET not in f"{caught.value!r} {caught.value} {caplog.text}"
    assert not [where for where, text in recorded(caught.value) if SECRET in text]


def test_a_handshake_that_does_not_end_is_given_up(client) -> None:
    with (
        serving(answering(), authority=None) as server,
        pytest.raises(UnreachableError, match="can't be reached"),
    ):
        ask(client, server.port, seconds=0.5)


def slow(_: Origin) -> list[str]:
    time.sleep(3)
    return []


def test_a_resolver_that_does_not_answer_is_given_up(context) -> None:
    client = Client(context, LOOPBACK, resolve=slow)
    with pytest.raises(UnreachableError, match=r"can't be reached \(TimeoutError\)"):
        ask(client, 1, seconds=0.2)


def test_without_time_nothing_is_begun(client) -> None:
    with pytest.raises(OutOfTimeError):
        ask(client, 1, seconds=-1)


def strangers(authority) -> Iterator[tuple[trustme.CA, str]]:
    yield trustme.CA(), "localhost"
    yield authority, "other.example.com"


def test_nothing_is_sent_to_a_host_that_is_not_proven(authority, client) -> None:
    for issuer, name in strangers(authority):
        with (
            serving(answering(http("200 OK")), authority=issuer, name=name) as server,
            pytest.raises(UntrustedServerError, match="is not proven to be that host"),
        ):
            ask(client, server.port)
        assert not server.received


def test_by_default_the_public_authorities_are_trusted_and_no_stranger(authority) -> None:
    client = Client(trusting(PUBLIC_AUTHORITIES), LOOPBACK)
    with (
        serving(answering(http("200 OK")), authority=authority) as server,
        pytest.raises(UntrustedServerError),
    ):
        ask(client, server.port)


FORBIDDEN = (
    *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "169.254.170.2"),
    *("0.0.0.1", "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1"),
    *("fe80::1%eth0", "fd00:ec2::254", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "ff02::1"),
    *("64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1", "2002:7f00:1::", "64:ff9b:1::1", "2001:db8::1"),
    *("::ffff:10.0.0.1", "::127.0.0.1", "nonsense", "", "0x7f.1", "2130706433"),
)


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_address_that_is_not_public_is_not_connected_to(authority, context, address) -> None:
    with serving(answering(http("200 OK")), authority=authority) as server:
        client = Client(context, Destinations(), resolve=lambda _: [address])
        with pytest.raises(UntrustedServerError, match="has no public address"):
            ask(client, server.port)
    assert not server.connections
    assert not Destinations().allow(address)


NEVER = (
    *("169.254.169.254", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254", "0.0.0.1", "::"),
    *("64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::"),
)


@pytest.mark.parametrize("address", NEVER)
def test_what_every_machine_has_stays_out_whatever_a_team_allows(address) -> None:
    everything = [ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")]
    assert not Destinations(everything).allow(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_a_public_address_is_connected_to(address) -> None:
    assert Destinations().allow(address)


@given(st.ip_addresses(network="10.0.0.0/8"))
def test_a_private_network_is_reached_if_the_team_names_it(address) -> None:
    named = Destinations([ipaddress.ip_network("10.0.0.0/9")])
    assert named.allow(str(address)) == (int(address) < int(ipaddress.ip_address("10.128.0.0")))


def test_a_name_that_leads_elsewhere_the_second_time_is_asked_once(authority, context) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    client = Client(context, LOOPBACK, resolve=lambda _: next(answers))
    with serving(answering(http("200 OK")), authority=authority) as server:
        assert ask(client, server.port).status == 200
    assert next(answers) == ["10.0.0.1"]


def test_of_several_addresses_the_forbidden_ones_are_left_out(authority, context) -> None:
    client = Client(context, LOOPBACK, resolve=lambda _: ["10.0.0.1", "::1", "127.0.0.1"])
    with serving(answering(http("200 OK")), authority=authority) as server:
        assert ask(client, server.port).status == 200


def test_an_address_that_does_not_answer_leaves_time_for_the_next(authority, context) -> None:
    client = Client(context, LOOPBACK, resolve=lambda _: ["127.0.0.2", "127.0.0.1"])
    with serving(answering(http("200 OK")), authority=authority) as server:
        assert ask(client, server.port).status == 200
