"""A network, servers and secrets of somebody else's, and an app of ours among them.

The cluster's secret is as RDS manages one: it names user and password alone.
"""

import json
from typing import Any

import pytest

from local.aws.configuration import ACCOUNT
from local.demo.template import deploy
from local.local_aws import REGION
from tests.local.bootstrapped import bootstrapped_aws
from tests.local.existing.consumer import Consumer
from tests.local.existing.theirs import MASTER, Theirs

CIDR = "10.20.0.0/24"


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
    for name in ("legacy", "cluster", "other", "endpoint", "billing", "theirs"):
        found[f"{name}Group"] = {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"GroupDescription": name, "VpcId": vpc},
        }
    for name in ("legacy", "endpoint"):
        found[f"{name}FromTheirs"] = {
            "Type": "AWS::EC2::SecurityGroupIngress",
            "Properties": {
                "GroupId": group_id(f"{name}Group"),
                "SourceSecurityGroupId": group_id("theirsGroup"),
                "IpProtocol": "tcp",
                "FromPort": 0,
                "ToPort": 65535,
            },
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


@pytest.fixture(scope="session")
def aws():
    with bootstrapped_aws() as running:
        yield running


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def theirs(aws, there):
    """Secrets on the server legacy that rotate already, by their strategies."""
    return {strategy: Theirs(aws, there, strategy) for strategy in ("alternating", "single")}


@pytest.fixture(scope="session")
def adopted(theirs):
    """The logins that adopt them."""
    return {each.login: each.settings() for each in theirs.values()}


@pytest.fixture(scope="session")
def databases(there, adopted):
    """An app's databases, which are the existing ones; billing's group is a client of one."""
    readers = [f"arn:aws:iam::{ACCOUNT}:role/billing"]
    return {
        "main": {
            "existing": existing(there, "legacy"),
            "clients": [there["groups"]["billing"]],
            "logins": {"app": {"readers": readers}, **adopted},
        },
        "cluster": {
            "existing": existing(there, "cluster"),
            "logins": {"app": {"strategy": "single"}},
        },
    }


@pytest.fixture(scope="session")
def deploy_orders(aws, settings, databases):
    """Deploys the app with the logins of `main` changed; a login that is None goes."""

    def deploy_orders(**logins):
        main = databases["main"]
        kept = {k: v for k, v in {**main["logins"], **logins}.items() if v is not None}
        cdk = aws.cdk()
        cdk.deploy(*settings("orders", {**databases, "main": {**main, "logins": kept}}))
        return aws.outputs(*cdk.stack_names())

    return deploy_orders


@pytest.fixture(scope="session")
def before(theirs):
    """What was there before anything was adopted; each has been rotated by its own function."""
    for secret in theirs.values():
        secret.rotate()
    return {
        strategy: (secret.kept(), secret.rotation(), secret.labels(), secret.document())
        for strategy, secret in theirs.items()
    }


@pytest.fixture(scope="session")
def consumer(aws, theirs, before):
    """An application that logs in with one of them before, while and after it is adopted."""
    with Consumer(aws, theirs["alternating"].arn) as running:
        yield running


@pytest.fixture(scope="session")
def deployed(deploy_orders, consumer):
    """The app's outputs. It adopts what rotates already."""
    return deploy_orders()
