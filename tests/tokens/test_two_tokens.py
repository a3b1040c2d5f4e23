"""Tokens of vendors: with names and without a list, and none that can be suspended."""

import io
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from fakes.context import Context
from fakes.secrets_manager import failure
from iam_access_key.user import IamUser
from rotation.errors import BusyError, GoneError, SecretsManagerError
from rotation.event import Step
from rotation.secret_text import SecretText
from tests.iam_access_key.world import ARN, World
from tests.tokens.vendors import Blind, Listing
from tokens.issuer import Held
from tokens.ledger import REVOKED
from tokens.reaping import reaper_handler

LABEL = "INTENT"
VENDORS = pytest.mark.parametrize("issuer", [Listing, Blind])


class Died(BaseException):
    """The function is gone at once."""


def die_after(world: World, call: str) -> None:
    """Lets the next such call be the last thing that the function does."""

    def strike(name: str) -> None:
        if name == call:
            world.iam.after = lambda _: None
            raise Died

    world.iam.after = strike


@VENDORS
def test_the_token_before_works_through_its_grace_and_is_then_revoked_at_once(
    issuer: type[Listing],
) -> None:
    world = World(issuer=issuer)
    world.rotate()
    before = world.id("AWSPREVIOUS")
    world.clock.pass_days(6.9)
    assert not world.reap().gone
    assert world.works("AWSPREVIOUS")
    world.clock.pass_days(0.2)
    assert world.reap().revoked == [before]
    assert set(world.iam.keys) == {world.id()}
    assert not world.reap().gone


@VENDORS
def test_the_next_rotation_revokes_the_token_before_where_the_reaper_has_not(
    issuer: type[Listing],
) -> None:
    world = World(issuer=issuer)
    for _ in range(5):
        world.rotate()
        world.clock.pass_days(8)
    assert set(world.iam.keys) == {world.id(), world.id("AWSPREVIOUS")}


@VENDORS
def test_tokens_of_others_are_in_nobodys_way_and_stay(issuer: type[Listing]) -> None:
    world = World(issuer=issuer)
    theirs = {world.iam.make() for _ in range(3)}
    world.rotate()
    world.clock.pass_days(30)
    report = world.reap()
    assert theirs < set(world.iam.keys)
    assert not report.strange


@VENDORS
def test_the_tokens_of_the_secret_go_with_the_stack(issuer: type[Listing]) -> None:
    world = World(issuer=issuer)
    world.rotate()
    theirs = world.iam.make()
    for _ in range(2):
        deadline = world.deadline()
        world.first_key.remove(world.secret(deadline), deadline=deadline)
    assert set(world.iam.keys) == {theirs}


@VENDORS
def test_a_token_that_could_not_be_stored_is_revoked(issuer: type[Listing]) -> None:
    world = World(issuer=issuer)
    puts = iter(range(100))

    def refuse(call: str) -> None:
        if call == "put_secret_value" and next(puts) == 1:  # the first one records the intent
            raise failure("AccessDeniedException", "PutSecretValue")

    world.secrets.before = refuse
    with pytest.raises(SecretsManagerError):
        world.step(world.begin(), Step.CREATE)
    assert set(world.iam.keys) == {world.id()}
    world.clock.sleep(60)
    assert not world.reap().lost


def test_a_token_that_was_issued_and_not_stored_is_found_by_its_name() -> None:
    world = World(issuer=Listing)
    die_after(world, "create_access_key")
    with pytest.raises(Died):
        world.step(world.begin(), Step.CREATE)
    [lost] = world.iam.keys.keys() - {world.id()}
    world.clock.sleep(60)
    assert world.reap().revoked == [lost]


def test_a_name_that_looks_like_one_of_ours_does_not_make_a_token_ours() -> None:
    world = World(issuer=Listing)
    names = "8d6f3f1e-3c3b-4a4e-9d8e-0c1b2a3d4e5f", world.labels["AWSCURRENT"], "x"
    theirs = [world.iam.make(name=name) for name in names]
    world.clock.pass_days(30)
    world.rotate()
    world.clock.sleep(60)  # until nobody is at it
    assert not world.reap().strange
    world.first_key.remove(world.secret(deadline := world.deadline()), deadline=deadline)
    assert set(theirs) == set(world.iam.keys)


