"""Servers and a network of somebody else's: an instance, an Aurora cluster, an endpoint.

The cluster's secret is as RDS manages one: it names user and password alone.
"""

import json
from typing import Any

import pytest

from local import toolchain
from local.aws.configuration import ACCOUNT
from local.cdk import CdkError
from local.demo.parts import application
from local.demo.rotation_follower import RotationFollower
from local.demo.template import deploy
from local.local_aws import REGION, LocalAws
from tests.local.test_end_to_end import value

pytestmark = pytest.mark.xdist_group("existing")

CIDR = "10.20.0.0/24"
MASTER = {"username": "boss", "password": "a-password-of-the-boss"}


def group_id(name):
    return {"Fn::GetAtt": [name, "GroupId"]}


def instance(name):
    """An instance that anybody in its network may talk to whom its group lets in."""
    return {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {
            "DBInstanceIdentifier": name,
            "DBName": name,
            "DBInstanceClass": "db.t4g.micro",
            "AllocatedStorage": "20",
            "Engine": "postgres",
            "Port": "5432",
            "MasterUsername": MASTER["username"],
            "MasterUserPassword": MASTER["password"],
            "DBSubnetGroupName": {"Ref": "Subnets"},
            "VPCSecurityGroups": [group_id(f"{name}Group")],
        },
    }


def cluster():
    """A cluster of Aurora, with its one instance."""
    return {
        "cluster": {
            "Type": "AWS::RDS::DBCluster",
            "Properties": {
                "DBClusterIdentifier": "cluster",
                "DatabaseName": "cluster",
                "Engine": "aurora-postgresql",
                "MasterUsername": MASTER["username"],
                "MasterUserPassword": MASTER["password"],
                "DBSubnetGroupName": {"Ref": "Subnets"},
                "VpcSecurityGroupIds": [group_id("clusterGroup")],
            },
        },
        "writer": {
            "Type": "AWS::RDS::DBInstance",
            "Properties": {
                "DBInstanceIdentifier": "cluster-writer",
                "DBClusterIdentifier": {"Ref": "cluster"},
                "DBInstanceClass": "db.t4g.medium",
                "Engine": "aurora-postgresql",
            },
        },
    }


def network():
    """What the platform's team has made long ago."""
    vpc = {"Ref": "Vpc"}
    found: dict[str, Any] = {"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": CIDR}}}
    for number, zone in enumerate("ab"):
        found[f"Subnet{number}"] = {
            "Type": "AWS::EC2::Subnet",
            "Properties": {
                "VpcId": vpc,
                "CidrBlock": f"10.20.0.{number * 64}/26",
                "AvailabilityZone": f"us-east-1{zone}",
            },
        }
    subnets = [{"Ref": "Subnet0"}, {"Ref": "Subnet1"}]
    for name in ("legacy", "cluster", "other", "endpoint", "billing"):
        found[f"{name}Group"] = {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"GroupDescription": name, "VpcId": vpc},
        }
    found["Subnets"] = {
        "Type": "AWS::RDS::DBSubnetGroup",
        "Properties": {"DBSubnetGroupDescription": "both", "SubnetIds": subnets},
    }
    found["Endpoint"] = {
        "Type": "AWS::EC2::VPCEndpoint",
        "Properties": {
            "VpcId": vpc,
            "ServiceName": f"com.amazonaws.{REGION}.secretsmanager",
            "VpcEndpointType": "Interface",
            "PrivateDnsEnabled": True,
            "SubnetIds": subnets,
            "SecurityGroupIds": [group_id("endpointGroup")],
            "PolicyDocument": {
                "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]
            },
        },
    }
    return found | {"legacy": instance("legacy")} | cluster()


@pytest.fixture(scope="module")
def aws():
    with LocalAws(toolchain.find()) as running:
        running.cdk().bootstrap(ACCOUNT, REGION)
        yield running


@pytest.fixture(scope="module")
def there(aws):
    """Ids of what exists already."""
    deploy(aws, "platform", network())
    ec2, rds = aws.client("ec2"), aws.client("rds")
    groups = ec2.describe_security_groups(Filters=[{"Name": "description", "Values": ["*"]}])
    found = {each["Description"]: each["GroupId"] for each in groups["SecurityGroups"]}
    resources = aws.client("cloudformation").describe_stack_resources(StackName="platform")
    ids = {e["LogicalResourceId"]: e.get("PhysicalResourceId") for e in resources["StackResources"]}
    described = rds.describe_db_instances()["DBInstances"]
    ports = {
        each.get("DBClusterIdentifier", each["DBInstanceIdentifier"]): each["Endpoint"]["Port"]
        for each in described
    }
    secrets = aws.client("secretsmanager")
    place = {"engine": "postgres", "host": "legacy.rds.localhost", "dbname": "legacy"}
    contents = {
        "legacy": {**MASTER, **place, "port": ports["legacy"]},
        "cluster": MASTER,
        "wrong": {**MASTER, "password": "another-password"},
    }
    arns = {
        name: secrets.create_secret(Name=f"{name}-master", SecretString=json.dumps(content))["ARN"]
        for name, content in contents.items()
    }
    return {"groups": found, "ids": ids, "ports": ports, "secrets": arns}


