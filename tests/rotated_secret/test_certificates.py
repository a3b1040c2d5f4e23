"""Servers and clients whose certificates rotate, over real sockets."""

import asyncio
import json
import logging
import os
import pickle
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import requests
import trustme
import urllib3
from requests.adapters import HTTPAdapter

from local.patience import wait_until
from rotated_secret import BadSecretError
from rotated_secret.certificates import (
    NEAR_END_SECONDS,
    RotatedCertificate,
    client_context,
    server_context,
)
from rotated_secret.waiting import Flight
from tests.rotated_secret.conftest import ARN, Hands, Safe
from tests.rotated_secret.frames import recorded
from tests.rotated_secret.identities import DAY, call, identity, serving, stored
from tests.rotated_secret.test_forks import in_a_child

ROTATIONS = 52
THREADS = 3


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def next_authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def safe(authority: trustme.CA) -> Safe:
    return Safe(content=stored(authority))


@pytest.fixture
def hands() -> Hands:
    return Hands(wall=time.time())


@pytest.fixture
def certificate(safe: Safe, hands: Hands) -> RotatedCertificate:
    return RotatedCertificate(ARN, client=cast("Any", safe), clock=hands.clock())


def rotate(certificate: RotatedCertificate, safe: Safe, hands: Hands, content: str) -> None:
    """Stores a version, and lets the handle read in the background as it does by and by."""
    safe.change(content)
    hands.pass_by(301)
    certificate._cache.refresh().wait(60)


