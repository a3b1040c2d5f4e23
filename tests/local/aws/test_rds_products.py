"""Databases of every product, and what RDS refuses; each test fails without our patches."""

import json

import psycopg
import pymysql
import pytest

from local.database_errors import BinariesNotFoundError
from local.mariadb import find_binaries as find_mariadb
from local.mysql import find_binaries as find_mysql

ADMIN = {"MasterUsername": "boss", "MasterUserPassword": "a-password-of-the-boss"}
FINDERS = {"mariadb": find_mariadb, "mysql": find_mysql, "aurora-mysql": find_mysql}


@pytest.fixture
def engine(request):
    """A product that is to be had on this machine."""
    try:
        FINDERS.get(request.param, lambda: None)()
    except BinariesNotFoundError as error:
        pytest.skip(str(error))
    return request.param


def an_instance(stack, engine, **changes):
    return {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {
            "DBInstanceIdentifier": stack.name,
            "DBName": "orders",
            "DBInstanceClass": "db.t4g.micro",
            "AllocatedStorage": "20",
            "Engine": engine,
            **ADMIN,
            **changes,
        },
    }


def a_cluster(stack, engine, **changes):
    return {
        "Type": "AWS::RDS::DBCluster",
        "Properties": {
            "DBClusterIdentifier": stack.name,
            "DatabaseName": "orders",
            "Engine": engine,
            **ADMIN,
            **changes,
        },
    }


def a_member(engine, **changes):
    return {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {
            "DBClusterIdentifier": {"Ref": "Cluster"},
            "DBInstanceClass": "db.t4g.medium",
            "Engine": engine,
            **changes,
        },
    }


def a_group(family, kind="DBParameterGroup"):
    properties = {"Description": "ours", "Family": family, "Parameters": {"autocommit": "1"}}
    return {"Type": f"AWS::RDS::{kind}", "Properties": properties}


def an_attachment(stack, kind, logical_id):
    content = {"username": "boss", "password": ADMIN["MasterUserPassword"]}
    secret = {"Name": stack.name, "SecretString": json.dumps(content)}
    attachment = {
        "SecretId": {"Ref": "Secret"},
        "TargetId": {"Ref": logical_id},
        "TargetType": f"AWS::RDS::{kind}",
    }
    return {
        "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": secret},
        "Attachment": {
            "Type": "AWS::SecretsManager::SecretTargetAttachment",
            "Properties": attachment,
        },
    }


def credential(aws, stack):
    read = aws.client("secretsmanager").get_secret_value(SecretId=stack.name)
    return json.loads(read["SecretString"])


@pytest.mark.parametrize(
    ("engine", "family", "log"),
    [("mariadb", "mariadb11.8", "slowquery"), ("mysql", "mysql8.4", "iam-db-auth-error")],
    indirect=["engine"],
)
def test_an_instance_is_a_real_server_whose_master_user_logs_in(aws, stack, engine, family, log):
    resources = {
        "Group": a_group(family),
        "Database": an_instance(
            stack,
            engine,
            DBParameterGroupName={"Ref": "Group"},
            EnableCloudwatchLogsExports=["error", log],
        ),
        **an_attachment(stack, "DBInstance", "Database"),
    }
    assert stack.deploy(resources) == "CREATE_COMPLETE", stack.reasons()
    found = credential(aws, stack)
    assert (found["engine"], found["dbname"]) == (engine, "orders")
    with aws.log_in_to_mysql(found) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE USER app@'%' IDENTIFIED BY 'of no use'")
        cursor.execute("GRANT SELECT ON orders.* TO app@'%'")
    aws.log_in_to_mysql({**found, "username": "app", "password": "of no use"}).close()
    [described] = aws.client("rds").describe_db_instances(DBInstanceIdentifier=stack.name)[
        "DBInstances"
    ]
    assert described["EnabledCloudwatchLogsExports"] == ["error", log]
    resources["Database"]["Properties"]["MasterUserPassword"] = "another-of-the-boss"
    assert stack.deploy(resources) == "UPDATE_COMPLETE", stack.reasons()
    aws.log_in_to_mysql(found, password="another-of-the-boss").close()
    assert stack.delete() == "DELETE_COMPLETE"
    with pytest.raises(pymysql.err.OperationalError, match="Can't connect"):
        aws.log_in_to_mysql(found)


