"""The watch writes what its alarms and the dashboard ask for."""

import importlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest


class SecretsManager:
    """A client that knows two secrets."""

    def describe_secret(self, *, SecretId: str) -> Any:  # noqa: N803 - AWS's name
        return {
            "Name": SecretId.rpartition(":")[2],
            "CreatedDate": datetime.now(UTC) - timedelta(days=400),
            "LastRotatedDate": datetime.now(UTC) - timedelta(days=10),
            "RotationEnabled": SecretId.endswith("on"),
            "RotationRules": {"AutomaticallyAfterDays": 30},
        }


def test_each_secret_gets_its_age_and_whether_it_is_overdue(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SECRET_IDS", "arn:a:on,arn:b:off")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "orders-production-watch")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    handler = importlib.import_module("rotation_watch.handler")
    monkeypatch.setattr(handler, "_client", SecretsManager())
    handler.watch({}, None)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = {line["secret"]: line for line in lines}
    assert told.keys() == {"on", "off"}
    for name, overdue in (("on", [0]), ("off", [1])):
        line = told[name]
        assert line["Overdue"] == overdue
        assert line["DaysSinceRotation"][0] == pytest.approx(10, abs=0.01)
        [group] = line["_aws"]["CloudWatchMetrics"]
        assert sorted(group["Dimensions"][0]) == ["secret", "service"]
        assert (line["service"], group["Namespace"]) == (
            "orders-production-watch",
            "CredentialRotation",
        )