def test_a_token_whose_version_has_no_label_any_more_is_told_and_not_touched() -> None:
    """Somebody moved labels by hand; it may be in use."""
    world = World(issuer=Listing)
    world.rotate()
    before = world.id("AWSPREVIOUS")
    world.labels["AWSPREVIOUS"] = world.labels["AWSCURRENT"]
    world.clock.pass_days(30)
    assert world.reap().strange == [before]
    assert before in world.iam.keys


def test_what_can_not_be_found_again_is_told_until_a_person_has_looked(
    function_log: io.StringIO,
) -> None:
    world = World(issuer=Blind)
    die_after(world, "create_access_key")
    with pytest.raises(Died):
        world.step(world.begin(), Step.CREATE)
    [(lost, key)] = [each for each in world.iam.keys.items() if each[0] != world.id()]
    world.clock.sleep(60)
    world.rotate(world.labels["AWSPENDING"])
    for _ in range(2):
        world.clock.pass_days(8)
        assert world.reap().lost == {key.name}
        world.rotate()
    handler = reaper_handler(world.reaper, cast("Any", world.secrets), secret_id=ARN)
    handler({"time": world.clock.now().isoformat()}, Context())
    assert f"The API token {key.name}, by its name or id, may exist" in function_log.getvalue()
    assert f"take the label {LABEL} off" in function_log.getvalue()
    world.look_after({key.name})
    assert lost not in world.iam.keys
    assert not world.reap().lost
    world.clock.pass_days(8)
    world.rotate()
    assert not world.reap().lost


def test_what_is_known_to_be_lost_is_not_forgotten_when_a_later_attempt_is_refused() -> None:
    world = World(issuer=Blind)
    die_after(world, "create_access_key")
    token = world.begin()
    with pytest.raises(Died):
        world.step(token, Step.CREATE)
    [name] = [key.name for id_, key in world.iam.keys.items() if id_ != world.id()]
    world.clock.sleep(60)

    def refuse(call: str) -> None:
        if call == "create_access_key":
            raise failure("AccessDenied", "CreateAccessKey", 403)

    world.iam.before = refuse
    with pytest.raises(Exception, match="AccessDenied"):
        world.step(token, Step.CREATE)
    assert world.reap().lost == {name}


def test_a_grace_that_can_not_wait_is_ended_as_the_remedy_says() -> None:
    world = World(issuer=Blind)
    world.rotate()
    with pytest.raises(BusyError, match=f"revoke that API token and move the label {REVOKED}"):
        world.step(world.begin(), Step.CREATE)
    world.iam.remove(world.id("AWSPREVIOUS"))
    deadline = world.deadline()
    previous = world.labels["AWSPREVIOUS"]
    holder = world.labels.get(REVOKED)
    world.secret(deadline).move(REVOKED, previous, instead_of=holder)
    world.rotate(world.labels["AWSPENDING"])
    assert world.works()


class Expiring(Listing):
    """Tokens end by themselves after a week."""

    ends = datetime(2026, 1, 8, tzinfo=World().clock.now().tzinfo)

    def held(self, text: SecretText, *, whose: str) -> Held | None:
        held = super().held(text, whose=whose)
        return held and replace(held, expires=self.ends)


def test_a_token_that_ended_by_itself_is_replaced() -> None:
    world = World(issuer=Expiring)
    world.iam.remove(world.id())
    with pytest.raises(GoneError, match="AWSCURRENT's API token"):
        world.step(world.begin(), Step.CREATE)
    world.clock.pass_days(8)
    world.rotate(world.labels["AWSPENDING"])
    assert world.works()


def test_people_are_told_before_a_token_ends_by_itself() -> None:
    world = World(issuer=Expiring)
    left = Expiring.ends - world.clock.now() - timedelta(days=7)
    assert world.reap().days_left == pytest.approx(left / timedelta(days=1))


