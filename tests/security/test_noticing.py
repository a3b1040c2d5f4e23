"""The rules match the documented events, and the alarms ask for the metrics that are emitted."""

import json
from typing import Any

import pytest
from moto.events.models import EventPattern

from rotation.errors import RotationError
from rotation.event import Step
from rotation.observability import observed
from rotation_watch import listing
from security.deployment import Deployment
from security.identifiers import ACCOUNT, Identifiers
from security.synthesis import Synthesis
from tests.security.events import by_the_service, call, denied, read, session

pytestmark = pytest.mark.xdist_group("security")

PATH = "orders/production"
NAME = f"{PATH}/main/app"
STRANGE = "payroll/production/main/app"


class Rules:
    """The rules of the template, with every name filled in."""

    def __init__(self, deployment: Deployment) -> None:
        self.parts = deployment.parts
        ids = deployment.parts.ids
        self.keys = {
            name: {"id": f"id-of-{name}", "arn": ids.lookup(name, "Arn")}
            for name in self.parts.of("AWS::KMS::Key")
        }
        self.rules = {
            ids.resolve(rule["Name"]).removeprefix(f"{ids.stack}-"): rule
            for rule in self.parts.of("AWS::Events::Rule").values()
        }

    def told(self, event: Any) -> list[str]:
        """Which of the rules tell of an event."""
        return [
            name
            for name, rule in self.rules.items()
            if "EventPattern" in rule
            and EventPattern(None, self._resolved(rule["EventPattern"])).matches_event(event)
        ]

    def _resolved(self, pattern: Any) -> Any:
        ids = self.parts.ids
        known = Identifiers(ids.stack, ids.resources)
        text = json.dumps(pattern)
        for name, key in self.keys.items():
            text = text.replace(json.dumps({"Ref": name}), json.dumps(key["id"]))
        return known.resolve(json.loads(text))


@pytest.fixture(scope="module")
def rules(deployment: Deployment) -> Rules:
    return Rules(deployment)


@pytest.fixture(scope="module")
def arn(deployment: Deployment) -> str:
    return deployment.parts.secret("main/app")


def test_a_denied_read_is_told(rules: Rules, arn: str) -> None:
    for secret in (NAME, arn, arn[:-7]):
        assert rules.told(denied(secret, {"secretId": secret})) == ["denied-read"]
        assert rules.told(denied(secret, None)) == ["denied-read"]


def test_a_denied_read_of_a_stranger_s_secret_is_not_ours_to_tell(rules: Rules) -> None:
    assert rules.told(denied(STRANGE, {"secretId": STRANGE})) == []


