"""Rotations and a rollover of the authority, while servers and clients keep shaking hands."""

import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from certificate.reading import Certificate
from local.patience import wait_until
from rotated_secret.certificates import RotatedCertificate, client_context, server_context
from rotation.errors import CredentialRefusedError, RefusedChangeError
from tests.certificate.peers import Server, call, context_of
from tests.certificate.world import ARN, WEB, World

ROTATIONS = 50
OLD, BOTH, NEW = ("ca1",), ("ca1", "ca2"), ("ca2",)


@pytest.fixture
def world() -> World:
    world = World(replace(WEB, dns_names=("localhost",), addresses=()))
    world.rotate()
    return world


class Peers:
    """A server on the credential library, and clients: on it too, and with what they read once.

    The server's context is made once, and so is that of the first client: both follow the secret.
    The other two clients have AWSCURRENT and AWSPREVIOUS, read right before each call.
    """

    def __init__(self, world: World, folder: Path) -> None:
        self._world, self._folder = world, folder
        self._handles = [
            RotatedCertificate(ARN, client=cast("Any", world.secrets), refresh_seconds=0.02)
            for _ in range(2)
        ]
        self.handshakes: Counter[str] = Counter()
        self.failures: list[str] = []
        self._stop = threading.Event()

    @contextmanager
    def meeting(self) -> Iterator["Peers"]:
        """Let them meet all the time."""
        server = Server(server_context(self._handles[0], verify_clients=True))
        following = client_context(self._handles[1])
        clients: dict[str, Callable[[], ssl.SSLContext]] = {
            "following": lambda: following,
            "AWSCURRENT": lambda: self._context("AWSCURRENT"),
            "AWSPREVIOUS": lambda: self._context("AWSPREVIOUS"),
        }
        with server.running():
            thread = threading.Thread(target=self._meet, args=[server, clients])
            thread.start()
            try:
                yield self
            finally:
                self._stop.set()
                thread.join()
        self.failures += server.failures

    def have_read(self) -> None:
        """Wait until server and client have read what is AWSCURRENT now."""
        current = self._world.labels["AWSCURRENT"]
        wait_until(lambda: all(each.newest().version_id == current for each in self._handles))  # type: ignore[union-attr]  # read

    def _context(self, label: str) -> ssl.SSLContext:
        return context_of(self._world.document(label), ssl.PROTOCOL_TLS_CLIENT, self._folder)

    def _meet(self, server: Server, clients: Mapping[str, Callable[[], ssl.SSLContext]]) -> None:
        while not self._stop.is_set():
            for name, context in clients.items():
                try:
                    assert call(context(), server.port) == "hello\n"
                except (OSError, AssertionError) as error:
                    self.failures.append(f"{name}: {error}")
                self.handshakes[name] += 1


def test_no_handshake_fails_through_many_rotations_and_a_rollover(
    world: World, tmp_path: Path
) -> None:
    steps = {
        ROTATIONS // 4: ("ca1", BOTH),
        ROTATIONS // 2: ("ca2", BOTH),
        3 * ROTATIONS // 4: ("ca2", NEW),
    }
    seen = {world.document()["Certificate"]}
    with Peers(world, tmp_path).meeting() as peers:
        for number in range(ROTATIONS):
            if number in steps:
                issuer, trusted = steps[number]
                peers.have_read()
                world.deploy(issuer, trusted=trusted)
                peers.have_read()
            world.rotate()
            seen.add(world.document()["Certificate"])
        peers.have_read()
        before = peers.handshakes.copy()
        wait_until(lambda: all(peers.handshakes[each] > before[each] + 1 for each in before))
    assert not peers.failures
    assert len(seen) == ROTATIONS + 1
    assert sum(peers.handshakes.values()) > ROTATIONS
    assert world.document()["TrustedCertificates"] == world.authorities["ca2"]


def test_old_and_new_are_trusted_before_the_new_one_signs(world: World) -> None:
    world.deploy("ca1", trusted=BOTH)
    held = world.document()
    assert held["TrustedCertificates"] == world.authorities["ca1"] + world.authorities["ca2"]
    assert world.identity().leaf.issuer_key == world.identity("AWSPREVIOUS").leaf.issuer_key
    world.deploy("ca2", trusted=BOTH)
    assert world.identity().leaf.issuer_key != world.identity("AWSPREVIOUS").leaf.issuer_key


