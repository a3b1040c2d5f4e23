"""The two resources of an adopted secret: the record, and the rotation."""

import copy
import json
from collections.abc import Callable
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from adoption.record import Record, write_down
from adoption.secret_rotation import SecretRotation
from adoption.takeover import take_over
from cloudformation.answer import LONGEST_REASON
from cloudformation.outcome import Outcome
from fakes.secrets_manager import failure
from rotation.deadline import Deadline
from rotation.errors import (
    BadEventError,
    BusyError,
    GoneError,
    NotOursError,
    RotationError,
    SecretsManagerError,
)
from tests.adoption.rotations import (
    ARN,
    IN_THE_MIDDLE,
    OURS,
    RULES,
    THEIRS,
    Rotations,
    never,
    theirs,
)

WANTED = {"ScheduleExpression": "rate(30 days)", "Duration": "3h"}


@pytest.fixture
def secrets() -> Rotations:
    return Rotations()


def rotation_of(secrets: Rotations, pauses: list[float] | None = None) -> SecretRotation:
    clock = iter(range(10_000))

    def pause(seconds: float) -> None:
        if pauses is not None:
            pauses.append(seconds)

    deadline = Deadline(60, clock=lambda: float(next(clock)))
    return SecretRotation(cast("Any", secrets), ARN, deadline, pause=pause)


def record(secrets: Rotations, kind: str = "Create", kept: str = "", **properties: str) -> str:
    """Carries out a request for the record; returns the resource's id."""
    event = {
        "RequestType": kind,
        "ResourceProperties": {"RotationFunction": OURS, "FormerFunction": THEIRS, **properties},
        **({"PhysicalResourceId": kept} if kept else {}),
    }
    return write_down(event, rotation_of(secrets)).physical_id


def adopt(secrets: Rotations, former: str, kind: str = "Create", **properties: str) -> Outcome:
    """Carries out a request for the rotation."""
    given = {
        "RotationFunction": OURS,
        "Schedule": "rate(30 days)",
        "Duration": "3h",
        "Former": former,
        **properties,
    }
    event = {"RequestType": kind, "ResourceProperties": given}
    if kind != "Create":
        event["PhysicalResourceId"] = ARN
    return take_over(event, rotation_of(secrets))


def configured(secrets: Rotations) -> tuple[object, ...]:
    secret = secrets.secret or {}
    rules = secret.get("RotationRules", {})
    return (
        secret.get("RotationEnabled"),
        secret.get("RotationLambdaARN"),
        rules.get("ScheduleExpression"),
        rules.get("Duration"),
    )


BY_US = (True, OURS, "rate(30 days)", "3h")
BY_THEM = (True, THEIRS, RULES["ScheduleExpression"], RULES["Duration"])


def test_the_record_is_written_before_anything_is_changed(secrets: Rotations) -> None:
    written = Record.parse(record(secrets)).former
    assert secrets.changes == []
    assert (written.function, written.on) == (THEIRS, True)
    assert written.rules == {"ScheduleExpression": "cron(0 4 1 * ? *)", "Duration": "2h"}


def test_a_record_fits_into_an_id_and_says_what_it_is(secrets: Rotations) -> None:
    longest = {"ScheduleExpression": "c" * 256, "Duration": "24h"}
    secrets.secret = theirs(RotationLambdaARN=THEIRS + ":" + "v" * 128, RotationRules=longest)
    text = record(secrets, FormerFunction=THEIRS + ":" + "v" * 128)
    assert len(text.encode()) <= 1024
    assert json.loads(text)["rules"] == longest


def test_a_record_stays_once_it_is_there(secrets: Rotations) -> None:
    first = record(secrets)
    adopt(secrets, first)
    assert record(secrets, "Update", first) == first
    assert record(secrets, "Delete", first) == first
    assert configured(secrets) == BY_US


