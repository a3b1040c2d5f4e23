"""The controls, and the document that shows them."""

import copy
import re
from typing import Any

import pytest

from security.controls import controls, unsatisfied
from security.deployment import Deployment
from security.document import PATH, with_tables
from security.synthesis import ROOT, Synthesis
from security.variants import VARIANTS

pytestmark = pytest.mark.xdist_group("security")


def broken(deployment: Deployment) -> list[str]:
    return unsatisfied(deployment, controls(deployment.parts.settings))


def test_every_control_is_satisfied(deployment: Deployment) -> None:
    asked = controls(deployment.parts.settings)
    assert len({control.id for control in asked}) == len(asked) > 40
    assert broken(deployment) == []


def test_the_document_is_up_to_date(made: Synthesis, staffed: Synthesis) -> None:
    text = PATH.read_text()
    assert with_tables(text, made, staffed) == text, "run: python -m security.document"


def test_the_document_names_every_variant_and_only_tests_that_there_are() -> None:
    text = PATH.read_text()
    assert [each.name for each in VARIANTS[1:] if f"`{each.name}`" not in text] == []
    named = re.findall(r"`((?:tests|security|stacks)/[\w/]+\.py)`", text)
    assert len(named) > 5
    assert [each for each in named if not (ROOT / each).is_file()] == []


def test_what_a_team_leaves_out_is_told_by_its_control(single: Synthesis) -> None:
    deployment = Deployment.of(single.settings, single.template)
    assert set(broken(deployment)) == {
        *("SecretsManager.1", "SecretsManager.2", "RDS.5", "RDS.8", "KMS.3")
    }


@pytest.mark.parametrize(
    ("kind", "path", "value", "expected"),
    [
        ("AWS::RDS::DBInstance", "PubliclyAccessible", True, {"RDS.2"}),
        ("AWS::RDS::DBInstance", "StorageEncrypted", False, {"RDS.3"}),
        ("AWS::RDS::DBInstance", "BackupRetentionPeriod", 1, {"RDS.11"}),
        ("AWS::RDS::DBInstance", "MasterUsername", "postgres", {"RDS.25"}),
        ("AWS::RDS::DBInstance", "EnableCloudwatchLogsExports", [], {"RDS.9", "RDS.36"}),
        ("AWS::RDS::DBParameterGroup", "Parameters", {}, {"RDS.38"}),
        ("AWS::KMS::Key", "EnableKeyRotation", False, {"KMS.4"}),
        ("AWS::Lambda::Function", "TracingConfig", None, {"Lambda.7"}),
        ("AWS::Logs::LogGroup", "RetentionInDays", 7, {"CloudWatch.16"}),
        ("AWS::CloudWatch::Alarm", "ActionsEnabled", False, {"CloudWatch.17"}),
        ("AWS::SNS::Topic", "KmsMasterKeyId", None, {"SNS.1"}),
        ("AWS::EC2::SecurityGroupIngress", "CidrIp", "0.0.0.0/0", {"EC2.18", "EC2.19"}),
        ("AWS::EC2::SecurityGroupIngress", "ToPort", 22, {"EC2.18", "EC2.19"}),
        ("AWS::EC2::FlowLog", "TrafficType", "REJECT", {"EC2.6"}),
        ("AWS::EC2::Subnet", "MapPublicIpOnLaunch", True, {"EC2.15"}),
    ],
)
def test_a_property_that_opens_something_breaks_its_control(
    made: Synthesis, kind: str, path: str, value: Any, expected: set[str]
) -> None:
    template = copy.deepcopy(dict(made.template))
    resource = next(each for each in template["Resources"].values() if each["Type"] == kind)
    resource["Properties"][path] = value
    assert set(broken(Deployment.of(made.settings, template))) == expected


def test_a_secret_without_a_schedule_breaks_its_control(made: Synthesis) -> None:
    template = copy.deepcopy(dict(made.template))
    schedule = next(name for name in template["Resources"] if name.startswith("MainAdminSchedule"))
    del template["Resources"][schedule]
    assert broken(Deployment.of(made.settings, template)) == ["SecretsManager.1"]


@pytest.mark.parametrize(
    ("kind", "control"),
    [
        ("AWS::IAM::User", "IAM.2"),
        ("AWS::IAM::AccessKey", "IAM.3"),
        ("AWS::EC2::InternetGateway", "RDS.46"),
    ],
)
def test_a_resource_that_does_not_belong_breaks_its_control(
    made: Synthesis, kind: str, control: str
) -> None:
    template = copy.deepcopy(dict(made.template))
    template["Resources"]["Odd"] = {"Type": kind, "Properties": {}}
    assert control in broken(Deployment.of(made.settings, template))
