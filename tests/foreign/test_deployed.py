"""Apps of others, synthesized from the wheel, on the local AWS: their credentials rotate.

One local AWS has them all: an app with its own database, and the three of `examples/`.
"""

import json
import shutil

import pytest
from botocore.exceptions import ClientError

from local.aws.configuration import ACCOUNT
from local.demo.rotation_follower import RotationFollower
from local.local_aws import REGION
from tests.foreign.conftest import EXAMPLES, SYNTH
from tests.local.bootstrapped import bootstrapped_aws

pytestmark = pytest.mark.xdist_group("foreign")

SECRETS = {"alternating": "shop/database/orders", "single": "shop/database/reports"}


@pytest.fixture(scope="module")
def running():
    with bootstrapped_aws() as running:
        yield running


@pytest.fixture(scope="module")
def aws(running, assembly):
    """With the app that has a database of its own."""
    running.cdk().deploy("--app", str(assembly("shop")))
    return running


def session(aws, role):
    answer = aws.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}", RoleSessionName="application"
    )
    return aws.client_of(answer["Credentials"], "secretsmanager")


def read(client, secret, **which):
    answer = client.get_secret_value(SecretId=secret, VersionStage="AWSCURRENT", **which)
    return json.loads(answer["SecretString"])


def user_of(aws, credential):
    with aws.postgres.connect(
        credential["username"], credential["password"], dbname=credential["dbname"]
    ) as connection:
        return connection.execute("SELECT session_user").fetchone()[0]


@pytest.mark.parametrize(
    ("strategy", "after"), [("alternating", "orders_clone"), ("single", "reports")]
)
def test_a_login_is_created_and_rotates(aws, strategy, after):
    secrets, secret = aws.client("secretsmanager"), SECRETS[strategy]
    before = read(secrets, secret)
    assert user_of(aws, before) == before["username"]
    RotationFollower(aws, secret).rotate()
    now = read(secrets, secret)
    assert now["username"] == user_of(aws, now) == after
    assert now["password"] != before["password"]


def test_an_access_key_rotates_and_the_one_before_works(aws):
    secret, secrets = "shop/partner/access-key", aws.client("secretsmanager")
    before = read(secrets, secret)
    forget_the_maker(secrets, secret)
    RotationFollower(aws, secret).rotate()
    now = read(session(aws, "shop"), secret)
    assert now["AccessKeyId"] != before["AccessKeyId"]
    for key in (before, now):
        assert aws.client_of(key, "secretsmanager").list_secrets()["SecretList"]


def forget_the_maker(secrets, secret):
    """Takes back that the deployment is making the first key, beside which none is for 40 s."""
    versions = secrets.describe_secret(SecretId=secret)["VersionIdsToStages"]
    [intent] = [version for version, labels in versions.items() if "INTENT" in labels]
    secrets.update_secret_version_stage(
        SecretId=secret, VersionStage="INTENT", RemoveFromVersionId=intent
    )


def test_the_role_that_was_granted_reads_it_and_no_other_does(aws):
    assert read(session(aws, "shop"), SECRETS["alternating"])["dbname"] == "shop"
    for role, secret in (("shop", "single"), ("stranger", "alternating")):
        with pytest.raises(ClientError, match="AccessDenied"):
            read(session(aws, role), SECRETS[secret])


def test_what_the_cdk_adds_in_node_has_run(aws):
    groups = aws.client("ec2").describe_security_groups(
        Filters=[
            {"Name": "group-name", "Values": ["default"]},
            {"Name": "vpc-id", "Values": [vpc(aws)]},
        ]
    )["SecurityGroups"]
    assert [(each["IpPermissions"], each["IpPermissionsEgress"]) for each in groups] == [([], [])]
    [kept] = aws.client("logs").describe_log_groups(logGroupNamePrefix="/shop/kept")["logGroups"]
    assert kept["retentionInDays"] == 7


def vpc(aws):
    return physical(aws, "Shop", "AWS::EC2::VPC")[0]


def physical(aws, stack, kind):
    """Ids of a stack's resources of a type."""
    resources = aws.client("cloudformation").describe_stack_resources(StackName=stack)
    found = [each for each in resources["StackResources"] if each["ResourceType"] == kind]
    return [each["PhysicalResourceId"] for each in found]


