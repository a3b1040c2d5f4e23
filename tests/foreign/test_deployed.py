"""An app of others, synthesized from the wheel, on the local AWS: its credentials rotate."""

import json

import pytest
from botocore.exceptions import ClientError

from local import toolchain
from local.aws.configuration import ACCOUNT
from local.demo.rotation_follower import RotationFollower
from local.local_aws import REGION, LocalAws

pytestmark = pytest.mark.xdist_group("foreign")

SECRETS = {"alternating": "shop/database/orders", "single": "shop/database/reports"}


@pytest.fixture(scope="module")
def running():
    with LocalAws(toolchain.find()) as running:
        running.cdk().bootstrap(ACCOUNT, REGION)
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