def test_a_function_that_took_the_place_of_the_former_one_gets_the_secret_back(
    secrets: Rotations,
) -> None:
    successor = THEIRS + "-2"
    secrets.functions.add(successor)
    first = record(secrets)
    adopt(secrets, first)
    second = record(secrets, "Update", first, FormerFunction=successor)
    adopt(secrets, second, "Delete")
    assert configured(secrets) == (True, successor, *BY_THEM[2:])


@pytest.mark.parametrize(
    ("secret", "told"),
    [
        (theirs(OwningService="rds"), "managed by rds"),
        (theirs(Type="SalesforceClientSecret"), "managed by SalesforceClientSecret"),
        (theirs(DeletedDate=1), "scheduled for deletion"),
        (theirs(PrimaryRegion="us-east-1"), "replica of one in us-east-1"),
        (theirs(VersionIdsToStages=IN_THE_MIDDLE), "three carries AWSPENDING"),
        (theirs(RotationLambdaARN=OURS), "already"),
        (theirs(RotationLambdaARN=THEIRS + "-2"), f"rotated by {THEIRS}-2"),
    ],
    ids=["service", "vendor", "deleted", "replica", "pending", "ours", "another"],
)
def test_what_cannot_be_adopted_is_named_and_not_changed(secret: dict[str, Any], told: str) -> None:
    secrets = Rotations(secret)
    with pytest.raises(RotationError, match=told) as refused:
        record(secrets)
    assert refused.value.remedy
    assert secrets.changes == []
    former = str(Record.of(ARN, Record.parse(record(Rotations())).former))
    with pytest.raises(RotationError):
        adopt(secrets, former)
    assert secrets.changes == []


def test_a_primary_secret_with_replicas_is_none(secrets: Rotations) -> None:
    secrets.secret = theirs(PrimaryRegion="eu-central-1")
    adopt(secrets, record(secrets))
    assert configured(secrets) == BY_US


def test_the_function_that_gets_it_back_has_to_be_named(secrets: Rotations) -> None:
    with pytest.raises(BadEventError, match="no function is named") as refused:
        record(secrets, FormerFunction="")
    assert refused.value.remedy == f"Let adopt_function_arn be {THEIRS}"
    first = record(secrets)
    with pytest.raises(BadEventError, match="gets it back") as refused:
        record(secrets, "Update", first, FormerFunction="")
    assert (
        refused.value.remedy == f"Let adopt_function_arn be {THEIRS}, or what has taken its place"
    )
    adopt(secrets, first)
    for function in (THEIRS, successor := THEIRS + "-2"):
        kept = record(secrets, "Update", first, FormerFunction=function)
    secrets.functions.add(successor)
    adopt(secrets, kept, "Delete")
    assert configured(secrets) == (True, successor, *BY_THEM[2:])


STRANGE = json.dumps({"secret": "another", "function": "", "rules": {}, "on": False})


@pytest.mark.parametrize("kept", [ARN, "{}", STRANGE])
def test_another_secret_has_another_record(secrets: Rotations, kept: str) -> None:
    with pytest.raises(BadEventError, match="another secret") as refused:
        record(secrets, "Update", kept)
    assert "a construct of its own: another id" in refused.value.remedy
    with pytest.raises(BadEventError) as refused:
        adopt(secrets, kept)
    assert secrets.changes == []
    assert "refer to the resource Custom::FormerRotation of the same" in refused.value.remedy
    adopt(secrets, record(secrets))
    assert configured(secrets) == BY_US


def test_it_is_adopted_and_given_back(secrets: Rotations) -> None:
    before = json.dumps(secrets.secret)
    former = record(secrets)
    assert adopt(secrets, former) == Outcome(ARN)
    assert configured(secrets) == BY_US
    assert adopt(secrets, former, "Delete") == Outcome(ARN)
    assert configured(secrets) == BY_THEM
    labels = "VersionIdsToStages"
    assert (secrets.secret or {})[labels] == json.loads(before)[labels]


