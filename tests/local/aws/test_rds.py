"""An instance that changes in place; each test fails without our patch."""

import json

import psycopg
import pytest


@pytest.fixture
def instance(stack):
    """The template of an instance whose password is in a secret, with some properties changed."""

    def template(**changes):
        secret = {"Name": stack.name, "SecretString": '{"password": "the-first-of-the-master"}'}
        password = ["{{resolve:secretsmanager:", {"Ref": "Secret"}, ":SecretString:password::}}"]
        properties = {
            "DBInstanceIdentifier": stack.name,
            "DBName": stack.name,
            "DBInstanceClass": "db.t4g.micro",
            "AllocatedStorage": "20",
            "Engine": "postgres",
            "MasterUsername": "the_admin",
            "MasterUserPassword": {"Fn::Join": ["", password]},
            "Port": "6432",
            "StorageEncrypted": True,
            **changes,
        }
        return {
            "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": secret},
            "Database": {"Type": "AWS::RDS::DBInstance", "Properties": properties},
        }

    yield template
    if stack.exists():
        stack.delete()


def endpoint_of(aws, name):
    found = aws.client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    return found[0]["Endpoint"]


def logs_in(aws, stack, password):
    credential = {
        "username": "the_admin",
        "password": password,
        "dbname": stack.name,
        "port": endpoint_of(aws, stack.name)["Port"],
    }
    try:
        aws.log_in(credential).close()
    except psycopg.OperationalError:
        return False
    return True


def test_a_changed_instance_gets_the_password_that_its_secret_holds_by_then(aws, stack, instance):
    assert stack.deploy(instance()) == "CREATE_COMPLETE", stack.reasons()
    assert logs_in(aws, stack, "the-first-of-the-master")
    aws.client("secretsmanager").put_secret_value(
        SecretId=stack.name, SecretString=json.dumps({"password": "the-next-of-the-master"})
    )
    deployed = stack.deploy(instance(BackupRetentionPeriod=21))
    assert deployed == "UPDATE_COMPLETE", stack.reasons()
    assert logs_in(aws, stack, "the-next-of-the-master")
    [described] = aws.client("rds").describe_db_instances(DBInstanceIdentifier=stack.name)[
        "DBInstances"
    ]
    assert described["BackupRetentionPeriod"] == 21


@pytest.mark.parametrize(
    ("changed", "to"),
    [
        ("MasterUsername", "another"),
        ("DBName", "another"),
        ("StorageEncrypted", False),
        ("Engine", "mysql"),
    ],
)
def test_a_change_that_takes_another_instance_is_refused(aws, stack, instance, changed, to):
    stack.deploy(instance())
    assert stack.deploy(instance(**{changed: to})) == "UPDATE_ROLLBACK_COMPLETE"
    [reason] = stack.reasons()
    assert "a custom-named resource requires replacing" in reason
    assert changed in reason
    assert logs_in(aws, stack, "the-first-of-the-master")


def test_an_instance_of_an_identifier_that_is_taken_is_refused_before_anything_changes(
    aws, stack, instance
):
    """How our stack refuses another port (docs/adr/0016)."""
    stack.deploy(instance())
    aws.client("secretsmanager").put_secret_value(
        SecretId=stack.name, SecretString=json.dumps({"password": "the-next-of-the-master"})
    )
    moved = instance(Port="7000")
    moved["DatabaseOnAnotherPort"] = moved.pop("Database")
    assert stack.deploy(moved) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("already exists" in reason for reason in stack.reasons()), stack.reasons()
    assert logs_in(aws, stack, "the-first-of-the-master")


def test_the_port_changes_in_place(aws, stack, instance):
    stack.deploy(instance())
    assert stack.deploy(instance(Port="7000")) == "UPDATE_COMPLETE", stack.reasons()
    [described] = aws.client("rds").describe_db_instances(DBInstanceIdentifier=stack.name)[
        "DBInstances"
    ]
    assert described["DbInstancePort"] == 7000


def test_another_major_version_has_to_be_allowed(stack, instance):
    stack.deploy(instance(EngineVersion="16.9"))
    assert stack.deploy(instance(EngineVersion="16.10")) == "UPDATE_COMPLETE", stack.reasons()
    assert stack.deploy(instance(EngineVersion="17.5")) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("AllowMajorVersionUpgrade" in reason for reason in stack.reasons())
    allowed = instance(EngineVersion="17.5", AllowMajorVersionUpgrade=True)
    assert stack.deploy(allowed) == "UPDATE_COMPLETE", stack.reasons()


def test_two_instances_have_a_server_each_and_one_that_is_deleted_takes_its_logins_along(
    aws, stack, instance
):
    """Logins belong to a whole server: both may have the same, each with a password of its own."""
    resources = instance()
    other = instance(DBInstanceIdentifier=f"{stack.name}-2", MasterUserPassword="of-the-second")
    resources["Other"] = other["Database"]
    assert stack.deploy(resources) == "CREATE_COMPLETE", stack.reasons()
    ports = [endpoint_of(aws, f"{stack.name}{suffix}")["Port"] for suffix in ("", "-2")]
    assert ports[0] != ports[1]
    master = {"username": "the_admin", "dbname": stack.name}
    passwords = ("the-first-of-the-master", "of-the-second")
    for port, password in zip(ports, passwords, strict=True):
        aws.log_in({**master, "port": port, "password": password}).close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        aws.log_in({**master, "port": ports[0], "password": "of-the-second"})
    stack.delete()
    assert stack.deploy(instance(MasterUsername="another")) == "CREATE_COMPLETE", stack.reasons()
    again = {**master, "port": endpoint_of(aws, stack.name)["Port"]}
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        aws.log_in({**again, "password": "the-first-of-the-master"})