def rotated(aws, secret):
    """Rotates a login that works; gives the credential before and after, which works too."""
    secrets = aws.client("secretsmanager")
    before = read(secrets, secret)
    aws.log_in(before).close()
    RotationFollower(aws, secret).rotate()
    after = read(secrets, secret)
    aws.log_in(after).close()
    assert after["password"] != before["password"]
    return before, after


def test_a_login_on_a_database_that_is_there_already(aws, run, tmp_path):
    """The example with the ids of the other app's network and database put in."""
    there = read(aws.client("secretsmanager"), SECRETS["alternating"])
    ec2 = aws.client("ec2")
    mine = [{"Name": "vpc-id", "Values": [vpc(aws)]}]
    subnets = [each["SubnetId"] for each in ec2.describe_subnets(Filters=mine)["Subnets"]]
    tables = [
        each["RouteTableId"] for each in ec2.describe_route_tables(Filters=mine)["RouteTables"]
    ]
    instance = aws.client("rds").describe_db_instances()["DBInstances"][0]
    ids = {
        "vpc-0123456789abcdef0": vpc(aws),
        "sg-0123456789abcdef0": instance["VpcSecurityGroups"][0]["VpcSecurityGroupId"],
        **{f"subnet-0123456789abcdef{n}": subnets[n] for n in range(2)},
        **{f"rtb-0123456789abcdef{n}": tables[n] for n in range(2)},
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-orders-a1b2c3": physical(
            aws, "Shop", "AWS::SecretsManager::Secret"
        )[0],
        "orders.abc123.eu-west-1.rds.amazonaws.com": there["host"],
        'dbname="orders"': f'dbname="shop", port={there["port"]}',
        'username="orders"': 'username="imported"',
        "eu-west-1": REGION,
        "111122223333": ACCOUNT,
    }
    folder = shutil.copytree(EXAMPLES / "existing_database", tmp_path / "app")
    text = (folder / "app.py").read_text()
    for example, own in ids.items():
        assert example in text
        text = text.replace(example, own)
    (folder / "app.py").write_text(text)
    run(folder, "-c", SYNTH)
    aws.cdk().deploy("--app", str(folder / "out"))
    before, after = rotated(aws, "orders-logins/orders/imported")
    assert (before["username"], after["username"]) == ("imported", "imported_clone")
    aws.log_in(before).close()


def test_a_login_of_a_service_in_another_stack(running, assembly):
    running.cdk().deploy("--app", str(assembly("fargate_service")))
    before, after = rotated(running, "orders-service/database/orders")
    assert after["username"] == "orders_clone"
    running.log_in(before).close()
    [task] = physical(running, "OrdersService", "AWS::ECS::TaskDefinition")
    told = running.client("ecs").describe_task_definition(taskDefinition=task)["taskDefinition"]
    [variable] = told["containerDefinitions"][0]["environment"]
    found = running.client("secretsmanager").describe_secret(SecretId=variable["value"])
    assert found["Name"] == "orders-service/database/orders"


def test_a_function_on_the_library_goes_on_while_its_password_changes(running, assembly):
    running.cdk().deploy("--app", str(assembly("lambda_function")))
    secrets = running.client("secretsmanager")
    secret = "orders-reports/cluster/reports"
    reports = read(secrets, secret)
    [master] = [
        each
        for each in physical(running, "OrdersReports", "AWS::SecretsManager::Secret")
        if "Cluster" in each
    ]
    with running.log_in(read(secrets, master)) as connection:
        connection.execute("CREATE TABLE orders (id int)")
        connection.execute("INSERT INTO orders VALUES (1), (2)")
        connection.execute(f'GRANT SELECT ON orders TO "{reports["username"]}"')
    [name] = [
        each
        for each in physical(running, "OrdersReports", "AWS::Lambda::Function")
        if not each.startswith("orders-reports-")
    ]
    for _ in range(2):
        answer = running.client("lambda").invoke(FunctionName=name)
        assert json.loads(answer["Payload"].read()) == {"orders": 2}
        rotated(running, secret)