def test_days_are_given_back_as_days(secrets: Rotations) -> None:
    secrets.secret = theirs(RotationRules={"AutomaticallyAfterDays": 45})
    former = record(secrets)
    adopt(secrets, former)
    adopt(secrets, former, "Delete")
    assert secrets.secret["RotationRules"] == {"AutomaticallyAfterDays": 45}


@pytest.mark.parametrize("secret", [never(), theirs(RotationEnabled=False)], ids=["never", "off"])
def test_what_was_off_is_off_again(secret: dict[str, Any]) -> None:
    secrets = Rotations(secret)
    former = record(secrets, FormerFunction="")
    adopt(secrets, former)
    assert configured(secrets) == BY_US
    adopt(secrets, former, "Delete")
    assert configured(secrets)[0] is False


def test_it_can_be_adopted_again(secrets: Rotations) -> None:
    """What was given back by turning it off names our function still."""
    secrets.secret = never()
    for _ in range(2):
        former = record(secrets, FormerFunction="")
        adopt(secrets, former)
        assert configured(secrets) == BY_US
        adopt(secrets, former, "Delete")
        assert secrets.secret["RotationEnabled"] is False


def test_a_second_delivery_changes_nothing(secrets: Rotations) -> None:
    former = record(secrets)
    for kind, calls in (("Create", 1), ("Update", 1), ("Delete", 2)):
        for _ in range(2):
            adopt(secrets, former, kind)
            assert len(secrets.changes) == calls, kind


@pytest.mark.parametrize("lost", ["before", "after"])
def test_what_a_crash_left_is_given_back(secrets: Rotations, lost: str) -> None:
    """CloudFormation deletes what it got no answer about; the record came with the request."""
    former = record(secrets)

    def crash(call: str) -> None:
        if call == "rotate_secret":
            raise KeyboardInterrupt

    setattr(secrets, lost, crash)
    with pytest.raises(KeyboardInterrupt):
        adopt(secrets, former)
    setattr(secrets, lost, lambda _: None)
    adopt(secrets, former, "Delete")
    assert configured(secrets) == BY_THEM


@pytest.mark.parametrize("kind", ["Create", "Delete"])
def test_an_attempt_whose_answer_was_lost_has_succeeded(secrets: Rotations, kind: str) -> None:
    """Botocore tries again, while Secrets Manager's own test has a version that is pending."""
    former = record(secrets)
    if kind == "Delete":
        adopt(secrets, former)

    def lose(call: str) -> None:
        if call == "rotate_secret":
            raise failure("InvalidRequestException", "RotateSecret")

    secrets.after = lose
    adopt(secrets, former, kind)
    assert configured(secrets) == (BY_US if kind == "Create" else BY_THEM)


def test_a_schedule_that_is_none_is_corrected(secrets: Rotations) -> None:
    former = record(secrets)

    def refuse(call: str) -> None:
        if call == "rotate_secret":
            raise failure("InvalidParameterException", "RotateSecret")

    secrets.before = refuse
    with pytest.raises(SecretsManagerError, match="InvalidParameterException") as refused:
        adopt(secrets, former, Schedule="rate(1 minute)")
    assert refused.value.remedy == "Correct schedule and window of the login"
    assert configured(secrets) == BY_THEM
    secrets.before = lambda _: None
    adopt(secrets, former)
    assert configured(secrets) == BY_US


def test_what_changed_hands_meanwhile_is_not_taken(secrets: Rotations) -> None:
    former = record(secrets)
    secrets.secret = theirs(RotationLambdaARN=THEIRS + "-2")
    with pytest.raises(BusyError, match="changed while it was adopted") as refused:
        adopt(secrets, former)
    assert secrets.changes == []
    assert refused.value.remedy == "Deploy again"
    with pytest.raises(BadEventError) as refused_again:
        record(secrets)
    assert refused_again.value.remedy == f"Let adopt_function_arn be {THEIRS}-2"
    adopt(secrets, record(secrets, FormerFunction=THEIRS + "-2"))
    assert configured(secrets) == BY_US


