"""Where moto differs from what Secrets Manager documents; each test fails without our patch."""

import uuid

import pytest
from botocore.exceptions import ClientError

OLD, NEW = "o" * 32, "n" * 32


@pytest.fixture
def secrets(aws):
    return aws.client("secretsmanager")


@pytest.fixture
def secret(secrets, name):
    """A secret whose version OLD is AWSCURRENT and NEW is AWSPENDING."""
    secrets.create_secret(Name=name, SecretString="old", ClientRequestToken=OLD)
    secrets.put_secret_value(
        SecretId=name, SecretString="new", ClientRequestToken=NEW, VersionStages=["AWSPENDING"]
    )
    return name


@pytest.fixture
def quiet(secrets, name):
    """A secret that no rotation is under way for."""
    secrets.create_secret(Name=name, SecretString="old", ClientRequestToken=OLD)
    return name


def stages(secrets, secret):
    return secrets.describe_secret(SecretId=secret)["VersionIdsToStages"]


def refused(call, **arguments):
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]


def test_a_plain_read_gives_the_version_that_became_current(secrets, secret):
    secrets.update_secret_version_stage(
        SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=NEW, RemoveFromVersionId=OLD
    )
    assert secrets.get_secret_value(SecretId=secret)["SecretString"] == "new"


def test_the_version_that_was_current_becomes_previous(secrets, secret):
    secrets.update_secret_version_stage(
        SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=NEW, RemoveFromVersionId=OLD
    )
    assert stages(secrets, secret)[OLD] == ["AWSPREVIOUS"]


def test_a_token_can_not_be_used_for_another_value(secrets, secret):
    error = refused(
        secrets.put_secret_value,
        SecretId=secret,
        SecretString="another",
        ClientRequestToken=NEW,
        VersionStages=["AWSPENDING"],
    )
    assert error["Code"] == "ResourceExistsException"
    kept = secrets.get_secret_value(SecretId=secret, VersionId=NEW, VersionStage="AWSPENDING")
    assert kept["SecretString"] == "new"


def test_storing_the_same_value_again_changes_nothing(secrets, secret):
    before = stages(secrets, secret)
    secrets.put_secret_value(
        SecretId=secret, SecretString="new", ClientRequestToken=NEW, VersionStages=["AWSPENDING"]
    )
    assert stages(secrets, secret) == before


def test_a_label_is_not_taken_from_a_version_that_was_not_named(secrets, secret):
    error = refused(
        secrets.update_secret_version_stage,
        SecretId=secret,
        VersionStage="AWSPENDING",
        MoveToVersionId=OLD,
    )
    assert error["Code"] == "InvalidParameterException"
    assert NEW in error["Message"]
    assert stages(secrets, secret) == {OLD: ["AWSCURRENT"], NEW: ["AWSPENDING"]}


def test_moving_a_label_to_where_it_is_changes_nothing(secrets, secret):
    secrets.update_secret_version_stage(
        SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=OLD
    )
    assert stages(secrets, secret)[OLD] == ["AWSCURRENT"]


def test_a_version_is_read_only_with_the_label_that_it_has(secrets, secret):
    error = refused(
        secrets.get_secret_value, SecretId=secret, VersionId=NEW, VersionStage="AWSCURRENT"
    )
    assert error["Code"] == "InvalidRequestException"


def test_a_version_without_labels_is_not_described(secrets, secret):
    secrets.update_secret_version_stage(
        SecretId=secret, VersionStage="AWSPENDING", RemoveFromVersionId=NEW
    )
    assert list(stages(secrets, secret)) == [OLD]


def test_rotation_needs_a_function(secrets, secret):
    error = refused(secrets.rotate_secret, SecretId=secret)
    assert error["Code"] == "InvalidRequestException"


def test_rotation_needs_the_functions_permission(aws, secrets, quiet, function):
    arn = function("def handler(event, context): pass")
    aws.client("lambda").remove_permission(FunctionName=arn, StatementId="rotation")
    error = refused(secrets.rotate_secret, SecretId=quiet, RotationLambdaARN=arn)
    assert error["Code"] == "AccessDeniedException"
    assert "secretsmanager.amazonaws.com" in error["Message"]


