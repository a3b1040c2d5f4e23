"""The entry points: a schedule's event in, metrics and a log out."""

import importlib
import io
import json
from datetime import timedelta
from typing import Any, cast

import pytest

from fakes.context import Context
from iam_access_key.settings import Settings
from rotation.client import ATTEMPTS, CONNECT_SECONDS, READ_SECONDS
from rotation.deadline import RESERVE_SECONDS
from rotation.errors import BadEventError, BadSettingsError, GoneError
from tests.iam_access_key.world import ARN, USER, World
from tokens.lives import Lives
from tokens.reaping import reaper_handler
from tokens.two_tokens import STEP_SECONDS

FUNCTION_SECONDS = 90
"""What stacks/access_key has."""

ENVIRONMENT = {
    "IAM_USER_ARN": USER,
    "GRACE_DAYS": "7",
    "REST_DAYS": "7",
    "NOTICE_DAYS": "14",
    "LIMIT_DAYS": "90",
}


@pytest.fixture
def world() -> World:
    world = World()
    world.rotate()
    return world


def invoke(world: World, event: object) -> None:
    handler = reaper_handler(world.reaper, cast("Any", world.secrets), secret_id=ARN)
    handler(event, Context())


def at(world: World, days: float = 0) -> dict[str, str]:
    now = world.clock.now() + timedelta(days=days)
    return {"time": now.isoformat().replace("+00:00", "Z"), "source": "aws.events"}


def metrics(capsys: pytest.CaptureFixture[str]) -> dict[str, list[float]]:
    [told] = [
        json.loads(line)
        for line in capsys.readouterr().out.splitlines()
        if '"StrangeTokens"' in line
    ]
    return {name: told[name] for name in ("DaysLeft", "Late", "StrangeTokens")}


def test_the_reaper_goes_by_the_time_of_its_schedule(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    invoke(world, at(world, days=8))
    assert not world.works("AWSPREVIOUS")
    assert metrics(capsys) == {
        "DaysLeft": [pytest.approx(90 - 7 - 8, abs=0.1)],
        "Late": [0],
        "StrangeTokens": [0],
    }


def test_people_are_told_of_keys_that_get_old(
    world: World, capsys: pytest.CaptureFixture[str], function_log: io.StringIO
) -> None:
    invoke(world, at(world, days=80))
    assert metrics(capsys)["Late"] == [1]
    assert "has to be replaced" in function_log.getvalue()


def test_people_are_told_of_keys_of_somebody_else(
    world: World, capsys: pytest.CaptureFixture[str], function_log: io.StringIO
) -> None:
    world.iam.remove(world.id("AWSPREVIOUS"))
    theirs = world.iam.make()
    world.clock.pass_days(1)
    invoke(world, at(world))
    assert metrics(capsys)["StrangeTokens"] == [1]
    assert theirs in function_log.getvalue()


def test_an_event_without_a_time_reaps_nothing(world: World) -> None:
    world.clock.pass_days(8)
    for event in ({}, None, {"time": "soon"}, {"time": 7}):
        with pytest.raises(BadEventError, match="no time"):
            invoke(world, event)
    assert world.works("AWSPREVIOUS")


def test_a_failure_is_logged_and_raised(world: World, function_log: io.StringIO) -> None:
    world.iam.vanished = True
    with pytest.raises(GoneError):
        invoke(world, at(world))
    entry = json.loads(function_log.getvalue().splitlines()[-1])
    assert (entry["error"], entry["secret"]) == ("GoneError", ARN)


def test_no_key_is_in_the_log(
    world: World, capsys: pytest.CaptureFixture[str], function_log: io.StringIO
) -> None:
    secrets = [key.secret for key in world.iam.keys.values()]
    for days in (1, 8, 20, 80):
        invoke(world, at(world, days=days))
    printed = capsys.readouterr().out + function_log.getvalue()
    assert "was deactivated" in printed
    assert not [secret for secret in secrets if secret in printed]


def test_the_entry_points_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    module = importlib.import_module("iam_access_key.handler")
    assert all(callable(getattr(module, name)) for name in ("handler", "reaper", "first"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"IAM_USER_ARN": "app"},
        {"IAM_USER_ARN": "arn:aws:iam::123456789012:role/app"},
        {"GRACE_DAYS": "0"},
        {"REST_DAYS": "a week"},
        {"NOTICE_DAYS": ""},
        {"LIMIT_DAYS": "1000"},
        {"KEY_SETTLE_SECONDS": "-1"},
    ],
)
def test_an_environment_that_cannot_be_used_is_refused(wrong: dict[str, str]) -> None:
    def read(environment: dict[str, str]) -> None:
        Settings.from_environment(environment)
        Lives.from_environment(environment)

    read(ENVIRONMENT)
    [name] = wrong
    with pytest.raises(BadSettingsError, match=name):
        read({**ENVIRONMENT, **wrong})


def test_a_call_that_begins_at_the_last_moment_still_ends_in_time() -> None:
    longest_call = ATTEMPTS * (CONNECT_SECONDS + READ_SECONDS) + 1
    assert STEP_SECONDS + longest_call + RESERVE_SECONDS <= FUNCTION_SECONDS