def test_a_read_by_an_unknown_role_a_user_or_the_root_is_told(
    rules: Rules, deployment: Deployment, arn: str
) -> None:
    user = {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/mallory"}
    root = {"type": "Root", "arn": "arn:aws:iam::111122223333:root"}
    # A role of another account may be called as one of ours is.
    ours = deployment.parts.function("main-consumer").role_arn
    theirs = session(ours.replace(ACCOUNT, "444455556666"))
    others = (user, root, theirs)
    # Neither is a role of ours whose path, or whose name, begins as ours do.
    similar = [session(f"arn:aws:iam::{ACCOUNT}:role/{PATH}{end}") for end in ("-evil/x", "x", "")]
    for who in ({}, *({"userIdentity": other} for other in (*others, *similar))):
        assert rules.told(read(arn, **who)) == ["main-unusual"]
        assert rules.told(read(NAME, **who)) == ["main-unusual"]


@pytest.mark.parametrize("name", ["main-consumer", "main-alternating", "main-users"])
def test_reads_by_those_who_may_are_not_told(
    rules: Rules, deployment: Deployment, arn: str, name: str
) -> None:
    role = deployment.parts.function(name).role_arn
    assert rules.told(read(arn, userIdentity=session(role))) == []


def test_reads_reach_the_rules_at_all(rules: Rules) -> None:
    for name in ("denied-read", "main-unusual"):
        state = rules.rules[name]["State"]
        assert state == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


@pytest.mark.parametrize(
    "name", ["DeleteSecret", "PutResourcePolicy", "DeleteResourcePolicy", "CancelRotateSecret"]
)
def test_a_deletion_and_changes_of_a_secret_are_told(rules: Rules, arn: str, name: str) -> None:
    assert rules.told(call("secretsmanager", name, {"secretId": arn})) == ["changed-secret"]
    assert rules.told(call("secretsmanager", name, {"secretId": STRANGE})) == []


def test_a_secret_that_is_not_watched_any_more_is_told(rules: Rules, arn: str) -> None:
    def untag(secret: str, *keys: str) -> Any:
        return call("secretsmanager", "UntagResource", {"secretId": secret, "tagKeys": keys})

    for secret in (arn, NAME):
        assert rules.told(untag(secret, "owner", listing.TAG)) == ["changed-secret"]
    assert rules.told(untag(arn, "owner")) == []
    assert rules.told(untag(STRANGE, listing.TAG)) == []


@pytest.mark.parametrize("name", ["ScheduleKeyDeletion", "DisableKey", "PutKeyPolicy"])
def test_a_deletion_and_changes_of_a_key_are_told(rules: Rules, name: str) -> None:
    watched = [key for each, key in rules.keys.items() if not each.startswith("PlatformTopic")]
    assert len(watched) == 2
    for key in watched:
        for key_id in key.values():
            assert rules.told(call("kms", name, {"keyId": key_id})) == ["changed-key"]
    assert rules.told(call("kms", name, {"keyId": "another"})) == []


def test_a_rotation_that_secrets_manager_gives_up_is_told(rules: Rules, arn: str) -> None:
    for name in ("RotationFailed", "TestRotationFailed", "RotationAbandoned"):
        assert rules.told(by_the_service(name, arn)) == ["failed-rotation"]
    for name in ("RotationSucceeded", "TestRotationSucceeded", "RotationStarted"):
        assert rules.told(by_the_service(name, arn)) == []


def test_every_rule_tells_the_topic(rules: Rules) -> None:
    [topic] = rules.parts.of("AWS::SNS::Topic")
    for name, rule in rules.rules.items():
        if name != "watch":
            assert [each["Arn"] for each in rule["Targets"]] == [{"Ref": topic}]


def alarms(made: Synthesis) -> dict[str, Any]:
    return {
        each["Properties"]["AlarmName"].removeprefix("orders-production-"): each["Properties"]
        for each in made.template["Resources"].values()
        if each["Type"] == "AWS::CloudWatch::Alarm"
    }


def test_there_is_an_alarm_for_each_thing_that_can_go_wrong(made: Synthesis) -> None:
    assert alarms(made).keys() == {
        *("main-alternating-failed", "main-admin-failed", "main-overdue"),
        *("main-alternating-trouble", "main-admin-trouble", "main-users-trouble"),
        *("watch-trouble", "custom-resources-trouble"),
    }


def test_every_alarm_rings_at_the_topic(made: Synthesis, rules: Rules) -> None:
    [topic] = rules.parts.of("AWS::SNS::Topic")
    for alarm in alarms(made).values():
        assert alarm["AlarmActions"] == [{"Ref": topic}]
        assert alarm.get("ActionsEnabled", True)


def emitted(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str, dict[str, str]]]:
    """Namespace, name and dimensions of every metric that was written."""
    found = []
    for line in capsys.readouterr().out.splitlines():
        entry = json.loads(line)
        for group in entry.get("_aws", {}).get("CloudWatchMetrics", []):
            for keys in group["Dimensions"]:
                dimensions = {key: entry[key] for key in keys}
                found += [(group["Namespace"], m["Name"], dimensions) for m in group["Metrics"]]
    return found


