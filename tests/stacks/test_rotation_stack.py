import json
from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from security.identifiers import REGION
from tests.stacks.conftest import Synthesize
from tests.stacks.template import Template, text

TYPES = {
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::EC2::FlowLog",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::Subnet",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCEndpoint",
    "AWS::Events::Rule",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Role",
    "AWS::KMS::Alias",
    "AWS::KMS::Key",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBParameterGroup",
    "AWS::RDS::DBSubnetGroup",
    "AWS::RDS::EventSubscription",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::SecretsManager::RotationSchedule",
    "AWS::SecretsManager::Secret",
    "AWS::SecretsManager::SecretTargetAttachment",
    "Custom::DatabaseUser",
    "Custom::ClosedSecurityGroup",
}
"""What the local AWS has to know. A new type needs a home there first."""

UNTAGGED = {
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::IAM::ManagedPolicy",
    "AWS::KMS::Alias",
    "AWS::Lambda::Permission",
    "AWS::SNS::TopicPolicy",
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::SecretsManager::RotationSchedule",
    "AWS::SecretsManager::SecretTargetAttachment",
    "Custom::DatabaseUser",
    "Custom::ClosedSecurityGroup",
}
"""Types that CloudFormation cannot tag."""


COME_AND_GO = ("MainRotator", "MainConsumer")
"""What a setting leaves out and may bring back."""


def test_the_stack_is_made_of_these_types(template: Template) -> None:
    assert {resource["Type"] for resource in template.resources.values()} == TYPES


def test_no_resource_waits_for_itself(template: Template) -> None:
    assert not [name for name in template.resources if name in template.waits_for(name)]


def test_the_outputs_are_what_a_person_needs(artifact: Any, template: Template) -> None:
    outputs = {name: text(output["Value"]) for name, output in template.raw["Outputs"].items()}
    endpoint = outputs.pop("MainEndpoint")
    assert endpoint.endswith(".Endpoint.Port>")
    for name in (
        "EndpointClientsSecurityGroupId",
        "MainAdminSecretArn",
        "MainAppSecretArn",
        "MainFunctionsSecurityGroupId",
        "MainSecurityGroupId",
        "SecretsEndpointSecurityGroupId",
        "SecretsKeyArn",
        "SubnetIds",
        "VpcId",
    ):
        assert outputs.pop(name).startswith("<")
    assert outputs.pop("AlarmTopicArn") == f"<{template.name('AWS::SNS::Topic')}>"
    assert outputs == {
        "ConsumerFunctionName": "orders-production-main-consumer",
        "MainAdminRotationFunctionName": "orders-production-main-admin",
        "MainAdminSecretName": "orders/production/main/admin",
        "MainAppRotationFunctionName": "orders-production-main-alternating",
        "MainAppSecretName": "orders/production/main/app",
    }
    assert artifact.stack_name == "orders-production"


def test_everything_that_can_be_is_tagged(synthesize: Synthesize) -> None:
    template = Template(synthesize(**{"tags.cost-center": "4711"}).template)
    for name, resource in template.resources.items():
        if resource["Type"] not in UNTAGGED:
            tags = {tag["Key"]: tag["Value"] for tag in resource["Properties"]["Tags"]}
            expected = {"application": "orders", "environment": "production", "cost-center": "4711"}
            assert expected.items() <= tags.items(), name


def test_a_protected_stack_and_its_data_outlive_a_mistake(
    artifact: Any, template: Template
) -> None:
    assert artifact.termination_protection is True
    policies = {
        resource["Type"]: (resource["DeletionPolicy"], resource["UpdateReplacePolicy"])
        for name, resource in template.resources.items()
        if "DeletionPolicy" in resource
        if not resource["Type"].startswith("Custom::") and not name.startswith(COME_AND_GO)
    }
    # Except on create: a first deployment that fails leaves no name behind that blocks the next.
    kept = ("RetainExceptOnCreate", "Retain")
    assert policies == {
        "AWS::KMS::Key": kept,
        "AWS::Logs::LogGroup": kept,
        "AWS::RDS::DBInstance": ("Snapshot", "Snapshot"),
        "AWS::SecretsManager::Secret": kept,
    }