def plain_client(authority: trustme.CA, *, shows: dict[str, str] | None = None) -> ssl.SSLContext:
    """A client that follows nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(context)
    if shows:
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(shows["Certificate"] + shows["PrivateKey"])
            file.flush()
            context.load_cert_chain(file.name)
    return context


def test_no_handshake_fails_while_both_certificates_rotate_and_their_authority_changes(
    authority: trustme.CA, next_authority: trustme.CA
) -> None:
    begin, both, end = [authority], [authority, next_authority], [next_authority]
    stages = [(authority, begin), (authority, both), (next_authority, both), (next_authority, end)]
    safes = [Safe(content=stored(authority)) for _ in range(2)]
    server, client = (
        RotatedCertificate(ARN, client=cast("Any", each), refresh_seconds=0.02) for each in safes
    )
    context = client_context(client)
    over, servers_seen = threading.Event(), set[str | None]()
    with serving(server_context(server, verify_clients=True)) as listening:

        def go_on() -> int:
            times = 0
            while not over.is_set():
                servers_seen.add(call(context, listening.port)[0])
                times += 1
            return times

        threads = ThreadPoolExecutor(THREADS)
        calling = [threads.submit(go_on) for _ in range(THREADS)]
        for number in range(ROTATIONS):
            issuer, trusted = stages[number * len(stages) // ROTATIONS]
            for handle, each in zip((server, client), safes, strict=True):
                version = each.change(stored(issuer, trusted=trusted))
                reached = len(listening.seen) + 2 * THREADS
                while handle.certificate().version_id != version or len(listening.seen) < reached:
                    assert not any(one.done() for one in calling)
                    over.wait(0.001)
        over.set()
        times = sum(one.result() for one in calling)
        threads.shutdown()
    assert not listening.failures
    assert times == len(listening.seen) > 4 * THREADS * ROTATIONS - 4
    assert len(servers_seen) >= ROTATIONS
    assert len(set(listening.seen)) >= ROTATIONS
    for stranger in (plain_client(next_authority), plain_client(authority)):
        with serving(server_context(server, verify_clients=True)) as listening:
            with pytest.raises(OSError, match=r"."):
                call(stranger, listening.port)
            assert not listening.seen


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("host", ["localhost", None])
def test_a_server_shows_the_newest_certificate_also_to_who_does_not_say_its_name(
    certificate: RotatedCertificate,
    safe: Safe,
    hands: Hands,
    authority: trustme.CA,
    version: ssl.TLSVersion,
    host: str | None,
) -> None:
    client = plain_client(authority)
    client.check_hostname, client.maximum_version = host is not None, version
    seen = []
    with serving(server_context(certificate)) as server:
        for _ in range(3):
            seen.append(call(client, server.port, host=host)[0])
            rotate(certificate, safe, hands, stored(authority))
    assert len(set(seen)) == 3
    assert None not in seen


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_whose_authority_is_not_trusted_any_more_does_not_get_in_by_its_session(
    certificate: RotatedCertificate,
    safe: Safe,
    hands: Hands,
    authority: trustme.CA,
    next_authority: trustme.CA,
    version: ssl.TLSVersion,
) -> None:
    client = plain_client(authority, shows=identity(authority))
    client.maximum_version = version
    with serving(server_context(certificate, verify_clients=True)) as server:
        _, session = call(client, server.port)
        _, session = call(client, server.port, session=session)
        rotate(certificate, safe, hands, stored(authority, trusted=[next_authority]))
        with pytest.raises(OSError, match=r"."):
            call(client, server.port, session=session)
        assert len(server.seen) == 2


def test_servers_and_clients_refuse_who_is_not_the_right_one(
    certificate: RotatedCertificate, safe: Safe, authority: trustme.CA, next_authority: trustme.CA
) -> None:
    with serving(server_context(certificate, verify_clients=True)) as server:
        for client in (
            plain_client(authority),
            plain_client(authority, shows=identity(next_authority)),
        ):
            with pytest.raises(OSError, match=r"."):
                call(client, server.port)
        mine = client_context(certificate)
        with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
            call(mine, server.port, host="example.com")
        call(mine, server.port)
        assert len(server.seen) == 1
    stranger = Safe(content=stored(next_authority))
    other = server_context(RotatedCertificate(ARN, client=cast("Any", stranger)))
    with serving(other) as server, pytest.raises(ssl.SSLCertVerificationError):
        call(mine, server.port)


def other_key(good: dict[str, str], another: dict[str, str]) -> object:
    return good | {"PrivateKey": another["PrivateKey"]}


BAD: dict[str, Callable[[dict[str, str], dict[str, str]], object]] = {
    "another's key": other_key,
    "no certificate": lambda good, _: good | {"Certificate": "-----BEGIN CERTIFICATE-----"},
    "empty": lambda good, _: good | {"Certificate": ""},
    "no key": lambda good, _: good | {"PrivateKey": good["Certificate"]},
    "cut off key": lambda good, _: good | {"PrivateKey": good["PrivateKey"][:-90]},
    "no authority": lambda good, _: good | {"TrustedCertificates": "nobody"},
    "cut off authority": lambda good, _: (
        good | {"TrustedCertificates": good["TrustedCertificates"][:-90]}
    ),
    "a number for a chain": lambda good, _: good | {"CertificateChain": 7},
    "a list of authorities": lambda good, _: good | {"TrustedCertificates": []},
    "no end": lambda good, _: {k: v for k, v in good.items() if k != "NotAfter"},
    "an end that is none": lambda good, _: good | {"NotAfter": "soon"},
    "an end in no zone": lambda good, _: good | {"NotAfter": "2030-01-01T00:00:00"},
    "no JSON": lambda good, _: good["PrivateKey"],
    "waiting for its first": lambda _, __: {"CertificateName": "web"},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_version_that_can_not_be_used_is_not_taken_and_the_error_is_told(
    certificate: RotatedCertificate,
    safe: Safe,
    hands: Hands,
    authority: trustme.CA,
    caplog: pytest.LogCaptureFixture,
    bad: Callable[[dict[str, str], dict[str, str]], object],
) -> None:
    good = identity(authority)
    content = bad(good, identity(authority))
    client = plain_client(authority)
    with serving(server_context(certificate)) as server:
        before, _ = call(client, server.port)
        rotate(
            certificate, safe, hands, content if isinstance(content, str) else json.dumps(content)
        )
        assert call(client, server.port)[0] == before
        assert "the content of the secret can't be used" in caplog.text
        rotate(certificate, safe, hands, json.dumps(good))
        assert call(client, server.port)[0] != before
    unread = RotatedCertificate(ARN, client=cast("Any", safe))
    safe.change(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(BadSecretError) as caught:
        server_context(unread)
    key = good["PrivateKey"].split("\n")[1]
    assert key not in caplog.text
    assert not [where for where, text in recorded(caught.value) if key in text]


def test_authorities_may_be_named_in_any_script(
    certificate: RotatedCertificate, safe: Safe, authority: trustme.CA
) -> None:
    """As many bundles name them, between the certificates."""
    good = identity(authority)
    trusted = f"# Türkische Zertifizierungsstelle 認証局\n{good['TrustedCertificates']}"
    safe.content = json.dumps(good | {"TrustedCertificates": trusted})
    with serving(server_context(certificate, verify_clients=True)) as server:
        call(client_context(certificate), server.port)
    assert len(server.seen) == 1


AT_A_TERMINAL = """
import pty, sys
code = (
    "import sys; from rotated_secret import Value;"
    "from rotated_secret.certificates import Certificate;"
    "value = Value.of(open(sys.argv[1]).read(), version_id='v1', secret_id='x');"
    "Certificate.parse(value)"
)
pty.spawn([sys.executable, "-c", code, sys.argv[1]])
"""


def test_a_key_with_a_password_is_not_asked_for_at_the_terminal(
    authority: trustme.CA, tmp_path: Path
) -> None:
    file = tmp_path / "secret.json"
    file.write_text(json.dumps(identity(authority, password=b"x")))
    done = subprocess.run(
        [sys.executable, "-c", AT_A_TERMINAL, str(file)],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "lambdas")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "pass phrase" not in done.stdout
    assert "BadSecretError" in done.stdout


def test_without_authorities_nobody_verifies(
    safe: Safe, hands: Hands, authority: trustme.CA, certificate: RotatedCertificate
) -> None:
    bare = json.dumps(identity(authority) | {"TrustedCertificates": ""})
    without = RotatedCertificate(ARN, client=cast("Any", Safe(content=bare)))
    with serving(server_context(without)) as server:
        call(plain_client(authority), server.port)
    for make in (
        lambda: client_context(without),
        lambda: server_context(without, verify_clients=True),
    ):
        with pytest.raises(BadSecretError, match="TrustedCertificates must hold an authority"):
            make()
    before = certificate.certificate()
    client_context(certificate)
    rotate(certificate, safe, hands, bare)
    assert certificate.newest() is before, "nobody would be trusted any more"


def test_public_authorities_are_trusted_on_demand(
    certificate: RotatedCertificate,
    next_authority: trustme.CA,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    next_authority.cert_pem.write_to_path(tmp_path / "public.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "public.pem"))
    public = RotatedCertificate(ARN, client=cast("Any", Safe(content=stored(next_authority))))
    with serving(server_context(public)) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            call(client_context(certificate), server.port)
        call(client_context(certificate, public_authorities=True), server.port)


def test_a_handshake_does_not_wait_for_secrets_manager(
    certificate: RotatedCertificate,
    safe: Safe,
    hands: Hands,
    authority: trustme.CA,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context, going_on = server_context(certificate), threading.Event()
    safe.before = lambda: going_on.wait(60)
    monkeypatch.setattr(Flight, "wait", None)
    hands.pass_by(30 * 60)
    with serving(context) as server:
        call(plain_client(authority), server.port)
    assert certificate._cache._flight, "it is read at that very time"
    going_on.set()


def test_a_certificate_that_has_ended_is_read_again_and_waited_for(
    certificate: RotatedCertificate, safe: Safe, hands: Hands, authority: trustme.CA
) -> None:
    with serving(server_context(certificate)) as server:
        before, _ = call(plain_client(authority), server.port)
        ends = datetime.fromtimestamp(certificate.certificate().not_after, UTC)
        safe.change(stored(authority, end=ends + 90 * DAY))
        safe.before = lambda: time.sleep(0.1)
        hands.pass_by(90 * 86_400)
        assert call(plain_client(authority), server.port)[0] != before


def test_one_that_is_about_to_end_is_read_again_although_it_is_young(
    safe: Safe, hands: Hands, authority: trustme.CA
) -> None:
    end = datetime.fromtimestamp(hands.wall, UTC) + timedelta(seconds=NEAR_END_SECONDS + 60)
    safe.content = stored(authority, end=end)
    certificate = RotatedCertificate(
        ARN, client=cast("Any", safe), clock=hands.clock(), refresh_seconds=86_400
    )
    assert certificate.certificate() is certificate.usable()
    hands.pass_by(30)
    assert certificate.usable()
    assert safe.calls == 1
    hands.pass_by(31)
    newest = safe.change(stored(authority))
    wait_until(lambda: certificate.usable().version_id == newest)
    for _ in range(100):
        certificate.usable()
        hands.pass_by(1)
    assert safe.calls == 2


@pytest.mark.parametrize("protocol", ["h2", "http/1.1"])
def test_application_protocols_are_chosen_as_on_any_context(
    certificate: RotatedCertificate, safe: Safe, hands: Hands, authority: trustme.CA, protocol: str
) -> None:
    context, client = server_context(certificate), client_context(certificate)
    context.set_alpn_protocols(["h2", "http/1.1"])
    client.set_alpn_protocols([protocol])
    chosen = []
    for _ in range(2):
        ours, theirs = _in_memory(context, client)
        chosen += [ours.selected_alpn_protocol(), theirs.selected_alpn_protocol()]
        rotate(certificate, safe, hands, stored(authority))
    assert chosen == [protocol] * 4


@pytest.mark.parametrize("make", [server_context, client_context])
def test_a_context_that_is_in_use_is_not_changed(
    certificate: RotatedCertificate, make: Callable[[RotatedCertificate], Any]
) -> None:
    context = make(certificate)
    first = context._contexts.newest()
    assert context._contexts.newest() is first
    later = []
    for _ in range(2):  # as HTTP clients do for each connection
        context.set_alpn_protocols(["http/1.1"])
        later.append(context._contexts.newest())
    assert later[0] is later[1] is not first


def test_settings_of_a_context_are_those_of_its_handshakes(
    certificate: RotatedCertificate,
) -> None:
    context, client = server_context(certificate), client_context(certificate)
    assert _in_memory(context, client)[1].version() == "TLSv1.3"
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    client.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")
    version = _in_memory(context, client)[1]
    assert version.version() == "TLSv1.2"
    assert version.cipher()[0] == "ECDHE-ECDSA-AES128-GCM-SHA256"  # type: ignore[index]  # there is one
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    with pytest.raises(ssl.SSLError, match=r"(?i)version|protocol"):
        _in_memory(context, client)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    client.maximum_version = ssl.TLSVersion.TLSv1_3
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        _in_memory(context, client, host="example.com")


def _in_memory(
    server: ssl.SSLContext, client: ssl.SSLContext, host: str = "localhost"
) -> tuple[ssl.SSLObject, ssl.SSLObject]:
    """A handshake by `wrap_bio`, as asyncio does it."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = server.wrap_bio(there, back, server_side=True)
    theirs = client.wrap_bio(back, there, server_hostname=host)
    for _ in range(10):
        for each in (theirs, ours):
            with suppress(ssl.SSLWantReadError):
                each.do_handshake()
    return ours, theirs


