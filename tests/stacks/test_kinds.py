"""A kind of credential that is registered is found by all that loops over credentials."""

import json
import re

import aws_cdk as cdk
import pytest

from stacks.compliance import check
from stacks.compose import compose
from stacks.settings import read_settings
from tests.stacks.conftest import ROOT
from tests.stacks.template import Template, text
from tests.toy.kind import ToyKind, registered


@pytest.fixture(scope="module")
def stacks_with_toys() -> dict[str, Template]:
    with registered(ToyKind()):
        context = json.loads((ROOT / "cdk.json").read_text())["context"]
        app = cdk.App(context={**context, "access.enabled": True}, analytics_reporting=False)
        settings = read_settings(app.node.get_all_context())
        composed = compose(app, settings)
        check(app, settings=settings, rotators=composed.rotators, homes=composed.homes)
        return {each.stack_name: Template(each.template) for each in app.synth().stacks}


@pytest.fixture(scope="module")
def made(stacks_with_toys: dict[str, Template]) -> Template:
    return stacks_with_toys["orders-production"]


def test_outputs_tell_what_it_is_called(made: Template) -> None:
    assert made.outputs["ToySecretName"] == "orders/production/toy/one"
    assert made.outputs["ToyRotationFunctionName"] == "orders-production-toy-rotation"


def test_alarms_ring_when_it_fails_or_stops(made: Template) -> None:
    names = {each["AlarmName"] for each in made.of("AWS::CloudWatch::Alarm").values()}
    prefix = "orders-production-toy"
    assert {f"{prefix}-overdue", f"{prefix}-rotation-failed", f"{prefix}-rotation-trouble"} <= names


def test_an_unusual_read_of_it_is_told(made: Template) -> None:
    rules = {each["Name"]: json.dumps(each) for each in made.of("AWS::Events::Rule").values()}
    assert "orders/production/toy/" in rules["orders-production-toy-unusual"]


def test_the_dashboard_shows_it(made: Template) -> None:
    body = text(made.the("AWS::CloudWatch::Dashboard")["DashboardBody"])
    assert "orders-production-toy-rotation" in body
    assert "orders/production/toy" in body


def test_the_watch_finds_it(made: Template) -> None:
    secret = made.the("AWS::SecretsManager::Secret", "Toy")
    assert {"Key": "rotation-watch", "Value": "orders/production/toy"} in secret["Tags"]


def test_operators_may_rotate_it(stacks_with_toys: dict[str, Template]) -> None:
    people = stacks_with_toys["orders-production-access"]
    policy = people.the("AWS::IAM::ManagedPolicy", "RotationOperatorPolicy")["PolicyDocument"]
    [rotate_it] = [
        each for each in policy["Statement"] if each["Action"] == "secretsmanager:RotateSecret"
    ]
    lambdas = rotate_it["Condition"]["ArnLikeIfExists"]["secretsmanager:RotationLambdaARN"]
    assert any(text(each).endswith("function:orders-production-*-rotation") for each in lambdas)


def test_nothing_else_changes(made: Template, template: Template) -> None:
    changed = {
        name for name, each in template.resources.items() if made.resources.get(name) != each
    }
    kinds = {template.resources[name]["Type"] for name in changed}
    # The toy is on the dashboard; break-glass, which people have, is a reader.
    assert kinds <= {
        "AWS::CloudWatch::Dashboard",
        "AWS::Events::Rule",
        "AWS::SecretsManager::ResourcePolicy",
    }


KINDS_OWN = {
    "credential_rotation/command/inventory/user.py",  # a command about all keys of an account
    "credential_rotation/rotated_access_key.py",  # the kind, for apps of others
    "local/demo/parts/__init__.py",  # lists the parts of the demonstration
    "stacks/kinds/__init__.py",  # lists the kinds
    "stacks/settings/apart.py",  # names that a database cannot have
    "stacks/settings/places.py",  # ARNs that have to be of one place
    "stacks/settings/model.py",  # a typed field for each group of settings
}


@pytest.mark.parametrize("folder", ["credential_rotation", "local/demo", "stacks"])
def test_what_kinds_share_names_the_access_key_in_lists_alone(folder: str) -> None:
    naming = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / folder).rglob("*.py")
        if not file.name.startswith(("access_key", "partner"))
        and re.search(r"access-key|\baccess_key\b|\bAccessKey(Kind|Partner)", file.read_text())
    }
    assert naming <= KINDS_OWN
