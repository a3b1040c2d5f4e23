import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from cloudformation.outcome import Outcome
from fakes.context import Context
from fakes.secrets_manager import SecretsManager, failure
from rotation import rights
from rotation.custom_resource import custom_resource_handler
from rotation.deadline import Deadline
from rotation.errors import BadSecretError
from rotation.rotating_secret import RotatingSecret

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEf"


@dataclass
class Thing:
    """Something to ensure, which does what the test wants."""

    run: Callable[[], str] = lambda: "app"
    name: str = "thing"
    seconds: float = 12.0
    ensured: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    told: list[tuple[dict[str, object], dict[str, object]]] = field(default_factory=list)

    def ensure(
        self,
        secret: RotatingSecret,
        *,
        owner: str,
        deadline: Deadline,
        properties: Mapping[str, object],
        before: Mapping[str, object],
    ) -> str:
        del owner, deadline
        self.told.append((dict(properties), dict(before)))
        self.ensured.append(secret.arn)
        return self.run()

    def remove(self, secret: RotatingSecret, *, deadline: Deadline) -> None:
        del deadline
        self.removed.append(secret.arn)


def request(kind: str = "Create", **changes: object) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "User",
        "ResourceType": "Custom::ApplicationUser",
        "ResourceProperties": {"ServiceToken": "another", "Function": "this", "SecretArn": ARN},
        **changes,
    }


def invoke(thing: Thing, event: dict[str, Any]) -> Outcome:
    """What the handler returns, by way of JSON as Lambda returns it."""
    returned = custom_resource_handler(thing, cast("Any", object()))(event, Context(30_000))
    return Outcome.parse(json.loads(json.dumps(returned)))


def fail(error: BaseException) -> Callable[[], str]:
    def run() -> str:
        raise error

    return run


def test_rights_that_are_seconds_old_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The policy that allows it may have been changed by the same deployment."""
    monkeypatch.setattr(rights, "_PAUSE_SECONDS", 0.01)
    manager, denied = SecretsManager(), list[str]()
    manager.create(ARN, {"username": "app"})

    def deny(call: str) -> None:
        if len(denied) < 3:
            denied.append(call)
            raise failure("AccessDeniedException", "GetSecretValue")

    manager.before = deny

    class Reading(Thing):
        def ensure(self, secret: RotatingSecret, **_: object) -> str:
            return secret.current().id

    event = request()
    outcome = custom_resource_handler(Reading(), cast("Any", manager))(event, Context(30_000))
    assert (outcome["Status"], len(denied)) == ("SUCCESS", 3)


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_what_exists_is_returned_with_its_name(kind: str) -> None:
    thing = Thing()
    assert invoke(thing, request(kind)) == Outcome(ARN, data={"Username": "app"})
    assert thing.ensured == [ARN]


def test_the_thing_is_told_its_properties_and_those_before() -> None:
    thing = Thing()
    event = request("Update", OldResourceProperties={"SecretArn": ARN, "Reads": ["a"]})
    event["ResourceProperties"]["Reads"] = ["b"]
    invoke(thing, event)
    invoke(thing, request())
    [(now, before), (_, nothing)] = thing.told
    assert (now["Reads"], before["Reads"], nothing) == (["b"], ["a"], {})


def test_delete_lets_the_thing_decide_what_goes() -> None:
    thing = Thing()
    outcome = invoke(thing, request("Delete", PhysicalResourceId="as before"))
    assert not thing.ensured
    assert thing.removed == [ARN]
    assert outcome == Outcome("as before")


def test_a_failure_is_returned_with_its_cause_and_not_raised() -> None:
    """What a function raises, its caller does not get to read."""
    outcome = invoke(Thing(fail(BadSecretError("The port is a word", remedy="Fix it"))), request())
    assert outcome.failure.startswith(f"Create of {ARN} failed: The port is a word. Fix it.")


def test_a_defect_is_returned_without_its_text() -> None:
    outcome = invoke(Thing(fail(ValueError("hunter2"))), request())
    assert "unexpected ValueError" in outcome.failure
    assert "hunter2" not in outcome.failure


@pytest.mark.parametrize("properties", [{}, {"SecretArn": ""}, {"SecretArn": ["x"]}])
def test_a_resource_without_a_secret_fails(properties: dict[str, object]) -> None:
    outcome = invoke(Thing(), request(ResourceProperties=properties))
    assert "SecretArn" in outcome.failure
