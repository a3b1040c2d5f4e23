"""The admin's own secret rotates too, by the same engine, whenever it likes."""

import pytest

from fakes.postgres import PostgresWorld
from fakes.world import STEPS
from rotation.errors import CredentialRefusedError


@pytest.fixture
def ready(any_world: PostgresWorld) -> PostgresWorld:
    any_world.create_first_user()
    return any_world


def test_the_admin_rotates_as_a_single_user_and_goes_on_rotating_others(
    ready: PostgresWorld,
) -> None:
    for _ in range(2):
        before = ready.secrets.document(ready.admin_arn)
        ready.rotate(ready.single, ready.admin_arn)
        after = ready.secrets.document(ready.admin_arn)
        assert ready.accepts(after)
        assert not ready.accepts(before)
        ready.rotate(ready.alternating)
        assert ready.accepts(ready.document())
        assert ready.accepts(ready.document("AWSPREVIOUS"))


@pytest.mark.parametrize("next_step", ["testSecret", "finishSecret"])
def test_an_application_that_meets_the_admins_rotation_is_put_off_and_then_rotates(
    ready: PostgresWorld, next_step: str
) -> None:
    token = ready.until(ready.alternating, "setSecret")
    admins = ready.secrets.begin(ready.admin_arn)
    for step in STEPS[: STEPS.index(next_step)]:
        ready.step(ready.single, admins, step, ready.admin_arn)
    before = ready.document()
    with pytest.raises(CredentialRefusedError, match="being rotated") as caught:
        ready.step(ready.alternating, token, "setSecret")
    assert caught.value.retry_helps
    assert ready.document() == before
    assert ready.accepts(before)
    for step in STEPS[STEPS.index(next_step) :]:
        ready.step(ready.single, admins, step, ready.admin_arn)
    for step in STEPS:
        ready.step(ready.alternating, token, step)
    assert ready.accepts(ready.document())


def test_an_admin_whose_password_was_set_back_by_hand_finds_in_with_the_previous_one(
    ready: PostgresWorld,
) -> None:
    """As a deployment could that met the rotation, or a restored snapshot."""
    first = ready.secrets.document(ready.admin_arn)
    ready.rotate(ready.single, ready.admin_arn)
    ready.server.create_admin(first["username"], first["password"])
    ready.rotate(ready.single, ready.admin_arn)
    assert ready.accepts(ready.secrets.document(ready.admin_arn))
