import json
from typing import Any

import pytest

from tests.stacks.conftest import Synthesize
from tests.stacks.template import Template, text

SCHEDULE = "AWS::SecretsManager::RotationSchedule"
BOTH = ["App", "Admin"]
LOGIN = "MainLoginApp"
SECRET = {"App": "MainLoginAppSecret", "Admin": "MainAdminSecret"}
ROTATOR = {"App": "MainRotatorAlternating", "Admin": "MainRotatorAdmin"}
SCHEDULED = {"App": LOGIN, "Admin": "MainAdminSchedule"}


OF_MAIN = "arn:Partition:secretsmanager:Region:AccountId:secret:orders/production/main/*"


def rotation_function(template: Template, which: str = "App") -> Any:
    return template.the("AWS::Lambda::Function", ROTATOR[which])


def test_the_schedule_is_the_one_of_the_settings(synthesize: Synthesize) -> None:
    template = Template(
        synthesize(
            rotation__schedule="cron(0 2 ? * SUN *)",
            rotation__window="2h",
            rotation__strategy="single",
        ).template
    )
    rules = template.the(SCHEDULE, LOGIN)["RotationRules"]
    assert rules == {"ScheduleExpression": "cron(0 2 ? * SUN *)", "Duration": "2h"}


def test_the_admin_has_a_schedule_of_its_own(synthesize: Synthesize) -> None:
    template = Template(
        synthesize(rotation__admin_schedule="cron(0 22 ? * SUN *)", rotation__window="5h").template
    )
    rules = template.the(SCHEDULE, SCHEDULED["Admin"])["RotationRules"]
    assert rules == {"ScheduleExpression": "cron(0 22 ? * SUN *)", "Duration": "2h"}


def test_by_default_the_two_never_rotate_in_the_same_hours(template: Template) -> None:
    application, admin = (
        template.the(SCHEDULE, SCHEDULED[which])["RotationRules"] for which in BOTH
    )
    # Windows of a rate in days open at midnight.
    assert application == {"ScheduleExpression": "rate(30 days)", "Duration": "3h"}
    assert admin == {"ScheduleExpression": "cron(0 4 15 * ? *)", "Duration": "3h"}


def test_a_deployment_rotates_nothing(template: Template) -> None:
    schedules = template.of(SCHEDULE).values()
    assert [schedule["RotateImmediatelyOnUpdate"] for schedule in schedules] == [False, False]


def test_a_deployment_that_shall_rotate_leaves_the_admin_alone(synthesize: Synthesize) -> None:
    template = Template(synthesize(rotation__on_deploy="true").template)
    assert template.the(SCHEDULE, LOGIN)["RotateImmediatelyOnUpdate"] is True
    assert template.the(SCHEDULE, SCHEDULED["Admin"])["RotateImmediatelyOnUpdate"] is False


@pytest.mark.parametrize("which", BOTH)
def test_each_secret_is_rotated_by_its_own_function(template: Template, which: str) -> None:
    schedule = template.the(SCHEDULE, SCHEDULED[which])
    attachment = template.name("AWS::SecretsManager::SecretTargetAttachment", SECRET[which])
    function = template.name("AWS::Lambda::Function", ROTATOR[which])
    assert text(schedule["SecretId"]) == f"<{attachment}>"
    assert text(schedule["RotationLambdaARN"]) == f"<{function}.Arn>"


@pytest.mark.parametrize("which", BOTH)
def test_secrets_manager_may_call_the_function_for_its_secrets_of_this_account(
    template: Template, which: str
) -> None:
    permission = template.the("AWS::Lambda::Permission", ROTATOR[which])
    assert permission["Action"] == "lambda:InvokeFunction"
    assert permission["Principal"] == "secretsmanager.amazonaws.com"
    assert text(permission["SourceAccount"]) == "AccountId"
    admin = template.name("AWS::SecretsManager::Secret", SECRET["Admin"])
    assert text(permission["SourceArn"]) == {"App": OF_MAIN, "Admin": f"<{admin}>"}[which]


def test_each_strategy_has_its_handler(template: Template, single: Template) -> None:
    assert rotation_function(template)["Handler"] == "postgres_user.handler.alternating_users"
    function = single.the("AWS::Lambda::Function", "MainRotatorSingle")
    assert function["Handler"] == "postgres_user.handler.single_user"


def test_the_admin_changes_its_own_password_whatever_the_strategy(
    template: Template, single: Template
) -> None:
    for each in (template, single):
        function = each.the("AWS::Lambda::Function", "MainRotatorAdmin")
        assert function["Handler"] == "postgres_user.handler.single_user"


@pytest.mark.parametrize(
    ("kind", "beginning"),
    [
        ("AWS::EC2::VPCEndpoint", "PlatformNetworkSecretsEndpoint"),
        ("AWS::Lambda::Permission", "{rotator}"),
        ("AWS::IAM::ManagedPolicy", "{rotator}"),
        ("AWS::RDS::DBInstance", "MainServer"),
        ("AWS::SecretsManager::SecretTargetAttachment", "MainAdminSecret"),
        ("AWS::EC2::SecurityGroupIngress", "MainFunctionsToPostgreSQL"),
        ("AWS::EC2::SecurityGroupIngress", "PlatformEndpointClientsToSecretsManager"),
    ],
)
@pytest.mark.parametrize("which", BOTH)
def test_before_there_is_a_schedule_there_is_all_that_a_rotation_needs(
    template: Template, kind: str, beginning: str, which: str
) -> None:
    schedule = template.name(SCHEDULE, SCHEDULED[which])
    needed = template.name(kind, beginning.format(rotator=ROTATOR[which]))
    assert needed in template.waits_for(schedule)


