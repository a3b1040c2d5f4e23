"""Rotations and a rollover of the authority, while servers and clients keep shaking hands."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from local.patience import wait_until
from rotation.errors import CredentialRefusedError
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
    """Servers and clients of which each has read another version: AWSCURRENT or AWSPREVIOUS."""

    def __init__(self, world: World, folder: Path) -> None:
        self._world, self._folder = world, folder
        self.handshakes = 0
        self.failures: list[str] = []
        self._stop = threading.Event()
        self._read = threading.Lock()

    @contextmanager
    def meeting(self) -> Iterator["Peers"]:
        """Let them meet all the time; a server exchanges its context without a restart."""
        server = Server(self._context("AWSCURRENT", ssl.PROTOCOL_TLS_SERVER))
        with server.running():
            threads = [
                threading.Thread(target=self._meet, args=[server, *labels])
                for labels in (("AWSCURRENT", "AWSPREVIOUS"), ("AWSPREVIOUS", "AWSCURRENT"))
            ]
            for thread in threads:
                thread.start()
            try:
                yield self
            finally:
                self._stop.set()
                for thread in threads:
                    thread.join()
        self.failures += server.failures

    def _context(self, label: str, protocol: int) -> ssl.SSLContext:
        return context_of(self._world.document(label), protocol, self._folder)

    def _meet(self, server: Server, of_server: str, of_client: str) -> None:
        while not self._stop.is_set():
            with self._read:
                server.context = self._context(of_server, ssl.PROTOCOL_TLS_SERVER)
                client = self._context(of_client, ssl.PROTOCOL_TLS_CLIENT)
            try:
                assert call(client, server.port) == "hello\n"
            except (OSError, AssertionError) as error:
                self.failures.append(f"{of_server}, {of_client}: {error}")
            self.handshakes += 1


def test_no_handshake_fails_through_many_rotations_and_a_rollover(
    world: World, tmp_path: Path
) -> None:
    seen = {world.document()["Certificate"]}
    with Peers(world, tmp_path).meeting() as peers:
        for number in range(ROTATIONS):
            if number == ROTATIONS // 4:
                world.deploy("ca1", trusted=BOTH)
            if number == ROTATIONS // 2:
                world.deploy("ca2", trusted=BOTH)
            if number == 3 * ROTATIONS // 4:
                world.deploy("ca2", trusted=NEW)
            world.rotate()
            seen.add(world.document()["Certificate"])
    assert not peers.failures
    assert len(seen) == ROTATIONS + 1
    assert peers.handshakes > ROTATIONS
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