def by_httpx(context: ssl.SSLContext, url: str) -> None:
    with httpx.Client(verify=context, trust_env=False) as client:
        client.get(url)


def by_httpx_async(context: ssl.SSLContext, url: str) -> None:
    async def main() -> None:
        async with httpx.AsyncClient(verify=context, trust_env=False) as client:
            await client.get(url)

    asyncio.run(main())


def by_requests(context: ssl.SSLContext, url: str) -> None:
    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
            super().init_poolmanager(*arguments, **named, ssl_context=context)

    with requests.Session() as session:
        session.mount("https://", Adapter())
        session.get(url, timeout=60)


def by_urllib3(context: ssl.SSLContext, url: str) -> None:
    with urllib3.PoolManager(ssl_context=context, retries=False) as pool:
        pool.request("GET", url)


@pytest.mark.parametrize("get", [by_httpx, by_httpx_async, by_requests, by_urllib3])
def test_http_clients_show_the_newest_certificate_to_a_server_of_asyncio(
    certificate: RotatedCertificate,
    safe: Safe,
    hands: Hands,
    authority: trustme.CA,
    get: Callable[[ssl.SSLContext, str], None],
) -> None:
    context, client = server_context(certificate, verify_clients=True), client_context(certificate)
    seen: list[object] = []

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer.get_extra_info("peercert")["serialNumber"])
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async def main() -> None:
        async with await asyncio.start_server(greet, "127.0.0.1", 0, ssl=context) as server:
            port = server.sockets[0].getsockname()[1]
            for _ in range(2):
                await asyncio.to_thread(get, client, f"https://localhost:{port}/")
                rotate(certificate, safe, hands, stored(authority))

    asyncio.run(main())
    assert len(set(seen)) == 2