def test_an_unprotected_stack_leaves_nothing_behind(bare: Any) -> None:
    assert not bare.termination_protection
    template = Template(bare.template)
    policies = {
        resource["DeletionPolicy"]
        for resource in template.resources.values()
        if "DeletionPolicy" in resource
    }
    assert policies == {"Delete"}
    assert template.the("AWS::RDS::DBInstance")["DeletionProtection"] is False


def test_protection_comes_to_a_stack_that_is_there_without_replacing_anything(
    synthesize: Synthesize, template: Template
) -> None:
    """The second step of a first deployment (tools/deploy.py)."""
    before = Template(synthesize(database__deletion_protection="false").template)
    assert before.resources.keys() == template.resources.keys()
    changed = {
        (new["Type"], name)
        for key, new in template.resources.items()
        for name, value in new.get("Properties", {}).items()
        if before.resources[key]["Properties"].get(name) != value
    }
    assert changed == {
        ("AWS::RDS::DBInstance", "DeleteAutomatedBackups"),
        ("AWS::RDS::DBInstance", "DeletionProtection"),
    }
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, "AWS::RDS::DBInstance").schema
    replacing = {*schema["createOnlyProperties"], *schema["conditionalCreateOnlyProperties"]}
    assert not {f"/properties/{name}" for _, name in changed} & replacing


def test_the_consumer_can_be_left_out(bare: Any) -> None:
    template = Template(bare.template)
    assert "ConsumerFunctionName" not in template.raw["Outputs"]
    assert "Consumer" not in json.dumps(template.raw)


def test_a_consumer_that_was_left_out_can_come_back(template: Template) -> None:
    log = template.name("AWS::Logs::LogGroup", "MainConsumer")
    assert template.resources[log]["DeletionPolicy"] == "Delete", "its name would be taken"


def test_both_strategies_are_made_of_the_same_types(template: Template, single: Template) -> None:
    kinds = [sorted(r["Type"] for r in each.resources.values()) for each in (template, single)]
    assert kinds[0] == kinds[1]


def test_the_template_names_no_account_region_or_zone(artifact: Any) -> None:
    assert artifact.environment.name == "aws://unknown-account/unknown-region"
    manifest = json.loads((Path(artifact.assembly.directory) / "manifest.json").read_text())
    assert "missing" not in manifest, "something was to be looked up"


@pytest.mark.parametrize(
    ("settings", "control"),
    [
        ({"database__multi_az": "false"}, "RDS.5"),
        ({"database__deletion_protection": "false"}, "RDS.8"),
        ({"rotation__admin": "false"}, "SecretsManager.1"),
        ({"rotation__schedule": "rate(91 days)"}, "SecretsManager.4"),
        ({"rotation__admin_schedule": "rate(91 days)"}, "SecretsManager.4"),
        ({"databases__main__multi_az": "false"}, "RDS.5"),
        ({"databases__main__rotation__admin": "false"}, "SecretsManager.1"),
        ({"databases__main__logins__app__schedule": "rate(91 days)"}, "SecretsManager.4"),
        (
            {
                "network__vpc_id": "vpc-0123456789abcdef0",
                "network__subnet_ids": "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
                "network__secrets_endpoint": "none",
            },
            "NoEndpoint",
        ),
    ],
)
def test_a_setting_that_does_without_a_control_is_shown(
    synthesize: Synthesize, settings: dict[str, str], control: str
) -> None:
    messages = [message.entry.data for message in synthesize(**settings).messages]
    assert any(str(message).startswith(f"{control}: ") for message in messages)


def test_the_defaults_do_without_no_control(artifact: Any) -> None:
    assert not artifact.messages


def test_alarms_are_sent_to_the_addresses_of_the_settings(synthesize: Synthesize) -> None:
    made = Template(synthesize(alarm_emails="team@example.com,pager@example.com").template)
    sent = made.of("AWS::SNS::Subscription").values()
    assert {(each["Protocol"], each["Endpoint"]) for each in sent} == {
        ("email", "team@example.com"),
        ("email", "pager@example.com"),
    }