def existing(there, name, **changes):
    """How settings describe one of the servers."""
    return {
        "host": f"{name}.rds.localhost",
        "port": there["ports"][name],
        "dbname": name,
        "security_group_id": there["groups"][name],
        "admin_secret_arn": there["secrets"][name],
        **changes,
    }


@pytest.fixture(scope="module")
def settings(there, tmp_path_factory):
    """Settings of an app in that network, as arguments of the CDK CLI."""
    folder = tmp_path_factory.mktemp("settings")

    def settings(app, databases, endpoint=None):
        content = {
            "name": app,
            "consumer": app == "orders",
            "network": {
                "vpc_id": there["ids"]["Vpc"],
                "subnet_ids": [there["ids"]["Subnet0"], there["ids"]["Subnet1"]],
                "secrets_endpoint": endpoint
                or {
                    "id": there["ids"]["Endpoint"],
                    "security_group_id": there["groups"]["endpoint"],
                },
            },
            "databases": databases,
        }
        file = folder / f"{app}.json"
        file.write_text(json.dumps(content))
        return ("-c", f"settings={file}")

    return settings


@pytest.fixture(scope="module")
def deployed(aws, there, settings):
    """An app whose two databases are the existing ones; billing's group is a client of one."""
    databases = {
        "main": {
            "existing": existing(there, "legacy"),
            "clients": [there["groups"]["billing"]],
            "logins": {"app": {"readers": [f"arn:aws:iam::{ACCOUNT}:role/billing"]}},
        },
        "cluster": {
            "existing": existing(there, "cluster"),
            "logins": {"app": {"strategy": "single"}},
        },
    }
    cdk = aws.cdk()
    cdk.deploy(*settings("orders", databases))
    return aws.outputs(*cdk.stack_names())


@pytest.mark.parametrize("database", ["main", "cluster"])
def test_a_login_is_made_on_an_existing_server_and_rotates(aws, deployed, database):
    secrets, name = aws.client("secretsmanager"), f"orders/production/{database}/app"
    before = value(secrets, name)
    assert before["host"].endswith(".rds.localhost")
    aws.log_in(before).close()
    RotationFollower(aws, name).rotate()
    after = value(secrets, name)
    assert after["password"] != before["password"]
    aws.log_in(after).close()


def test_an_application_of_the_network_gets_in_by_its_group_and_its_role(aws, there, deployed):
    """Its group was there before the settings named it; its role and its function come later."""
    secret, key = deployed["MainAppSecretArn"], deployed["SecretsKeyArn"]
    resources = {"Role": application.role("billing", secret_arn=secret, key_arn=key)}
    for name, group in (("billing", "billing"), ("outside", "other")):
        resources[name] = application.function(
            name,
            code=application.code_of(aws, deployed["ConsumerFunctionName"]),
            role_arn={"Fn::GetAtt": ["Role", "Arn"]},
            subnets=[there["ids"]["Subnet0"]],
            groups=[there["groups"][group]],
            secret_arn=secret,
        )
    deploy(aws, "billing", resources)
    for _ in range(2):
        answer = application.call(aws, "billing")
        current = value(aws.client("secretsmanager"), "orders/production/main/app")
        assert answer.get("user") == current["username"], answer
        RotationFollower(aws, "orders/production/main/app").rotate()
    assert "user" not in application.call(aws, "outside")
    assert application.refused_by(aws, "outside") == "network"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda there: {"port": there["ports"]["legacy"] + 1}, "nothing listens there"),
        (lambda there: {"security_group_id": there["groups"]["other"]}, "security group"),
        (lambda there: {"admin_secret_arn": there["secrets"]["wrong"]}, "password"),
    ],
    ids=["port", "group", "password"],
)
def test_the_first_check_tells_what_is_wrong_before_anything_is_made(
    aws, there, settings, wrong, told, request
):
    changes = {"admin_secret_arn": there["secrets"]["cluster"], **wrong(there)}
    databases = {
        "main": {"existing": existing(there, "legacy", **changes), "logins": {"app": {}}},
    }
    app = f"wrong-{request.node.callspec.id}"
    with pytest.raises(CdkError) as refused:
        aws.cdk().deploy(*settings(app, databases))
    said = " ".join(str(refused.value).split())
    assert "Custom::DatabaseCheck" in said
    assert told in said, said


def test_a_second_endpoint_in_the_network_is_refused(aws, there, settings):
    databases = {"main": {"existing": existing(there, "legacy"), "logins": {"app": {}}}}
    with pytest.raises(CdkError, match="private-dns-enabled cannot be set"):
        aws.cdk().deploy(*settings("second", databases, endpoint="create"))