def test_the_key_is_on_no_disk_after_it_was_read(
    certificate: RotatedCertificate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made: list[Path] = []
    mkdtemp = tempfile.mkdtemp

    def make(*arguments: Any, **named: Any) -> str:
        made.append(Path(mkdtemp(*arguments, **named)))
        return str(made[-1])

    monkeypatch.setattr(tempfile, "mkdtemp", make)
    if hasattr(os, "memfd_create"):
        server_context(certificate)
        assert not made
        monkeypatch.delattr(os, "memfd_create")
    modes: list[int] = []
    load = ssl.SSLContext.load_cert_chain

    def note(context: ssl.SSLContext, path: str, **named: Any) -> None:
        modes.extend(each.stat().st_mode & 0o777 for each in (Path(path), Path(path).parent))
        load(context, path, **named)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", note)
    server_context(certificate)
    assert made
    assert set(modes) == {0o600, 0o700}
    assert not list(tmp_path.iterdir())


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_child_process_goes_on_and_reads_by_itself(
    certificate: RotatedCertificate, safe: Safe, hands: Hands, authority: trustme.CA
) -> None:
    context, client = server_context(certificate), client_context(certificate)
    before = _in_memory(context, client)[1].getpeercert()

    def follows() -> bool:
        rotate(certificate, safe, hands, stored(authority))
        return _in_memory(context, client)[1].getpeercert() != before

    assert in_a_child(follows)


def test_the_key_shows_up_nowhere_by_accident(
    certificate: RotatedCertificate, safe: Safe, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    contexts = [server_context(certificate), client_context(certificate)]
    key = json.loads(cast("str", safe.content))["PrivateKey"].split("\n")[1]
    held = certificate.certificate()
    for thing in (held, certificate, vars(certificate), *contexts, *map(vars, contexts)):
        assert key not in repr(thing)
    assert key not in caplog.text
    for thing in (held, certificate):
        with pytest.raises(TypeError, match="can't be pickled"):
            pickle.dumps(thing)


def test_what_is_no_handle_is_refused_at_once() -> None:
    for make in (server_context, client_context):
        with pytest.raises(TypeError, match="must be a RotatedCertificate, not str"):
            make(cast("Any", ARN))
