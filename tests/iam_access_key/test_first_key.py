"""How a new secret gets its first key, and what goes with the stack."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from fakes.secrets_manager import failure
from rotation.errors import NotOursError, SecretsManagerError
from tests.iam_access_key.world import USER_NAME, World


@pytest.fixture
def world() -> World:
    return World(first=False)


def remove(world: World) -> None:
    deadline = world.deadline()
    world.first_key.remove(world.secret(deadline), deadline=deadline)


def test_a_new_secret_gets_a_key_that_works(world: World) -> None:
    assert USER_NAME in world.make_first_key()
    assert world.works()
    assert set(world.iam.keys) == {world.id()}


def test_a_second_deployment_changes_nothing(world: World) -> None:
    world.make_first_key()
    before = world.document(), dict(world.labels), world.iam.keys
    world.iam.calls.clear()
    world.make_first_key()
    assert (world.document(), world.labels, world.iam.keys) == before
    assert not world.iam.calls


def test_the_first_rotation_follows(world: World) -> None:
    world.make_first_key()
    world.clock.pass_days(30)
    world.rotate()
    assert world.works()
    assert world.works("AWSPREVIOUS")


def test_a_key_that_could_not_be_stored_is_deleted(world: World) -> None:
    puts = iter(range(100))

    def refuse(call: str) -> None:
        if call == "put_secret_value" and next(puts) == 1:
            raise failure("AccessDeniedException", "PutSecretValue")

    world.secrets.before = refuse
    with pytest.raises(SecretsManagerError):
        world.make_first_key()
    assert not world.iam.keys


@pytest.mark.parametrize("service", ["iam", "secrets"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(8))
def test_a_crash_around_any_call_leaves_one_key_in_the_end(
    world: World, service: str, when: str, number: int
) -> None:
    calls = iter(range(100))

    def crash(_: str) -> None:
        if next(calls) == number:
            raise KeyboardInterrupt

    setattr(getattr(world, service), when, crash)
    try:
        world.make_first_key()
    except KeyboardInterrupt:
        setattr(getattr(world, service), when, lambda _: None)
        world.make_first_key()
    assert world.works()
    assert set(world.iam.keys) == {world.id()}


def test_of_two_deliveries_at_once_the_loser_deletes_its_key(world: World) -> None:
    """A user without a key has room for both."""

    def be_first(call: str) -> None:
        if call == "create_access_key":
            world.iam.before = lambda _: None
            world.clock.sleep(12)  # all the time that there is
            world.make_first_key()

    world.iam.before = be_first
    world.make_first_key()
    assert world.works()
    assert set(world.iam.keys) == {world.id()}
    assert len(world.iam.deleted) == 1


def test_a_user_who_has_a_key_already_keeps_it_and_gets_none(world: World) -> None:
    theirs = world.iam.make()
    with pytest.raises(NotOursError, match=theirs):
        world.make_first_key()
    assert set(world.iam.keys) == {theirs}


def test_the_keys_of_the_secret_go_with_the_stack(world: World) -> None:
    """IAM deletes no user who has keys."""
    world.make_first_key()
    world.clock.pass_days(30)
    world.rotate()
    for _ in range(2):
        remove(world)
        assert not world.iam.keys


def test_a_key_of_somebody_else_does_not_go_with_the_stack(world: World) -> None:
    world.make_first_key()
    theirs = world.iam.make()
    remove(world)
    assert set(world.iam.keys) == {theirs}


def test_a_user_that_is_gone_holds_no_deletion_up(world: World) -> None:
    world.make_first_key()
    world.iam.vanished = True
    remove(world)


def test_many_deliveries_at_once_leave_one_key() -> None:
    world = World(first=False)
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(world.make_first_key) for _ in range(3)]:
            done.exception()
    world.make_first_key()
    assert world.works()
    assert set(world.iam.keys) == {world.id()}