@pytest.mark.parametrize(
    ("issuer", "trusted"),
    [("ca2", BOTH), ("ca2", NEW)],
    ids=["a new authority that nobody trusts yet", "all at once"],
)
def test_a_step_that_is_left_out_is_refused(
    world: World, issuer: str, trusted: tuple[str, ...]
) -> None:
    before = world.snapshot()
    with pytest.raises(CredentialRefusedError, match="one step after the other"):
        world.deploy(issuer, trusted=trusted)
    with pytest.raises(CredentialRefusedError, match="one step after the other"):
        world.rotate()
    assert world.snapshot() == before


@pytest.fixture
def late() -> World:
    """The authority will have ended before a new certificate of it would."""
    late = World(now=datetime.now(UTC) - timedelta(days=40), ca_days=120)
    late.now, late.ca_days = datetime.now(UTC), 3650
    return late


def test_a_rollover_that_begins_late_goes_step_by_step_as_any_other(late: World) -> None:
    """In its first step the old authority signs certificates that end with it."""
    with pytest.raises(RefusedChangeError, match="Roll over to a new authority"):
        late.rotate()
    late.deploy("ca1", trusted=BOTH)
    held = late.identity()
    assert held.leaf.end == Certificate.of(late.authorities["ca1"]).end
    late.ensure()
    assert late.identity().certificate == held.certificate, "a second deployment changes nothing"
    with pytest.raises(RefusedChangeError, match="Roll over to a new authority"):
        late.rotate()  # so that it rings until the new one signs
    late.deploy("ca2", trusted=BOTH)
    assert late.identity().leaf.validity > held.leaf.validity
    late.rotate()
    late.deploy("ca2", trusted=NEW)
    late.rotate()


def test_a_first_certificate_is_as_long_as_declared(late: World) -> None:
    late.secrets.put(ARN, "AWSCURRENT", {"CertificateName": "web"})
    with pytest.raises(RefusedChangeError, match="Roll over to a new authority"):
        late.ensure()


def test_after_the_end_of_an_authority_the_new_one_signs_at_once() -> None:
    """Nobody is left whom that could part."""
    world = World(now=datetime.now(UTC) - timedelta(days=150), ca_days=100, first=False)
    world.secrets.put(ARN, "AWSCURRENT", world.issued(WEB).document.text.reveal())
    world.now, world.ca_days = datetime.now(UTC), 3650
    told = "let the new authority sign at once, by certificate_authority.issuer"
    with pytest.raises(RefusedChangeError, match=told):
        world.rotate()
    with pytest.raises(RefusedChangeError, match=told):
        world.deploy("ca1", trusted=BOTH)
    world.deploy("ca2", trusted=BOTH)
    world.rotate()
    world.deploy("ca2", trusted=NEW)
    world.rotate()


def test_the_old_one_goes_when_nobody_uses_it_any_more(world: World) -> None:
    """After the new one signs, applications may still have AWSPREVIOUS, which is the old one's."""
    world.deploy("ca1", trusted=BOTH)
    world.deploy("ca2", trusted=BOTH)
    before = world.snapshot()
    with pytest.raises(CredentialRefusedError):
        world.deploy("ca2", trusted=NEW)
    assert world.snapshot() == before
    world.deploy("ca2", trusted=BOTH)  # the deployment is rolled back
    world.rotate()  # the remedy
    world.deploy("ca2", trusted=NEW)
    world.rotate()


def test_a_rollover_can_be_taken_back_before_the_old_one_is_gone(world: World) -> None:
    world.deploy("ca1", trusted=BOTH)
    world.deploy("ca2", trusted=BOTH)
    world.deploy("ca1", trusted=BOTH)
    world.rotate()
    world.deploy("ca1", trusted=OLD)


def test_a_failure_would_be_seen(world: World, tmp_path: Path) -> None:
    """Peers that part ways fail."""
    with Peers(world, tmp_path).meeting() as peers:
        world.secrets.put(ARN, "AWSCURRENT", World().document())
        wait_until(lambda: peers.failures)
    assert peers.failures
