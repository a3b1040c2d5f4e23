"""How a new secret gets its first certificate, and what a changed declaration does."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from certificate.declaration import Usage
from rotation.errors import RotationError
from tests.certificate.world import WEB, World


def test_a_new_secret_gets_a_certificate() -> None:
    world = World(first=False)
    assert "Certificate" not in world.document()
    assert world.ensure() == "web"
    assert world.identity().leaf.dns_names == WEB.dns_names


def test_a_second_deployment_changes_nothing() -> None:
    world = World()
    before = world.document(), dict(world.labels)
    world.kms.calls.clear()
    world.ensure()
    assert (world.document(), world.labels) == before
    assert "sign" not in world.kms.calls


@pytest.mark.parametrize(
    "change",
    [
        {"dns_names": ("web.orders.internal", "localhost", "www.orders.internal")},
        {"addresses": ("::1",)},
        {"common_name": "web2"},
        {"usages": (Usage.SERVER,)},
        {"validity": timedelta(days=30)},
        {"key_spec": "ECC_NIST_P384"},
    ],
)
def test_a_changed_declaration_gets_a_new_certificate_at_once(change: dict[str, object]) -> None:
    world = World()
    before = world.document()
    world.deploy("ca1", trusted=("ca1",), declaration=replace(WEB, **change))  # type: ignore[arg-type]  # one of its fields
    assert world.document("AWSPREVIOUS") == before
    assert world.document()["Certificate"] != before["Certificate"]
    again = world.document()
    world.ensure()
    assert world.document() == again


def test_a_deployment_in_mid_rotation_wins_and_the_next_rotation_works() -> None:
    world = World()
    token = world.begin()
    world.step(token, "createSecret")
    world.deploy("ca1", trusted=("ca1",), declaration=replace(WEB, addresses=()))
    with pytest.raises(RotationError):
        world.step(token, "finishSecret")
    assert world.identity().leaf.addresses == ()
    world.rotate()
    assert world.identity().leaf.addresses == ()


@pytest.mark.parametrize("service", ["kms", "secrets"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(6))
def test_a_crash_around_any_call_leaves_a_certificate_in_the_end(
    service: str, when: str, number: int
) -> None:
    world = World(first=False)
    calls = iter(range(100))

    def crash(_: str) -> None:
        if next(calls) == number:
            raise KeyboardInterrupt

    setattr(getattr(world, service), when, crash)
    try:
        world.ensure("one request")
    except KeyboardInterrupt:
        setattr(getattr(world, service), when, lambda _: None)
        world.ensure("one request")
    world.strategy.test(world.text(), world.deadline())


def test_many_deliveries_at_once_leave_one_certificate() -> None:
    world = World(first=False)
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(world.ensure, "one request") for _ in range(3)]:
            done.exception()
    world.ensure("one request")
    assert len(world.stored.contents) == 2
    world.rotate()


def test_nothing_goes_with_the_resource() -> None:
    world = World()
    before = world.document()
    world.first_certificate.remove(world.secret(), deadline=world.deadline())
    assert world.document() == before