def test_a_schedule_is_described_as_it_was_given(secrets, quiet, function):
    rules = {"ScheduleExpression": "cron(0 4 ? * SUN *)", "Duration": "3h"}
    secrets.rotate_secret(
        SecretId=quiet,
        RotationLambdaARN=function("def handler(event, context): pass"),
        RotationRules=rules,
        RotateImmediately=False,
    )
    described = secrets.describe_secret(SecretId=quiet)
    assert described["RotationRules"] == rules
    assert described["RotationEnabled"] is True
    assert described["NextRotationDate"].strftime("%A %H:%M") == "Sunday 04:00"


def test_a_bad_schedule_is_refused(secrets, quiet, function):
    error = refused(
        secrets.rotate_secret,
        SecretId=quiet,
        RotationLambdaARN=function("def handler(event, context): pass"),
        RotationRules={"ScheduleExpression": "rate(5 minutes)"},
    )
    assert error["Code"] == "InvalidParameterException"
    assert "rate(5 minutes)" in error["Message"]


def test_an_unknown_secret_is_not_rotated(secrets):
    error = refused(secrets.rotate_secret, SecretId=str(uuid.uuid4()))
    assert error["Code"] == "ResourceNotFoundException"


def test_rotation_needs_a_function_that_there_is(secrets, quiet):
    arn = "arn:aws:lambda:us-east-1:123456789012:function:nowhere"
    error = refused(secrets.rotate_secret, SecretId=quiet, RotationLambdaARN=arn)
    assert error["Code"] == "ResourceNotFoundException"
    assert arn in error["Message"]


@pytest.mark.parametrize("at_once", [True, False])
def test_rules_do_not_change_while_a_rotation_has_not_finished(secrets, quiet, function, at_once):
    arn = function("def handler(event, context): pass")
    rules = {"ScheduleExpression": "rate(30 days)"}
    secrets.rotate_secret(
        SecretId=quiet, RotationLambdaARN=arn, RotationRules=rules, RotateImmediately=False
    )
    secrets.put_secret_value(
        SecretId=quiet, SecretString="new", ClientRequestToken=NEW, VersionStages=["AWSPENDING"]
    )
    error = refused(
        secrets.rotate_secret,
        SecretId=quiet,
        RotationRules={"ScheduleExpression": "rate(7 days)"},
        RotateImmediately=at_once,
    )
    assert error["Code"] == "InvalidRequestException"
    assert "A previous rotation isn't complete" in error["Message"]
    kept = secrets.describe_secret(SecretId=quiet)["RotationRules"]["ScheduleExpression"]
    assert kept == "rate(30 days)"


@pytest.fixture
def managed(secrets, name):
    """A secret as RDS manages one."""
    owner = {"Key": "aws:secretsmanager:owningService", "Value": "rds"}
    secrets.create_secret(Name=name, SecretString="old", ClientRequestToken=OLD, Tags=[owner])
    return name


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("cancel_rotate_secret", {}),
        ("rotate_secret", {"RotateImmediately": False}),
        ("put_secret_value", {"SecretString": "x"}),
        (
            "update_secret_version_stage",
            {"VersionStage": "AWSPENDING", "MoveToVersionId": OLD},
        ),
    ],
)
def test_a_secret_that_a_service_manages_is_changed_by_that_service_alone(
    secrets, managed, operation, more
):
    before = secrets.describe_secret(SecretId=managed)
    assert before["OwningService"] == "rds"
    error = refused(getattr(secrets, operation), SecretId=managed, **more)
    assert error["Code"] == "InvalidRequestException"
    assert "managed by another service" in error["Message"]
    after = secrets.describe_secret(SecretId=managed)
    assert after["VersionIdsToStages"] == before["VersionIdsToStages"]


def test_a_rotation_that_was_never_configured_can_not_be_cancelled(secrets, quiet):
    error = refused(secrets.cancel_rotate_secret, SecretId=quiet)
    assert error["Code"] == "InvalidRequestException"


def test_a_secret_tells_which_region_it_is_primary_in(secrets, name):
    secrets.create_secret(
        Name=name, SecretString="old", AddReplicaRegions=[{"Region": "us-west-2"}]
    )
    assert secrets.describe_secret(SecretId=name)["PrimaryRegion"] == "us-east-1"