@pytest.mark.parametrize(
    ("kind", "beginning"),
    [
        ("AWS::EC2::VPCEndpoint", "PlatformNetworkSecretsEndpoint"),
        ("AWS::RDS::DBInstance", "MainServer"),
        ("AWS::SecretsManager::SecretTargetAttachment", "MainAdminSecret"),
        ("AWS::SecretsManager::SecretTargetAttachment", "MainLoginApp"),
        ("AWS::EC2::SecurityGroupIngress", "MainFunctionsToPostgreSQL"),
        ("AWS::IAM::ManagedPolicy", "MainUsers"),
        ("AWS::IAM::ManagedPolicy", "PlatformCustomResources"),
        ("AWS::Lambda::Function", "MainUsers"),
        ("AWS::Lambda::Function", "PlatformCustomResources"),
    ],
)
def test_the_user_is_created_when_database_secrets_and_ways_are_there(
    template: Template, kind: str, beginning: str
) -> None:
    user = template.name("Custom::DatabaseUser")
    assert template.name(kind, beginning) in template.waits_for(user)


def test_nobody_rotates_who_cannot_log_in_yet(template: Template) -> None:
    user = template.name("Custom::DatabaseUser")
    assert user in template.waits_for(template.name(SCHEDULE, LOGIN))


@pytest.mark.parametrize(("which", "name"), [("App", "main-alternating"), ("Admin", "main-admin")])
def test_a_rotation_role_changes_its_secret_only_while_the_secret_names_its_function(
    template: Template, which: str, name: str
) -> None:
    admin = template.name("AWS::SecretsManager::Secret", "MainAdmin")
    secrets = {"App": OF_MAIN, "Admin": f"<{admin}>"}[which]
    statements = [
        s
        for s in template.statements("AWS::IAM::ManagedPolicy", ROTATOR[which])
        if secrets in s.resources
    ]
    [statement] = statements
    assert statement.actions == [
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
    ]
    condition = statement.condition["ArnEquals"]["secretsmanager:resource/AllowRotationLambdaArn"]
    assert text(condition).endswith(f":function:orders-production-{name}")


def test_the_rotation_role_uses_the_key_through_secrets_manager_for_its_secrets(
    template: Template,
) -> None:
    kms = [
        s
        for s in template.statements("AWS::IAM::ManagedPolicy", ROTATOR["App"])
        if s.actions[0].startswith("kms:")
    ]
    used = {
        text(s.condition["StringLike"]["kms:EncryptionContext:SecretARN"]): s.actions for s in kms
    }
    assert used == {
        OF_MAIN: ["kms:Decrypt", "kms:GenerateDataKey"],
    }
    for statement in kms:
        via = text(statement.condition["StringEquals"]["kms:ViaService"])
        assert via == "secretsmanager.Region.amazonaws.com"


def test_the_admins_rotation_knows_of_no_other_secret(template: Template) -> None:
    admin = template.name("AWS::SecretsManager::Secret", "MainAdmin")
    statements = template.statements("AWS::IAM::ManagedPolicy", ROTATOR["Admin"])
    contexts = {
        text(s.condition["StringLike"]["kms:EncryptionContext:SecretARN"])
        for s in statements
        if s.actions[0].startswith("kms:")
    }
    assert contexts == {f"<{admin}>"}
    assert not [s for s in statements for each in s.resources if "secret:" in each]


def test_the_applications_rotation_reads_the_admin_secret_and_never_writes_it(
    template: Template,
) -> None:
    admin = template.name("AWS::SecretsManager::Secret", "MainAdmin")
    [statement] = [
        s
        for s in template.statements("AWS::IAM::ManagedPolicy", ROTATOR["App"])
        if f"<{admin}>" in s.resources
    ]
    assert statement.actions == ["secretsmanager:GetSecretValue"]
    assert statement.condition == {"StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}}


def test_the_admins_rotation_can_be_left_out_and_come_back(synthesize: Synthesize) -> None:
    without = Template(synthesize(rotation__admin="false").template)
    assert "RotatorAdmin" not in json.dumps(without.raw)
    template = Template(synthesize().template)
    log = template.name("AWS::Logs::LogGroup", "MainRotatorAdmin")
    assert template.resources[log]["DeletionPolicy"] == "Delete", "its name would be taken"


@pytest.mark.parametrize("which", BOTH)
def test_new_passwords_follow_the_settings(
    synthesize: Synthesize, template: Template, which: str
) -> None:
    usual = rotation_function(template, which)["Environment"]["Variables"]
    assert usual["PASSWORD_LENGTH"] == "40"
    assert "PASSWORD_EXCLUDE_CHARACTERS" not in usual
    strict = Template(
        synthesize(password__length="64", password__exclude_characters="0Ol1").template
    )
    variables = rotation_function(strict, which)["Environment"]["Variables"]
    assert variables["PASSWORD_LENGTH"] == "64"
    assert variables["PASSWORD_EXCLUDE_CHARACTERS"] == "0Ol1"
