from typing import Any

import pytest

from tests.stacks.conftest import Synthesize
from tests.stacks.template import Template, text


@pytest.fixture
def database(template: Template) -> Any:
    return template.the("AWS::RDS::DBInstance")


@pytest.mark.parametrize(
    ("control", "setting", "value"),
    [
        ("RDS.2", "PubliclyAccessible", False),
        ("RDS.3", "StorageEncrypted", True),
        ("RDS.5", "MultiAZ", True),
        ("RDS.6", "MonitoringInterval", 60),
        ("RDS.8", "DeletionProtection", True),
        ("RDS.9", "EnableCloudwatchLogsExports", ["postgresql", "upgrade"]),
        ("RDS.10", "EnableIAMDatabaseAuthentication", True),
        ("RDS.11", "BackupRetentionPeriod", 14),
        ("RDS.13", "AutoMinorVersionUpgrade", True),
        ("RDS.17", "CopyTagsToSnapshot", True),
        ("RDS.23", "Port", "6432"),
        ("RDS.25", "MasterUsername", "dbadmin"),
    ],
)
def test_the_instance_satisfies(database: Any, control: str, setting: str, value: object) -> None:
    assert database[setting] == value, control


def test_only_encrypted_connections_are_accepted(template: Template, database: Any) -> None:
    parameters = template.the("AWS::RDS::DBParameterGroup")
    assert parameters["Family"] == "postgres17"
    assert parameters["Parameters"]["rds.force_ssl"] == "1"
    assert text(database["DBParameterGroupName"]).startswith("<MainServerParameters")


def test_passwords_exist_as_scram_verifiers_alone(template: Template) -> None:
    parameters = template.the("AWS::RDS::DBParameterGroup")["Parameters"]
    assert parameters["password_encryption"] == "scram-sha-256"
    assert parameters["rds.accepted_password_auth_method"] == "scram"


def test_no_statement_reaches_the_log(template: Template) -> None:
    assert template.the("AWS::RDS::DBParameterGroup")["Parameters"]["log_statement"] == "none"


def test_a_minor_upgrade_by_aws_is_no_drift(database: Any) -> None:
    assert database["EngineVersion"] == "17"


def test_the_password_of_the_master_user_is_in_the_secret_alone(
    template: Template, database: Any
) -> None:
    secret = template.name("AWS::SecretsManager::Secret", "MainAdmin")
    assert text(database["MasterUserPassword"]) == (
        f"{{{{resolve:secretsmanager:<{secret}>:SecretString:password::}}}}"
    )


def test_the_log_groups_exist_before_rds_would_make_them_unencrypted(template: Template) -> None:
    instance = template.name("AWS::RDS::DBInstance")
    identifier = template.the("AWS::RDS::DBInstance")["DBInstanceIdentifier"]
    waits_for = template.waits_for(instance)
    for log in ("postgresql", "upgrade"):
        [name] = [
            name
            for name, group in template.of("AWS::Logs::LogGroup").items()
            if group["LogGroupName"] == f"/aws/rds/instance/{identifier}/{log}"
        ]
        assert name in waits_for


def test_the_monitoring_role_writes_one_log_group_for_this_instance(template: Template) -> None:
    [trust] = template.statements("AWS::IAM::Role", "MainServerMonitoringRole")
    assert trust.principals == ["monitoring.rds.amazonaws.com"]
    assert text(trust.condition["ArnEquals"]["aws:SourceArn"]).endswith(
        ":db:orders-production-main"
    )
    for statement in template.statements("AWS::IAM::ManagedPolicy", "MainServerMonitoringRole"):
        for resource in statement.resources:
            assert ":log-group:RDSOSMetrics" in resource
    assert template.name(
        "AWS::IAM::ManagedPolicy", "MainServerMonitoringRole"
    ) in template.waits_for(template.name("AWS::RDS::DBInstance"))


def test_another_port_makes_another_instance_of_the_same_identifier_which_rds_refuses(
    synthesize: Synthesize, template: Template
) -> None:
    moved = Template(synthesize(database__port="7000").template)
    kind = "AWS::RDS::DBInstance"
    assert moved.name(kind) != template.name(kind)
    assert moved.the(kind)["DBInstanceIdentifier"] == template.the(kind)["DBInstanceIdentifier"]


def test_a_higher_major_version_comes_with_its_parameters_and_the_right_to_it(
    synthesize: Synthesize, template: Template
) -> None:
    higher = Template(synthesize(database__engine_version="18").template)
    for each, version in ((template, "17"), (higher, "18")):
        instance = each.the("AWS::RDS::DBInstance")
        assert instance["EngineVersion"] == version
        assert instance["AllowMajorVersionUpgrade"] is True
        group = each.the("AWS::RDS::DBParameterGroup")
        assert group["Family"] == f"postgres{version}"
        # CloudFormation makes the new group before it deletes the old one: a fixed name would fail.
        assert "DBParameterGroupName" not in group