@pytest.mark.parametrize(
    ("engine", "family", "attached"),
    [
        ("aurora-mysql", "aurora-mysql8.0", "mysql"),
        ("aurora-postgresql", "aurora-postgresql17", "postgres"),
    ],
    indirect=["engine"],
)
def test_a_cluster_is_a_server_with_two_endpoints_that_its_instances_share(
    aws, stack, engine, family, attached
):
    def get(resource, attribute):
        return {"Value": {"Fn::GetAtt": [resource, attribute]}}

    resources = {
        "Group": a_group(family, "DBClusterParameterGroup"),
        "Cluster": a_cluster(stack, engine, DBClusterParameterGroupName={"Ref": "Group"}),
        "Writer": a_member(engine),
        **an_attachment(stack, "DBCluster", "Cluster"),
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {}},
        "Events": {
            "Type": "AWS::RDS::EventSubscription",
            "Properties": {
                "SnsTopicArn": {"Ref": "Topic"},
                "SourceIds": [{"Ref": "Cluster"}],
                "SourceType": "db-cluster",
            },
        },
    }
    outputs = {
        "Writer": get("Cluster", "Endpoint.Address"),
        "Port": get("Cluster", "Endpoint.Port"),
        "Reader": get("Cluster", "ReadEndpoint.Address"),
        "Member": get("Writer", "Endpoint.Port"),
    }
    assert stack.deploy(resources, outputs) == "CREATE_COMPLETE", stack.reasons()
    told, found = stack.outputs(), credential(aws, stack)
    assert told["Writer"] == found["host"] != told["Reader"]
    assert told["Port"] == told["Member"] == str(found["port"])
    assert found["engine"] == attached
    log_in = aws.log_in_to_mysql if attached == "mysql" else aws.log_in
    log_in(found).close()
    resources["Reader"] = a_member(engine)
    assert stack.deploy(resources, outputs) == "UPDATE_COMPLETE", stack.reasons()
    [described] = aws.client("rds").describe_db_clusters(DBClusterIdentifier=stack.name)[
        "DBClusters"
    ]
    roles = [each["IsClusterWriter"] for each in described["DBClusterMembers"]]
    assert sorted(roles) == [False, True]
    assert stack.delete() == "DELETE_COMPLETE"
    with pytest.raises((psycopg.OperationalError, pymysql.err.OperationalError)):
        log_in(found)


@pytest.mark.parametrize("kind", ["DBInstance", "DBCluster"])
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"MasterUsername": "a" * 17}, "MasterUsername is not a valid identifier"),
        ({"MasterUsername": "admin"}, "MasterUsername admin cannot be used"),
        ({"MasterUsername": "rdsadmin"}, "MasterUsername rdsadmin cannot be used"),
        ({"MasterUsername": "user"}, "MasterUsername user cannot be used as it is a reserved"),
        ({"MasterUserPassword": "short"}, "not 8 to 128 characters"),
        ({"MasterUserPassword": "with/a/slash"}, "Only printable ASCII"),
        ({"Port": 443}, "Valid port range 1150-65535"),
        ({"EnableCloudwatchLogsExports": ["slowquery"]}, "cannot use the log types 'slowquery'"),
    ],
)
def test_what_rds_refuses_of_a_database_is_refused(stack, kind, changes, reason):
    make, engine = {
        "DBInstance": (an_instance, "postgres"),
        "DBCluster": (a_cluster, "aurora-postgresql"),
    }[kind]
    assert stack.deploy({"Database": make(stack, engine, **changes)}) == "ROLLBACK_COMPLETE"
    assert any(reason in each for each in stack.reasons()), stack.reasons()


@pytest.mark.parametrize(
    ("resources", "reason"),
    [
        (
            lambda s: {"Database": an_instance(s, "mariadb", DBName="with-a-dash")},
            "DBName must begin with a letter",
        ),
        (
            lambda s: {
                "Database": an_instance(s, "mariadb", MasterUserPassword="x" * 42),
            },
            "not 8 to 41 characters",
        ),
        (
            lambda s: {"Database": an_instance(s, "oracle-ee")},
            "the local AWS has postgres, mariadb, mysql, aurora-postgresql, aurora-mysql only",
        ),
        (
            lambda s: {
                "Group": a_group("mysql8.4"),
                "Database": an_instance(s, "mariadb", DBParameterGroupName={"Ref": "Group"}),
            },
            "Use a parameter group with DBParameterGroupFamily mariadb11.8",
        ),
        (
            lambda s: {
                "Group": a_group("aurora-mysql8.0", "DBClusterParameterGroup"),
                "Database": a_cluster(
                    s, "aurora-postgresql", DBClusterParameterGroupName={"Ref": "Group"}
                ),
            },
            "Use a parameter group with DBParameterGroupFamily aurora-postgresql17",
        ),
        (lambda _: {"Group": a_group("cassandra4")}, "not a valid parameter group family"),
        (
            lambda _: {"Group": a_group("mariadb11.8", "DBClusterParameterGroup")},
            "not a valid parameter group family",
        ),
        (
            lambda s: {"Database": an_instance(s, "aurora-postgresql")},
            "requires the parameter DBClusterIdentifier",
        ),
        (lambda s: {"Database": a_cluster(s, "mariadb")}, "clusters of Aurora only"),
        (
            lambda s: {
                "Cluster": a_cluster(s, "aurora-postgresql"),
                "Member": a_member("aurora-mysql"),
            },
            "doesn't match the engine name of your DB cluster",
        ),
        (
            lambda s: {
                "Cluster": a_cluster(s, "aurora-postgresql"),
                "Member": a_member("aurora-postgresql", MasterUsername="boss", DBName="orders"),
            },
            "Set DBName, MasterUsername for the DB Cluster",
        ),
        (
            lambda s: {"Database": a_cluster(s, "aurora-postgresql", BacktrackWindow=60)},
            "the local AWS knows no BacktrackWindow of a cluster",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(stack, resources, reason):
    assert stack.deploy(resources(stack)) == "ROLLBACK_COMPLETE"
    assert any(reason in each for each in stack.reasons()), stack.reasons()


@pytest.mark.parametrize(
    ("name", "reserved"), [("select", True), ("orders", False), ("Select", True), ("app_1", False)]
)
@pytest.mark.parametrize("product", ["postgres", "mariadb", "mysql"])
def test_reserved_words_are_the_products_own(request, product, name, reserved):
    assert request.getfixturevalue(product).is_reserved(name) is reserved
