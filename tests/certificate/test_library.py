"""The credential library follows what the engine rotates: a server and a client, both on it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Event
from typing import Any, cast

from local.patience import wait_until
from rotated_secret.certificates import RotatedCertificate, client_context, server_context
from tests.certificate.world import ARN, WEB, World
from tests.rotated_secret.identities import call, serving

ROTATIONS = 12
OLD, BOTH, NEW = ("ca1",), ("ca1", "ca2"), ("ca2",)
STAGES = (("ca1", OLD), ("ca1", BOTH), ("ca2", BOTH), ("ca2", NEW))


def test_no_handshake_of_peers_on_the_library_fails_through_rotations_and_a_rollover() -> None:
    world = World(replace(WEB, dns_names=("localhost",)))
    server, client = (
        RotatedCertificate(ARN, client=cast("Any", world.secrets), refresh_seconds=0.02)
        for _ in range(2)
    )
    over, seen = Event(), set[str | None]()
    with serving(server_context(server, verify_clients=True)) as listening:
        context = client_context(client)

        def meet() -> None:
            while not over.is_set():
                seen.add(call(context, listening.port)[0])

        def follow(version: str, reached: int) -> bool:
            held = {one.certificate().version_id for one in (server, client)}
            return meeting.done() or (held == {version} and len(listening.seen) >= reached)

        with ThreadPoolExecutor(1) as threads:
            meeting = threads.submit(meet)
            for number in range(ROTATIONS):
                issuer, trusted = STAGES[number * len(STAGES) // ROTATIONS]
                world.deploy(issuer, trusted=trusted)
                version, reached = world.rotate(), len(listening.seen) + 2
                wait_until(partial(follow, version, reached))
            over.set()
            meeting.result()
    assert not listening.failures
    assert len(seen) >= ROTATIONS
    assert server.certificate().trusted == world.authorities["ca2"]
