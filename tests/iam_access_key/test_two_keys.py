"""Rotating the access key of a user, against IAM, STS and Secrets Manager in memory."""

import json
from datetime import timedelta

import pytest

from fakes.secrets_manager import failure
from iam_access_key.access_key import AccessKey
from rotation.errors import (
    BadSecretError,
    BusyError,
    CredentialRefusedError,
    GoneError,
    NotOursError,
    NotPendingError,
    OutOfTimeError,
    SecretsManagerError,
    UnreachableError,
)
from rotation.event import Step
from rotation.secret_text import SecretText
from tests.iam_access_key.world import ARN, USER, World
from tokens.two_tokens import STEP_SECONDS


class Crash(BaseException):
    """The function is gone at once."""


@pytest.fixture
def world() -> World:
    return World()


def crash_after(world: World, call: str) -> None:
    """Lets the next such call be the last thing that the function does."""

    def strike(name: str) -> None:
        if name == call:
            world.iam.after = world.secrets.after = lambda _: None
            raise Crash

    world.iam.after = world.secrets.after = strike


def test_a_rotation_makes_a_key_that_works_and_keeps_the_one_before_working(world: World) -> None:
    before = world.id()
    world.rotate()
    assert world.id() != before
    assert world.id("AWSPREVIOUS") == before
    assert world.works()
    assert world.works("AWSPREVIOUS")


def test_a_secret_that_held_binary_data_rotates_once_it_is_corrected(world: World) -> None:
    document = world.document()
    world.secrets.put(ARN, "AWSCURRENT", json.dumps(document).encode())
    with pytest.raises(BadSecretError, match="Store the documented JSON as SecretString"):
        world.rotate()
    world.edit(document)
    world.reap()
    world.rotate()
    assert world.works()
    assert world.works("AWSPREVIOUS")


def test_a_rotation_makes_one_key_and_takes_fourteen_calls_to_secrets_manager(world: World) -> None:
    world.secrets.calls.clear()
    world.iam.calls.clear()
    world.rotate()
    assert len(world.secrets.calls) == 14
    assert world.iam.calls[:2] == ["list_access_keys", "create_access_key"]
    assert set(world.iam.calls[2:]) == {"list_access_keys"}


def test_the_content_is_what_a_credential_process_answers(world: World) -> None:
    world.rotate()
    document = world.document()
    assert document == {
        "Version": 1,
        "UserName": USER.rpartition("/")[2],
        "AccessKeyId": world.id(),
        "SecretAccessKey": world.iam.keys[world.id()].secret,
    }


def test_fields_that_we_do_not_know_are_kept(world: World) -> None:
    world.secrets.put(ARN, "AWSCURRENT", {**world.document(), "Region": "eu-west-1"})
    world.rotate()
    assert world.document()["Region"] == "eu-west-1"


def test_every_step_may_run_again(world: World) -> None:
    token = world.begin()
    for step in Step:
        for _ in range(3):
            world.step(token, step)
    assert world.labels["AWSCURRENT"] == token
    assert len(world.iam.keys) == 2


def test_a_new_key_is_current_only_when_it_is_known_everywhere() -> None:
    for seed in range(20):
        world = World(lag=30, seed=seed)
        world.rotate()
        seen = [world.iam.whose(world.id(), world.document()["SecretAccessKey"]) for _ in range(50)]
        assert seen == [USER] * 50


def test_it_is_not_tested_for_longer_than_the_step_may_take(world: World) -> None:
    token = world.until(Step.TEST)
    world.iam.set(world.version(token)["AccessKeyId"], active=False)
    began = world.clock.now()
    with pytest.raises(CredentialRefusedError, match=r"not accept the access key .*A retry can"):
        world.step(token, Step.TEST)
    assert world.clock.now() - began <= timedelta(seconds=STEP_SECONDS + 1)
    assert world.labels["AWSCURRENT"] != token


def test_the_last_step_proves_again(world: World) -> None:
    token = world.until(Step.FINISH)
    world.iam.remove(world.version(token)["AccessKeyId"])
    with pytest.raises(CredentialRefusedError):
        world.step(token, Step.FINISH)
    assert world.labels["AWSCURRENT"] != token