def test_a_rotation_that_begins_in_between_is_named(secrets: Rotations) -> None:
    former = record(secrets)

    def begin(call: str) -> None:
        if call == "rotate_secret":
            assert secrets.secret
            secrets.secret["VersionIdsToStages"] = IN_THE_MIDDLE

    secrets.before = begin
    with pytest.raises(BusyError, match="three carries AWSPENDING"):
        adopt(secrets, former)
    assert configured(secrets) == BY_THEM


def adopted(secrets: Rotations) -> str:
    former = record(secrets)
    adopt(secrets, former)
    secrets.calls.clear()
    return former


def test_rules_and_function_are_updated(secrets: Rotations) -> None:
    former, single = adopted(secrets), OURS.replace("alternating", "single")
    secrets.functions.add(single)
    adopt(secrets, former, "Update", RotationFunction=single, Schedule="rate(7 days)")
    assert configured(secrets) == (True, single, "rate(7 days)", "3h")
    adopt(secrets, former, "Delete", RotationFunction=single)
    assert configured(secrets) == BY_THEM


def test_an_update_waits_for_a_rotation_of_ours(secrets: Rotations) -> None:
    former = adopted(secrets)
    finish_after(secrets, describes=3)
    adopt(secrets, former, "Update", Schedule="rate(7 days)")
    assert configured(secrets) == (True, OURS, "rate(7 days)", "3h")


def finish_after(secrets: Rotations, describes: int) -> None:
    """A rotation is under way, and ends while it is waited for."""
    assert secrets.secret
    secrets.secret["VersionIdsToStages"] = IN_THE_MIDDLE

    def finish(call: str) -> None:
        if secrets.secret and secrets.calls.count("describe_secret") > describes:
            secrets.secret["VersionIdsToStages"] = {"three": ["AWSCURRENT", "AWSPENDING"]}

    secrets.before = finish


def test_an_update_that_was_refused_rolls_back(secrets: Rotations) -> None:
    """The rollback asks for what is there already, and must not be refused for the same cause."""
    former = adopted(secrets)
    assert secrets.secret
    secrets.secret["VersionIdsToStages"] = IN_THE_MIDDLE
    with pytest.raises(BusyError, match="has not finished"):
        adopt(secrets, former, "Update", Schedule="rate(7 days)")
    adopt(secrets, former, "Update")
    assert secrets.changes == []


def test_a_deletion_waits_for_a_rotation_of_ours(secrets: Rotations) -> None:
    former = adopted(secrets)
    finish_after(secrets, describes=2)
    adopt(secrets, former, "Delete")
    assert configured(secrets) == BY_THEM


@pytest.mark.parametrize("command", ["rotate-secret", "cancel-rotate-secret"])
def test_a_deletion_ends_in_its_time_and_says_what_to_run(command: str) -> None:
    secrets = Rotations(theirs() if command == "rotate-secret" else never())
    former = adopted(secrets)
    secrets.secret = {**(secrets.secret or {}), "VersionIdsToStages": IN_THE_MIDDLE}
    with pytest.raises(BusyError, match="three carries AWSPENDING") as refused:
        adopt(secrets, former, "Delete")
    assert secrets.changes == []
    assert len(str(refused.value)) < LONGEST_REASON
    assert f"aws secretsmanager {command} --secret-id {ARN}" in refused.value.remedy
    secrets.secret["VersionIdsToStages"] = {"three": ["AWSCURRENT", "AWSPENDING"]}  # it finishes
    secrets.typed(refused.value.remedy.partition("run: ")[2])
    given_back = configured(secrets)
    assert given_back == BY_THEM if command == "rotate-secret" else given_back[0] is False
    assert adopt(secrets, former, "Delete") == Outcome(ARN)
    assert configured(secrets) == given_back


