from typing import Any

import pytest

from tests.stacks.conftest import Synthesize
from tests.stacks.template import Template, text


def rotation_function(template: Template) -> Any:
    return template.the("AWS::Lambda::Function", "ApplicationRotation")


def test_the_schedule_is_the_one_of_the_settings(synthesize: Synthesize) -> None:
    template = Template(
        synthesize(
            rotation__schedule="cron(0 2 ? * SUN *)",
            rotation__window="2h",
            rotation__strategy="single",
        ).template
    )
    rules = template.the("AWS::SecretsManager::RotationSchedule")["RotationRules"]
    assert rules == {"ScheduleExpression": "cron(0 2 ? * SUN *)", "Duration": "2h"}


def test_a_deployment_rotates_nothing(template: Template) -> None:
    schedule = template.the("AWS::SecretsManager::RotationSchedule")
    assert schedule["RotateImmediatelyOnUpdate"] is False


def test_the_application_secret_is_what_is_rotated(template: Template) -> None:
    schedule = template.the("AWS::SecretsManager::RotationSchedule")
    attachment = template.name("AWS::SecretsManager::SecretTargetAttachment", "Application")
    function = template.name("AWS::Lambda::Function", "ApplicationRotation")
    assert text(schedule["SecretId"]) == f"<{attachment}>"
    assert text(schedule["RotationLambdaARN"]) == f"<{function}.Arn>"


def test_secrets_manager_may_call_the_function_for_this_secret_of_this_account(
    template: Template,
) -> None:
    permission = template.the("AWS::Lambda::Permission")
    secret = template.name("AWS::SecretsManager::Secret", "Application")
    assert permission["Action"] == "lambda:InvokeFunction"
    assert permission["Principal"] == "secretsmanager.amazonaws.com"
    assert text(permission["SourceAccount"]) == "AccountId"
    assert text(permission["SourceArn"]) == f"<{secret}>"


def test_each_strategy_has_its_handler(template: Template, single: Template) -> None:
    assert rotation_function(template)["Handler"] == "postgres_user.handler.alternating_users"
    assert rotation_function(single)["Handler"] == "postgres_user.handler.single_user"


@pytest.mark.parametrize(
    ("kind", "beginning"),
    [
        ("AWS::EC2::VPCEndpoint", "NetworkSecretsEndpoint"),
        ("AWS::Lambda::Permission", "ApplicationRotation"),
        ("AWS::IAM::ManagedPolicy", "ApplicationRotation"),
        ("AWS::RDS::DBInstance", "Database"),
        ("AWS::SecretsManager::SecretTargetAttachment", "Admin"),
        ("AWS::EC2::SecurityGroupIngress", "DatabaseSecurityGroupFromApplicationRotation"),
        (
            "AWS::EC2::SecurityGroupIngress",
            "NetworkSecretsEndpointSecurityGroupFromApplicationRotation",
        ),
        ("Custom::ApplicationUser", "ApplicationUser"),
    ],
)
def test_before_there_is_a_schedule_there_is_all_that_a_rotation_needs(
    template: Template, kind: str, beginning: str
) -> None:
    schedule = template.name("AWS::SecretsManager::RotationSchedule")
    assert template.name(kind, beginning) in template.waits_for(schedule)


@pytest.mark.parametrize(
    ("kind", "beginning"),
    [
        ("AWS::EC2::VPCEndpoint", "NetworkSecretsEndpoint"),
        ("AWS::EC2::VPCEndpoint", "NetworkResponseEndpoint"),
        ("AWS::RDS::DBInstance", "Database"),
        ("AWS::SecretsManager::SecretTargetAttachment", "Admin"),
        ("AWS::SecretsManager::SecretTargetAttachment", "Application"),
        ("AWS::EC2::SecurityGroupIngress", "DatabaseSecurityGroupFromApplicationUser"),
    ],
)
def test_the_user_is_created_when_database_secrets_and_ways_are_there(
    template: Template, kind: str, beginning: str
) -> None:
    user = template.name("Custom::ApplicationUser")
    assert template.name(kind, beginning) in template.waits_for(user)


def test_the_rotation_role_changes_the_secret_only_while_the_secret_names_its_function(
    template: Template,
) -> None:
    secret = template.name("AWS::SecretsManager::Secret", "Application")
    statements = [
        s
        for s in template.statements("AWS::IAM::ManagedPolicy", "ApplicationRotation")
        if f"<{secret}>" in s.resources
    ]
    [statement] = statements
    assert statement.actions == [
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
    ]
    condition = statement.condition["ArnEquals"]["secretsmanager:resource/AllowRotationLambdaArn"]
    assert text(condition).endswith(":function:orders-production-rotation")


def test_the_rotation_role_uses_the_key_through_secrets_manager_for_its_secrets(
    template: Template,
) -> None:
    kms = [
        s
        for s in template.statements("AWS::IAM::ManagedPolicy", "ApplicationRotation")
        if s.actions[0].startswith("kms:")
    ]
    used = {
        text(s.condition["StringEquals"]["kms:EncryptionContext:SecretARN"]): s.actions for s in kms
    }
    application = template.name("AWS::SecretsManager::Secret", "Application")
    admin = template.name("AWS::SecretsManager::Secret", "Admin")
    assert used == {
        f"<{application}>": ["kms:Decrypt", "kms:GenerateDataKey"],
        f"<{admin}>": ["kms:Decrypt"],
    }
    for statement in kms:
        via = text(statement.condition["StringEquals"]["kms:ViaService"])
        assert via == "secretsmanager.Region.amazonaws.com"


def test_new_passwords_follow_the_settings(synthesize: Synthesize, template: Template) -> None:
    usual = rotation_function(template)["Environment"]["Variables"]
    assert usual["PASSWORD_LENGTH"] == "40"
    assert "PASSWORD_EXCLUDE_CHARACTERS" not in usual
    strict = Template(
        synthesize(password__length="64", password__exclude_characters="0Ol1").template
    )
    variables = rotation_function(strict)["Environment"]["Variables"]
    assert variables["PASSWORD_LENGTH"] == "64"
    assert variables["PASSWORD_EXCLUDE_CHARACTERS"] == "0Ol1"