def test_a_token_is_never_issued_twice_for_an_answer_that_was_lost() -> None:
    world = World(issuer=Listing)

    def lose(call: str) -> None:
        if call == "create_access_key":
            world.iam.after = lambda _: None
            raise failure("ServiceUnavailable", call, 503)

    world.iam.after = lose
    token = world.begin()
    with pytest.raises(Exception, match="A retry can help"):
        world.step(token, Step.CREATE)
    world.rotate(token)
    assert set(world.iam.keys) == {world.id(), world.id("AWSPREVIOUS")}


def test_a_first_token_that_was_revoked_before_it_was_proven_is_issued_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A deployment that failed was not rolled back, and the next one comes."""
    world = World(issuer=Listing, first=False)
    monkeypatch.setattr(world.secrets, "update_secret_version_stage", _refused_for(world))
    with pytest.raises(SecretsManagerError):
        world.make_first_key()
    monkeypatch.undo()
    world.iam.remove(world.id("AWSPENDING"))
    world.clock.sleep(60)
    with pytest.raises(GoneError):
        world.make_first_key()
    for _ in range(2):
        world.make_first_key()
    assert world.works("AWSCURRENT")
    assert set(world.iam.keys) == {world.id()}


def test_a_token_that_was_revoked_is_not_revoked_at_every_run_where_none_is_listed() -> None:
    world = World(issuer=Blind)
    world.rotate()
    world.clock.pass_days(8)
    given_up = world.until("setSecret")  # the token before was revoked to make room
    world.labels.pop("AWSPENDING")
    token_id = json.loads(world.stored.contents[given_up])["AccessKeyId"]
    world.clock.pass_days(2)
    assert world.reap().revoked == [token_id]
    for _ in range(2):
        assert not world.reap().gone
    world.rotate()
    assert set(world.iam.keys) == {world.id(), world.id("AWSPREVIOUS")}
    assert not world.reap().lost


@pytest.mark.parametrize("issuer", [IamUser, Listing, Blind])
def test_a_reaper_that_reads_while_a_rotation_ends_takes_nothing_for_strange(
    issuer: type[IamUser],
) -> None:
    for reads in range(1, 12):
        world = World(issuer=issuer)
        token = world.until("finishSecret")
        world.clock.sleep(60)
        end_after(world, reads, token)
        report = world.reap()
        assert not report.strange, reads
        assert not report.lost, reads
        assert not report.gone, reads


def end_after(world: World, reads: int, token: str) -> None:
    """Lets a rotation end after so many reads of the secret by another function."""
    left = reads

    def count(call: str) -> None:
        nonlocal left
        left -= call == "get_secret_value"
        if left == 0:
            left = -1
            world.secrets.after = lambda _: None
            world.step(token, "finishSecret")

    world.secrets.after = count


def test_a_delivery_of_the_first_token_s_request_that_was_second_succeeds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the rights of its role, which may not call DescribeSecret."""
    world = World(issuer=Listing, first=False)
    move = world.secrets.update_secret_version_stage

    def moved_already(**arguments: Any) -> Any:
        answer = move(**arguments)
        return move(**arguments) if arguments["VersionStage"] == "AWSCURRENT" else answer

    def denied(**_: Any) -> Any:
        raise failure("AccessDeniedException", "DescribeSecret")

    monkeypatch.setattr(world.secrets, "update_secret_version_stage", moved_already)
    monkeypatch.setattr(world.secrets, "describe_secret", denied)
    world.make_first_key()
    assert world.works("AWSCURRENT")


def _refused_for(world: World) -> Any:
    """Refuses to move AWSCURRENT."""
    move = world.secrets.update_secret_version_stage

    def refused(**arguments: Any) -> Any:
        if arguments["VersionStage"] == "AWSCURRENT":
            raise failure("AccessDeniedException", "UpdateSecretVersionStage")
        return move(**arguments)

    return refused
