"""A kind of credential that is registered is found by all that loops over credentials."""

import json
from collections.abc import Iterable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import Duration

from credential_rotation.bundle import Bundle
from credential_rotation.functions import PythonFunction
from credential_rotation.monitoring import CredentialGroup
from credential_rotation.platform import Platform
from credential_rotation.rotation import RotationRules, permit_rotation, rotate
from credential_rotation.secret import RotatedSecret
from credential_rotation.secret_policy import allow_rotate
from stacks import compliance, rotation_stack
from stacks.accepted import Accepted
from stacks.compose import compose
from stacks.kinds import KINDS
from stacks.settings import Settings, read_settings
from tests.stacks.conftest import ROOT
from tests.stacks.template import Template, text


class Toy(cdk.Resource):
    """A credential of a kind of its own."""

    id = "Toy"
    strategy = "toy"

    def __init__(self, scope: Any, *, platform: Platform) -> None:
        super().__init__(scope, "Toy")
        names = platform.names.within("toy")
        self.function = PythonFunction(
            self,
            "Function",
            names=names,
            name="rotation",
            description="Rotates toys",
            bundle=Bundle("custom_resource"),
            handler="custom_resource.handler.relay",
            key=platform.data_key,
            placement=platform.placement,
            timeout=Duration.seconds(30),
        )
        self.secret = RotatedSecret(
            self,
            "Secret",
            name=f"{names.path}/one",
            resource_id="Secret",
            description="A toy",
            text="{}",
            platform=platform,
        )
        self.secret.admit_rotator(self.function.role)
        allow_rotate(
            self.function.role,
            self.secret.arn,
            function_arn=self.function.arn,
            key=platform.secrets_key,
        )
        rotate(
            self,
            secret=self.secret,
            secret_id=self.secret.arn,
            function=self.function,
            rules=RotationRules("rate(10 days)", "3h"),
            after=[permit_rotation(self.function, secrets=self.secret.arn)],
        )
        self.group = CredentialGroup(
            id="Toy", names=names, secrets=f"{names.path}/", credentials=[self]
        )


class ToyKind:
    proof = ""

    def add(
        self, stack: Any, platform: Platform, settings: Settings, *, database: str
    ) -> Iterable[CredentialGroup]:
        del settings
        if database == "main":
            yield Toy(stack, platform=platform).group

    def accepted(self, settings: Settings) -> Iterable[Accepted]:
        del settings
        return ()


@pytest.fixture(scope="module")
def stacks_with_toys() -> dict[str, Template]:
    with pytest.MonkeyPatch.context() as patch:
        for module in (rotation_stack, compliance):
            patch.setattr(module, "KINDS", (*KINDS, ToyKind()))
        context = json.loads((ROOT / "cdk.json").read_text())["context"]
        app = cdk.App(context={**context, "access.enabled": True}, analytics_reporting=False)
        compose(app, read_settings(app.node.get_all_context()))
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