def test_a_key_of_another_user_is_not_proven(world: World) -> None:
    token = world.until(Step.TEST)
    world.iam.arn = f"{USER}-of-somebody-else"
    with pytest.raises(NotOursError, match="belongs to"):
        world.step(token, Step.TEST)


def test_an_sts_that_does_not_answer_ends_in_an_error_that_says_that_a_retry_helps(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = world.until(Step.TEST)

    def fail(*_: object) -> str:
        raise failure("ServiceUnavailable", "GetCallerIdentity", 503)

    monkeypatch.setattr(world.iam, "whose", fail)
    with pytest.raises(UnreachableError, match="A retry can help"):
        world.step(token, Step.TEST)


def test_a_key_that_was_deactivated_before_it_was_used_is_refused(world: World) -> None:
    token = world.until(Step.SET)
    world.iam.set(world.version(token)["AccessKeyId"], active=False)
    with pytest.raises(CredentialRefusedError, match="was deactivated"):
        world.step(token, Step.SET)


@pytest.mark.parametrize("call", ["create_access_key", "put_secret_value"])
def test_a_crash_around_making_a_key_loses_none(world: World, call: str) -> None:
    token = world.begin()
    crash_after(world, call)
    with pytest.raises(Crash):
        world.step(token, Step.CREATE)
    world.rotate(token)
    assert world.works()
    assert set(world.iam.keys) == {world.id(), world.id("AWSPREVIOUS")}


def test_a_key_that_could_not_be_stored_is_deleted(world: World) -> None:
    puts = iter(range(100))

    def refuse(call: str) -> None:
        if call == "put_secret_value" and next(puts) == 1:  # the first one records the intent
            raise failure("AccessDeniedException", "PutSecretValue")

    world.secrets.before = refuse
    with pytest.raises(SecretsManagerError):
        world.step(world.begin(), Step.CREATE)
    assert set(world.iam.keys) == {world.id()}
    assert len(world.iam.deleted) == 1


def test_a_key_whose_storing_was_not_answered_is_not_deleted(world: World) -> None:
    puts = iter(range(100))

    def lose(call: str) -> None:
        if call == "put_secret_value" and next(puts) == 1:
            raise failure("InternalServiceError", "PutSecretValue", 500)

    world.secrets.after = lose
    token = world.begin()
    with pytest.raises(SecretsManagerError):
        world.step(token, Step.CREATE)
    assert not world.iam.deleted
    world.rotate(token)
    assert world.works()


def test_a_failed_store_and_a_failed_deletion_leave_a_key_that_the_next_run_deletes(
    world: World,
) -> None:
    token, puts = world.begin(), iter(range(100))

    def refuse(call: str) -> None:
        if call == "delete_access_key" or (call == "put_secret_value" and next(puts) == 1):
            raise failure("ServiceUnavailable", call, 503)

    world.secrets.before = world.iam.before = refuse
    with pytest.raises(SecretsManagerError):
        world.step(token, Step.CREATE)
    assert len(world.iam.keys) == 2
    world.secrets.before = world.iam.before = lambda _: None
    world.rotate(token)
    assert world.works()
    assert {key.by for key in world.iam.deleted.values()} == {"us"}
    assert set(world.iam.keys) == {world.id(), world.id("AWSPREVIOUS")}


def test_a_key_that_somebody_else_made_is_never_touched(world: World) -> None:
    theirs = world.iam.make()
    for _ in range(3):
        with pytest.raises(NotOursError, match=f"{theirs}.*A retry does not help"):
            world.step(world.begin(), Step.CREATE)
    assert world.iam.keys[theirs].active
    assert not world.iam.deleted
    assert world.works()


def test_a_key_that_somebody_else_makes_at_that_moment_is_never_touched(world: World) -> None:
    """A run that dies leaves an intent; a key that is made after it was over is not ours."""
    token = world.begin()
    crash_after(world, "put_secret_value")
    with pytest.raises(Crash):
        world.step(token, Step.CREATE)
    world.clock.sleep(20)
    theirs = world.iam.make()
    with pytest.raises(NotOursError, match=theirs):
        world.step(token, Step.CREATE)
    assert theirs in world.iam.keys


def test_a_key_that_was_there_before_is_never_taken_for_ours(world: World) -> None:
    """IAM tells seconds: a key of the same second may be older than the intent."""

    def make(call: str) -> None:
        if call == "list_access_keys":
            world.iam.before = lambda _: None
            world.iam.make()

    world.iam.before = make
    with pytest.raises(NotOursError):
        world.step(world.begin(), Step.CREATE)
    assert not world.iam.deleted


def test_a_key_that_somebody_makes_in_our_place_is_never_taken_for_ours(world: World) -> None:
    """We recorded that we are about to make one; theirs is made first, in the same seconds."""

    def be_first(call: str) -> None:
        if call == "create_access_key":
            world.iam.before = lambda _: None
            world.iam.make()

    world.iam.before = be_first
    token = world.begin()
    for _ in range(3):
        with pytest.raises(NotOursError):
            world.step(token, Step.CREATE)
        world.clock.sleep(100)
    assert not world.iam.deleted


def test_of_two_keys_that_may_be_ours_none_is_deleted() -> None:
    world = World(first=False)

    def crash(call: str) -> None:
        if call == "create_access_key":
            world.iam.after = lambda _: None
            raise Crash

    world.iam.after = crash
    with pytest.raises(Crash):
        world.make_first_key()
    world.iam.make()
    with pytest.raises(NotOursError):
        world.make_first_key()
    assert not world.iam.deleted


def test_a_key_that_was_used_is_never_taken_for_ours(world: World) -> None:
    token = world.begin()
    crash_after(world, "create_access_key")
    with pytest.raises(Crash):
        world.step(token, Step.CREATE)
    [lost] = world.iam.keys.keys() - {world.id()}
    world.iam.set(lost, used=world.clock.now())
    with pytest.raises(NotOursError):
        world.step(token, Step.CREATE)
    assert lost in world.iam.keys


def test_a_rotation_within_the_grace_is_put_off(world: World) -> None:
    world.rotate()
    token = world.begin()
    with pytest.raises(BusyError, match=r"keeps working until .*A retry can help"):
        world.step(token, Step.CREATE)
    assert world.works("AWSPREVIOUS")
    world.clock.pass_days(8)
    world.rotate(token)
    assert world.works()


def test_a_rotation_within_the_grace_goes_on_if_a_person_deactivated_the_key_before(
    world: World,
) -> None:
    world.rotate()
    world.iam.set(world.id("AWSPREVIOUS"), active=False)
    world.rotate()
    assert world.works()
    assert world.works("AWSPREVIOUS")


def test_a_consumer_that_uses_the_key_before_after_its_grace_holds_a_rotation_up(
    world: World,
) -> None:
    world.rotate()
    world.clock.pass_days(8)
    world.iam.set(world.id("AWSPREVIOUS"), used=world.clock.now())
    with pytest.raises(BusyError, match="was used on"):
        world.step(world.begin(), Step.CREATE)
    assert world.works("AWSPREVIOUS")


def test_a_user_that_vanished_is_told(world: World) -> None:
    world.iam.vanished = True
    with pytest.raises(GoneError, match=r"NoSuchEntity.*deploy the stack again"):
        world.step(world.begin(), Step.CREATE)


def test_a_current_key_that_somebody_deleted_is_told_and_no_new_one_is_made(world: World) -> None:
    world.iam.remove(world.id())
    with pytest.raises(GoneError, match="AWSCURRENT's access key"):
        world.step(world.begin(), Step.CREATE)
    assert not world.iam.keys


def test_a_current_key_that_was_deactivated_can_be_replaced(world: World) -> None:
    """It leaked: somebody deactivates it, and rotates."""
    world.iam.set(world.id(), active=False)
    world.rotate()
    assert world.works()


def test_a_secret_for_another_user_is_refused(world: World) -> None:
    world.secrets.put(ARN, "AWSCURRENT", {**world.document(), "UserName": "admin"})
    with pytest.raises(NotOursError, match="for the user admin"):
        world.step(world.begin(), Step.CREATE)
    assert "create_access_key" not in world.iam.calls[3:]


@pytest.mark.parametrize(
    "content",
    [
        "hunter2",
        "[]",
        "{}",
        json.dumps({"UserName": USER.rpartition("/")[2]}),
        json.dumps({"UserName": 1, "AccessKeyId": "A" * 20, "SecretAccessKey": "hunter2"}),
        json.dumps({"UserName": "u", "AccessKeyId": "no id", "SecretAccessKey": "hunter2"}),
        json.dumps({"UserName": "u", "AccessKeyId": "A" * 20, "SecretAccessKey": "hunter2\n"}),
    ],
)
def test_a_secret_that_is_no_access_key_is_refused_without_its_content(
    world: World, content: str
) -> None:
    world.secrets.put(ARN, "AWSCURRENT", content)
    with pytest.raises(BadSecretError) as caught:
        world.step(world.begin(), Step.CREATE)
    assert "hunter2" not in repr(caught.value) + str(caught.value)


def test_a_key_that_the_reaper_is_about_to_end_is_not_taken_over(world: World) -> None:
    """IAM may tell some seconds later that it is not active any more."""
    given_up = world.version(world.until(Step.FINISH))["AccessKeyId"]
    del world.labels["AWSPENDING"]
    world.clock.pass_days(0.99)
    world.rotate()
    assert world.id() != given_up
    assert given_up not in world.iam.keys


def test_a_key_of_a_rotation_that_was_given_up_is_taken_over(world: World) -> None:
    """A late move of AWSCURRENT to the version that was given up then does no harm."""
    given_up = world.until(Step.FINISH)
    token = world.rotate()
    assert world.id() == world.version(given_up)["AccessKeyId"]
    assert world.version(token) == world.version(given_up)
    assert not world.iam.deleted


def test_a_key_of_a_rotation_that_was_given_up_and_deleted_is_not_taken_over(world: World) -> None:
    given_up = world.until(Step.FINISH)
    world.iam.remove(world.version(given_up)["AccessKeyId"])
    world.rotate()
    assert world.works()


def test_a_pending_key_that_somebody_deleted_does_not_block_rotations(world: World) -> None:
    token = world.until(Step.FINISH)
    world.iam.remove(world.version(token)["AccessKeyId"])
    world.clock.sleep(60)
    with pytest.raises(GoneError, match="gave AWSPENDING up"):
        world.step(token, Step.CREATE)
    assert "AWSPENDING" not in world.labels
    world.rotate()
    assert world.works()


def test_a_step_of_a_rotation_that_was_given_up_changes_nothing(world: World) -> None:
    token = world.until(Step.FINISH)
    world.begin()
    for step in Step:
        with pytest.raises(NotPendingError):
            world.step(token, step)
    assert world.labels["AWSCURRENT"] != token


def test_a_permission_that_is_missing_is_told(world: World) -> None:
    def refuse(call: str) -> None:
        if call == "create_access_key":
            raise failure("AccessDenied", "CreateAccessKey", 403)

    world.iam.before = refuse
    with pytest.raises(Exception, match=r"answered AccessDenied.*A retry does not help"):
        world.step(world.begin(), Step.CREATE)
    assert world.works()


def test_a_key_that_took_too_long_to_make_is_deleted_by_its_maker(world: World) -> None:
    world.iam.after = lambda call: world.clock.sleep(16 if call == "create_access_key" else 0)
    with pytest.raises(OutOfTimeError):
        world.step(world.begin(), Step.CREATE)
    assert set(world.iam.keys) == {world.id()}


def test_nothing_that_is_printed_holds_a_key(world: World) -> None:
    key = world.document()["SecretAccessKey"]
    parsed = AccessKey.parse(SecretText(json.dumps(world.document())), whose="AWSCURRENT")
    assert key not in f"{parsed!r} {parsed}"