def test_a_deletion_that_failed_is_tried_again(secrets: Rotations) -> None:
    former = adopted(secrets)
    secrets.secret = {**(secrets.secret or {}), "VersionIdsToStages": IN_THE_MIDDLE}
    with pytest.raises(BusyError) as refused:
        adopt(secrets, former, "Delete")
    assert "Then delete again" in refused.value.remedy
    secrets.secret["VersionIdsToStages"] = {"three": ["AWSCURRENT", "AWSPENDING"]}
    adopt(secrets, former, "Delete")
    assert configured(secrets) == BY_THEM


def no_secret(secrets: Rotations) -> None:
    secrets.secret = None


def change(**changes: Any) -> Callable[[Rotations], None]:
    def apply(secrets: Rotations) -> None:
        secrets.secret = {**(secrets.secret or {}), **changes}

    return apply


@pytest.mark.parametrize(
    "by_hand",
    [
        no_secret,
        change(DeletedDate=1),
        change(RotationLambdaARN=THEIRS),
        change(RotationLambdaARN=THEIRS + "-2"),
        change(RotationEnabled=False),
    ],
    ids=["gone", "deleted", "given back", "given to another", "turned off"],
)
def test_what_a_person_did_by_hand_stays(
    secrets: Rotations, by_hand: Callable[[Rotations], None]
) -> None:
    former = adopted(secrets)
    by_hand(secrets)
    assert adopt(secrets, former, "Delete") == Outcome(ARN)
    assert secrets.changes == []


def test_a_former_function_that_is_gone_does_not_keep_the_stack(
    secrets: Rotations, function_log: Any
) -> None:
    former = adopted(secrets)
    secrets.functions.remove(THEIRS)
    given_back = adopt(secrets, former, "Delete")
    assert (given_back.physical_id, given_back.failure) == (ARN, "")
    assert configured(secrets)[:2] == (False, OURS)
    log = function_log.getvalue()
    assert f"The function {THEIRS}, which rotated {ARN} before, does not exist" in log
    remedy = json.loads(log.splitlines()[-1])["remedy"]
    assert given_back.notice.endswith(f"the rotation is off. {remedy}")
    secrets.functions.add(THEIRS)
    secrets.typed(remedy.partition("rotate the secret: ")[2])
    assert configured(secrets) == BY_THEM


@pytest.mark.parametrize("way", ["allowed", "turned off"])
def test_a_former_function_that_may_not_be_run_is_told_and_can_be_left(
    secrets: Rotations, way: str
) -> None:
    former = adopted(secrets)

    def deny(call: str) -> None:
        if call == "rotate_secret":
            raise failure("AccessDeniedException", "RotateSecret")

    secrets.before = deny
    with pytest.raises(GoneError, match="AccessDeniedException") as refused:
        adopt(secrets, former, "Delete")
    assert configured(secrets) == BY_US
    if way == "allowed":
        assert "(lambda add-permission) and delete again" in refused.value.remedy
        secrets.before = lambda _: None
    else:
        secrets.typed(refused.value.remedy.partition("off (")[2].partition(")")[0])
    assert adopt(secrets, former, "Delete") == Outcome(ARN)
    assert configured(secrets) == BY_THEM if way == "allowed" else configured(secrets)[0] is False


@pytest.mark.parametrize("denied", ["describe_secret", "rotate_secret"])
def test_rights_that_are_seconds_old_are_waited_for(secrets: Rotations, denied: str) -> None:
    former, pauses = record(secrets), list[float]()
    secrets.calls.clear()

    def deny(call: str) -> None:
        if call == denied and secrets.calls.count(denied) < 3:
            raise failure("AccessDeniedException", denied)

    secrets.before = deny
    properties = {
        "RotationFunction": OURS,
        "Schedule": "rate(30 days)",
        "Duration": "3h",
        "Former": former,
    }
    event = {"RequestType": "Create", "ResourceProperties": properties}
    take_over(event, rotation_of(secrets, pauses))
    assert configured(secrets) == BY_US
    assert len(pauses) == 2


