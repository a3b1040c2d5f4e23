"""What the reaper ends, and what it only tells about."""

import pytest

from rotation.errors import BusyError, GoneError
from rotation.event import Step
from tests.iam_access_key.world import World


@pytest.fixture
def world() -> World:
    """Rotated a moment ago."""
    world = World()
    world.rotate()
    return world


def test_the_key_before_works_through_its_grace(world: World) -> None:
    world.clock.pass_days(6.9)
    report = world.reap()
    assert not report.gone
    assert world.works("AWSPREVIOUS")


def test_the_key_before_is_deactivated_after_its_grace_and_deleted_later(world: World) -> None:
    before = world.id("AWSPREVIOUS")
    used = world.clock.now()
    world.iam.set(before, used=used)
    world.clock.pass_days(7.1)
    assert world.reap().suspended == {before: used}
    assert not world.iam.keys[before].active
    world.clock.pass_days(6.8)
    assert not world.reap().gone
    world.clock.pass_days(0.2)
    assert world.reap().revoked == [before]
    assert set(world.iam.keys) == {world.id()}
    assert not world.reap().gone


def test_no_run_deletes_what_it_deactivated(world: World) -> None:
    world.clock.pass_days(40)
    before = world.id("AWSPREVIOUS")
    assert list(world.reap().suspended) == [before]
    assert before in world.iam.keys
    assert world.reap().revoked == [before]


def test_the_current_key_is_never_touched_however_old_it_is(world: World) -> None:
    for _ in range(50):
        world.clock.pass_days(10)
        world.reap()
        assert world.works()


def test_people_are_told_while_there_is_time_to_rotate_and_for_a_whole_grace() -> None:
    world = World()
    world.clock.pass_days(90 - 7 - 14 - 1.5)
    assert world.reap().days_left > 14
    world.clock.pass_days(1)
    assert world.reap().days_left < 14


def test_a_key_before_that_gets_too_old_loses_its_grace(world: World) -> None:
    world = World()
    world.clock.pass_days(86)
    world.rotate()
    world.clock.pass_days(2.5)
    report = world.reap()
    assert list(report.suspended) == [world.id("AWSPREVIOUS")]
    assert world.works()


def test_a_key_of_somebody_else_is_told_and_not_touched(world: World) -> None:
    world.iam.remove(world.id("AWSPREVIOUS"))
    theirs = world.iam.make()
    for _ in range(30):
        world.clock.pass_days(10)
        report = world.reap()
        assert report.strange == [theirs]
        assert not report.gone
    assert report.days_left < 0


def test_a_key_on_its_way_is_left_alone(world: World) -> None:
    world.iam.remove(world.id("AWSPREVIOUS"))
    token = world.until(Step.TEST)
    world.clock.pass_days(5)
    report = world.reap()
    assert not report.gone
    assert not report.strange
    world.rotate(token)
    assert world.works()


def test_a_key_that_is_made_at_this_moment_is_left_alone(world: World) -> None:
    world.iam.remove(world.id("AWSPREVIOUS"))
    found = []

    def look(call: str) -> None:
        if call == "create_access_key":
            world.iam.after = lambda _: None
            found.append(world.reap())

    world.iam.after = look
    world.rotate()
    [report] = found
    assert not report.gone
    assert not report.strange
    assert world.works()


def test_a_key_that_was_made_and_not_stored_is_deleted(world: World) -> None:
    world.iam.remove(world.id("AWSPREVIOUS"))

    def crash(call: str) -> None:
        if call == "create_access_key":
            world.iam.after = lambda _: None
            raise KeyboardInterrupt

    world.iam.after = crash
    with pytest.raises(KeyboardInterrupt):
        world.step(world.begin(), Step.CREATE)
    world.clock.sleep(60)
    [lost] = world.iam.keys.keys() - {world.id()}
    assert world.reap().revoked == [lost]


def test_a_key_of_a_rotation_that_was_given_up_is_deactivated_after_a_day(world: World) -> None:
    world.iam.remove(world.id("AWSPREVIOUS"))
    token = world.until(Step.FINISH)
    given_up = world.version(token)["AccessKeyId"]
    del world.labels["AWSPENDING"]
    world.clock.pass_days(0.5)
    assert not world.reap().gone
    world.clock.pass_days(0.6)
    assert list(world.reap().suspended) == [given_up]
    world.rotate()
    assert world.works()
    assert given_up not in world.iam.keys


def test_a_label_that_a_person_moved_back_begins_a_grace_of_its_own(world: World) -> None:
    world.clock.pass_days(6)
    newer, older = world.labels["AWSCURRENT"], world.labels["AWSPREVIOUS"]
    world.labels.update(AWSCURRENT=older, AWSPREVIOUS=newer)
    world.stored.changed_at = world.clock.now()
    world.clock.pass_days(6)
    assert not world.reap().gone
    world.clock.pass_days(2)
    assert list(world.reap().suspended) == [world.id("AWSPREVIOUS")]
    assert world.works()


def test_a_secret_that_a_person_edits_takes_no_key_from_its_life(world: World) -> None:
    """AWSPREVIOUS holds the key of AWSCURRENT then, and no version with a label the one before."""
    before = world.id("AWSPREVIOUS")
    world.edit(world.document() | {"Note": "of a person"})
    world.clock.pass_days(6)
    report = world.reap()
    assert not report.gone
    assert not report.strange
    with pytest.raises(BusyError, match="keeps working until"):
        world.rotate()
    world.clock.pass_days(2)
    assert list(world.reap().suspended) == [before]
    world.clock.pass_days(8)
    assert world.reap().revoked == [before]
    world.rotate(world.labels["AWSPENDING"])
    assert world.works()
    assert world.works("AWSPREVIOUS")
    assert world.document()["Note"] == "of a person"


def test_a_secret_that_a_person_spoils_keeps_its_key(world: World) -> None:
    """Until somebody has put it right; who holds the version before goes on."""
    world.iam.remove(world.id("AWSPREVIOUS"))
    current, document = world.id(), world.document()
    given_up = world.version(world.until(Step.SET))["AccessKeyId"]
    del world.labels["AWSPENDING"]
    world.edit("no JSON")
    world.labels["AWSPREVIOUS"] = world.labels["AWSCURRENT"]
    for _ in range(3):
        world.clock.pass_days(10)
        assert current not in world.reap().gone
    world.edit(document)
    world.rotate()
    assert world.works("AWSPREVIOUS")
    assert world.works()
    assert given_up not in world.iam.keys


def test_the_keys_of_a_secret_that_a_person_edited_go_with_the_stack(world: World) -> None:
    world.edit(world.document())
    deadline = world.deadline()
    world.first_key.remove(world.secret(deadline), deadline=deadline)
    assert not world.iam.keys


def test_a_user_that_vanished_ends_in_an_error(world: World) -> None:
    world.iam.vanished = True
    with pytest.raises(GoneError):
        world.reap()
