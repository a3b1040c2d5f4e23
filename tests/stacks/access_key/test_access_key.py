"""An IAM user whose access key rotates, as CloudFormation is told to make it."""

import json

import pytest

from tests.stacks.conftest import Synthesize
from tests.stacks.template import Template, text

POLICY = "arn:aws:iam::111122223333:policy/partner/upload"
READER = "arn:aws:iam::111122223333:role/partner"


@pytest.fixture(scope="module")
def keyed(synthesize: Synthesize) -> Template:
    return Template(
        synthesize(
            access_key__enabled="true", access_key__policy=POLICY, access_key__readers=READER
        ).template
    )


def test_it_is_off_by_default(template: Template) -> None:
    assert "AccessKey" not in json.dumps(template.raw)
    assert "AWS::IAM::User" not in {each["Type"] for each in template.resources.values()}


def test_the_user_has_one_policy_from_a_group_which_is_its_boundary_too(keyed: Template) -> None:
    user, group = keyed.the("AWS::IAM::User"), keyed.the("AWS::IAM::Group")
    assert user["UserName"] == "orders-production-access-key"
    assert user["Path"] == group["Path"] == "/orders/production/"
    assert user["PermissionsBoundary"] == POLICY
    assert user["Groups"] == [{"Ref": keyed.name("AWS::IAM::Group")}]
    assert group["ManagedPolicyArns"] == [POLICY]
    assert not {"LoginProfile", "ManagedPolicyArns", "Policies"} & user.keys()


def test_no_template_holds_a_key(keyed: Template) -> None:
    assert not keyed.of("AWS::IAM::AccessKey")
    name = keyed.name("AWS::SecretsManager::Secret", "AccessKey")
    secret = keyed.resources[name]["Properties"]
    assert json.loads(secret["SecretString"]) == {"UserName": "orders-production-access-key"}
    assert "GenerateSecretString" not in secret


def test_it_rotates_after_the_first_key_is_made(keyed: Template) -> None:
    schedule = keyed.name("AWS::SecretsManager::RotationSchedule", "AccessKey")
    first = keyed.name("Custom::FirstToken")
    policy = keyed.name("AWS::SecretsManager::ResourcePolicy", "AccessKey")
    assert first in keyed.waits_for(schedule)
    assert {keyed.name("AWS::IAM::User"), policy} <= set(keyed.waits_for(first))
    properties = keyed.resources[schedule]["Properties"]
    assert properties["RotationRules"] == {"ScheduleExpression": "rate(30 days)", "Duration": "3h"}
    assert properties["RotateImmediatelyOnUpdate"] is False


def test_the_functions_run_outside_of_the_network_with_time_for_iam(keyed: Template) -> None:
    functions = {
        each["FunctionName"].removeprefix("orders-production-"): each
        for each in keyed.of("AWS::Lambda::Function").values()
        if "access-key" in each["FunctionName"]
    }
    assert functions.keys() == {"access-key-users", "access-key-rotation", "access-key-reaper"}
    for each in functions.values():
        assert "VpcConfig" not in each
        assert each["Timeout"] == 90
        environment = each["Environment"]["Variables"]
        assert text(environment["IAM_USER_ARN"]).endswith(
            ":user/orders/production/orders-production-access-key"
        )
        assert [environment[f"{name}_DAYS"] for name in ("GRACE", "REST", "NOTICE")] == [
            "7",
            "7",
            "14",
        ]


def test_only_named_roles_read_the_secret(keyed: Template) -> None:
    policy = keyed.resources[keyed.name("AWS::SecretsManager::ResourcePolicy", "AccessKey")]
    statements = {each["Sid"]: each for each in policy["Properties"]["ResourcePolicy"]["Statement"]}
    readers = statements["ReadByNamedRolesOnly"]["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]
    assert READER in readers
    assert len(readers) == 4
    assert "TlsOnly" in statements
    assert policy["Properties"]["BlockPublicPolicy"] is True


def test_alarms_tell_of_old_keys_strange_keys_and_failed_rotations(keyed: Template) -> None:
    names = {each["AlarmName"] for each in keyed.of("AWS::CloudWatch::Alarm").values()}
    assert {
        f"orders-production-access-key-{name}"
        for name in (
            *("late", "overdue", "rotation-failed", "strange"),
            *("reaper-trouble", "rotation-trouble"),
        )
    } <= names


def test_what_comes_and_goes_with_the_setting_leaves_no_name_behind(keyed: Template) -> None:
    for name, each in keyed.resources.items():
        if name.startswith("AccessKey") and "DeletionPolicy" in each:
            assert each["DeletionPolicy"] == "Delete", name


def test_no_resource_waits_for_itself(keyed: Template) -> None:
    assert not [name for name in keyed.resources if name in keyed.waits_for(name)]


def test_what_stays_when_the_setting_goes_is_not_needed_by_what_goes(
    keyed: Template, template: Template
) -> None:
    """CloudFormation changes what stays first, and then a function deletes the keys."""
    kinds = {"AWS::IAM::ManagedPolicy", "AWS::IAM::Role", "AWS::KMS::Key", "AWS::Logs::LogGroup"}
    for name, each in template.resources.items():
        if each["Type"] in kinds and not name.startswith("PlatformWatch"):
            assert keyed.resources[name] == each, name


def test_its_functions_have_a_boundary_of_their_own(keyed: Template) -> None:
    boundary = keyed.name("AWS::IAM::ManagedPolicy", "AccessKeyBoundary")
    for name, role in keyed.of("AWS::IAM::Role").items():
        own = role["PermissionsBoundary"] == {"Ref": boundary}
        assert own is name.startswith("AccessKey"), name