def test_a_refusal_of_secrets_manager_is_told(secrets: Rotations) -> None:
    def deny(_: str) -> None:
        raise failure("AccessDeniedException", "DescribeSecret")

    secrets.before = deny
    with pytest.raises(SecretsManagerError, match="AccessDeniedException to describe_secret"):
        record(secrets)


def test_a_refused_adoption_keeps_its_cause(secrets: Rotations) -> None:
    former = record(secrets)
    secrets.functions.remove(OURS)
    with pytest.raises(SecretsManagerError, match="ResourceNotFoundException") as refused:
        adopt(secrets, former)
    assert type(refused.value.__cause__) is ClientError
    assert configured(secrets) == BY_THEM


@pytest.mark.parametrize("way", ["rotated", "turned off"])
def test_nothing_of_ours_is_taken_for_somebody_elses(secrets: Rotations, way: str) -> None:
    secrets.secret = theirs(RotationLambdaARN=OURS)
    with pytest.raises(NotOursError, match="nothing tells by what before") as refused:
        record(secrets)
    if way == "rotated":
        assert "Have its former function rotate it again" in refused.value.remedy
        secrets.rotate_secret(
            SecretId=ARN,
            RotationLambdaARN=THEIRS,
            RotationRules={"ScheduleExpression": RULES["ScheduleExpression"]},
            RotateImmediately=False,
        )
    else:
        command = refused.value.remedy.partition("off (")[2].partition(")")[0]
        secrets.typed(f"{command} --secret-id {ARN}")
    adopt(secrets, record(secrets))
    assert configured(secrets) == BY_US


REMEDIES: dict[str, tuple[dict[str, Any], Callable[[Rotations, str], object]]] = {
    "Leave its user to that, which goes on to change the password: give the application a user and"
    " a secret of its own, and let adopt_secret_arn name that": (
        theirs(OwningService="rds"),
        lambda secrets, _: setattr(secrets, "secret", theirs()),
    ),
    "Restore it (aws secretsmanager restore-secret), or take adopt_secret_arn out": (
        theirs(DeletedDate=1),
        lambda secrets, remedy: secrets.typed(
            f"{remedy.partition('(')[2].partition(')')[0]} --secret-id {ARN}"
        ),
    ),
    "Adopt the one in us-east-1: its replicas follow": (
        theirs(PrimaryRegion="us-east-1"),
        lambda secrets, _: setattr(secrets, "secret", theirs(PrimaryRegion="eu-central-1")),
    ),
    "Let it finish: its function's log tells what is in its way": (
        theirs(VersionIdsToStages=IN_THE_MIDDLE),
        lambda secrets, _: change(VersionIdsToStages={"three": ["AWSCURRENT", "AWSPENDING"]})(
            secrets
        ),
    ),
    "If no rotation has put the label there, take it off": (
        theirs(VersionIdsToStages=IN_THE_MIDDLE),
        lambda secrets, remedy: secrets.typed(
            f"{remedy.partition('off (')[2].partition(')')[0]} --secret-id {ARN}"
        ),
    ),
}


@pytest.mark.parametrize("remedy", REMEDIES)
def test_a_secret_whose_obstacle_is_removed_is_adopted_and_given_back(remedy: str) -> None:
    spoiled, follow = REMEDIES[remedy]
    secrets = Rotations(copy.deepcopy(spoiled))
    with pytest.raises(RotationError) as refused:
        record(secrets)
    assert remedy in refused.value.remedy
    follow(secrets, refused.value.remedy)
    former = record(secrets)
    adopt(secrets, former)
    assert configured(secrets) == BY_US
    adopt(secrets, former, "Delete")
    assert configured(secrets) == BY_THEM