def variables_of(made: Synthesis, function: str) -> dict[str, str]:
    """The environment of a function."""
    [variables] = [
        each["Properties"]["Environment"]["Variables"]
        for each in made.template["Resources"].values()
        if each["Type"] == "AWS::Lambda::Function"
        and each["Properties"]["FunctionName"] == f"orders-production-{function}"
    ]
    return dict(variables)


@pytest.mark.parametrize(
    ("function", "strategy"), [("main-alternating", "alternating"), ("main-admin", "single")]
)
def test_the_metrics_that_the_alarm_watches_are_those_that_the_function_emits(
    made: Synthesis,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    function: str,
    strategy: str,
) -> None:
    variables = variables_of(made, function)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", variables["POWERTOOLS_SERVICE_NAME"])
    monkeypatch.setattr(
        "rotation.observability._NAMESPACE", variables["POWERTOOLS_METRICS_NAMESPACE"]
    )
    for step in Step:
        with (
            pytest.raises(RotationError),
            observed(strategy=strategy, step=step, secret="s", correlation_id="c", request_id="r"),
        ):
            raise RotationError("It failed", remedy="Look")
    failures = {
        (namespace, json.dumps(dimensions, sort_keys=True))
        for namespace, name, dimensions in emitted(capsys)
        if name == "Failure"
    }
    watched = {
        (stat["Metric"]["Namespace"], json.dumps(_dimensions(stat["Metric"]), sort_keys=True))
        for each in alarms(made)[f"{function}-failed"]["Metrics"]
        if (stat := each.get("MetricStat"))
    }
    assert failures == watched
    assert len(watched) == 4


def _dimensions(metric: Any) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in metric["Dimensions"]}


def test_an_overdue_rotation_rings_and_so_does_a_watch_that_stopped(made: Synthesis) -> None:
    alarm = alarms(made)["main-overdue"]
    [query] = alarm["Metrics"]
    metric = query["MetricStat"]["Metric"]
    assert (metric["Namespace"], metric["MetricName"]) == ("CredentialRotation", "Overdue")
    assert _dimensions(metric) == {"service": "orders-production-watch", "path": f"{PATH}/main"}
    # No value yet is the state in which an alarm begins, which is no change and tells nobody;
    # no value any more is a change to it, which rings.
    assert alarm["TreatMissingData"] == "missing"
    assert alarm["InsufficientDataActions"] == alarm["AlarmActions"]


def test_the_watch_finds_the_secrets_that_rotate_by_the_tag_that_they_have(
    made: Synthesis, single: Synthesis
) -> None:
    """In the second deployment the admin's secret does not rotate."""
    for each, expected in ((made, {"app", "admin"}), (single, {"app"})):
        variables = variables_of(each, "watch")
        listed = {
            resource["Properties"]["Name"].rpartition("/")[2]
            for resource in each.template["Resources"].values()
            if resource["Type"] == "AWS::SecretsManager::Secret"
            and any(
                tag["Key"] == listing.TAG and tag["Value"] == f"{variables['WATCHED_PATH']}/main"
                for tag in resource["Properties"]["Tags"]
            )
        }
        assert listed == expected


def test_no_alarm_rings_before_there_can_be_a_value(made: Synthesis) -> None:
    for name, alarm in alarms(made).items():
        assert alarm["TreatMissingData"] != "breaching", name


def test_the_dashboard_shows_every_alarm_and_the_age_of_every_secret(made: Synthesis) -> None:
    [board] = [
        json.dumps(each["Properties"])
        for each in made.template["Resources"].values()
        if each["Type"] == "AWS::CloudWatch::Dashboard"
    ]
    for name in alarms(made):
        assert f"alarm:orders-production-{name}" in board
    for text in ("DaysSinceRotation", f'\\"path\\",\\"{PATH}/main\\"', "finishSecret", "Duration"):
        assert text in board
