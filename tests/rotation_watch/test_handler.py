"""The watch writes what its alarms and the dashboard ask for, and logs what is overdue."""

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.secretsmanager.models import FakeSecret, secretsmanager_backends

from local.aws.configuration import ACCOUNT

REGION = "eu-west-1"
PLATFORM = "orders/production"
MAIN, LEGACY = f"{PLATFORM}/main", f"{PLATFORM}/legacy"

Watch = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield boto3.client("secretsmanager")


@pytest.fixture
def watch(
    client: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Watch:
    """Runs the watch and returns what it wrote, entry by entry."""
    monkeypatch.setenv("WATCHED_PATH", PLATFORM)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "orders-production-watch")
    handler = importlib.reload(importlib.import_module("rotation_watch.handler"))
    monkeypatch.setattr(handler, "_client", client)

    def run() -> list[dict[str, Any]]:
        # Powertools keeps the stream of its first logger of a name.
        monkeypatch.setattr(handler._logger.registered_handler, "stream", sys.stdout)
        handler.watch({}, None)
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


@pytest.fixture
def secret(client: Any) -> Callable[..., None]:
    """Makes a secret that rotates every thirty days, unless told otherwise."""

    def make(
        name: str, *, days: float, tag: str | None = None, key: str = "rotation-watch"
    ) -> None:
        value = name.rpartition("/")[0] if tag is None else tag
        client.create_secret(Name=name, SecretString="s", Tags=[{"Key": key, "Value": value}])
        made = secretsmanager_backends[ACCOUNT][REGION].secrets[name]
        assert isinstance(made, FakeSecret)
        made.rotation_requested = made.rotation_enabled = True
        made.rotation_lambda_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotation"
        made.auto_rotate_after_days = 30
        rotated = datetime.now(UTC) - timedelta(days=days)
        made.last_rotation_date = int(rotated.timestamp())

    return make


def metrics(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {entry["path"]: entry for entry in entries if "_aws" in entry}


def warnings(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {entry["secret"]: entry for entry in entries if entry.get("level") == "WARNING"}


def test_each_path_gets_the_number_of_overdue_secrets_and_the_largest_age(
    secret: Callable[..., None], watch: Watch
) -> None:
    for name, days in (("app", 10), ("batch", 40), ("reports", 50), ("web", 1)):
        secret(f"{MAIN}/{name}", days=days)
    secret(f"{LEGACY}/app", days=20)
    told = metrics(watch())
    assert told.keys() == {MAIN, LEGACY}
    assert (told[MAIN]["Overdue"], told[LEGACY]["Overdue"]) == ([2], [0])
    assert told[MAIN]["DaysSinceRotation"][0] == pytest.approx(50, abs=0.01)
    assert told[LEGACY]["DaysSinceRotation"][0] == pytest.approx(20, abs=0.01)
    for entry in told.values():
        [group] = entry["_aws"]["CloudWatchMetrics"]
        assert [sorted(each) for each in group["Dimensions"]] == [["path", "service"]]
        assert group["Namespace"] == "CredentialRotation"
        assert entry["service"] == "orders-production-watch"


def test_the_log_names_each_overdue_secret_with_its_age_and_the_remedy(
    secret: Callable[..., None], watch: Watch
) -> None:
    for name, days in (("app", 10), ("batch", 40), ("reports", 50)):
        secret(f"{MAIN}/{name}", days=days)
    logged = warnings(watch())
    assert {name: entry["days"] for name, entry in logged.items()} == {
        f"{MAIN}/batch": 40.0,
        f"{MAIN}/reports": 50.0,
    }
    entry = logged[f"{MAIN}/batch"]
    assert entry["path"] == MAIN
    assert entry["remedy"].endswith(f"rotate-secret --secret-id {MAIN}/batch")
    assert entry["remedy"] in entry["message"]


def test_a_fleet_of_more_secrets_than_a_page_holds_is_watched_whole(
    secret: Callable[..., None], watch: Watch
) -> None:
    for number in range(230):
        secret(f"{MAIN}/login-{number}", days=40)
    entries = watch()
    assert metrics(entries)[MAIN]["Overdue"] == [230]
    assert len(warnings(entries)) == 230


def test_only_secrets_with_the_platforms_own_tag_are_watched(
    secret: Callable[..., None], watch: Watch
) -> None:
    """The filters match beginnings, of the key of one tag and the value of another."""
    secret(f"{MAIN}/app", days=1)
    secret("orders/production-2/main/app", days=99)
    secret("payroll/production/main/app", days=99)
    secret("orders/production/main/other", days=99, key="rotation-watchdog")
    secret("orders/production/main/theirs", days=99, key="owner")
    assert {path: entry["Overdue"] for path, entry in metrics(watch()).items()} == {MAIN: [0]}


def test_a_secret_of_another_name_is_counted_where_its_tag_says(
    secret: Callable[..., None], watch: Watch
) -> None:
    secret("theirs/batch", days=40, tag=LEGACY)
    secret("theirs/old", days=40, tag=PLATFORM)
    assert {path: entry["Overdue"] for path, entry in metrics(watch()).items()} == {
        LEGACY: [1],
        PLATFORM: [1],
    }


def test_a_secret_to_be_deleted_is_nobodys_concern_and_its_path_falls_silent(
    client: Any, secret: Callable[..., None], watch: Watch
) -> None:
    for path in (MAIN, LEGACY):
        secret(f"{path}/app", days=40)
    client.delete_secret(SecretId=f"{LEGACY}/app", RecoveryWindowInDays=30)
    assert metrics(watch()).keys() == {MAIN}
