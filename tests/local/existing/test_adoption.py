"""Secrets that somebody's functions rotate: taken over, rotated, and given back, under logins."""

import contextlib

import pytest

from local.cdk import CdkError
from local.demo.rotation_follower import RotationFollower
from tests.local.existing.theirs import Theirs

pytestmark = pytest.mark.xdist_group("existing")


def by(secret):
    """The name of the function that rotates it."""
    return secret.rotation()["RotationLambdaARN"].rpartition(":")[2]


@pytest.fixture(scope="module")
def busy(aws, there):
    return Theirs(aws, there, "alternating", login="busy")


def test_theirs_ours_theirs_again(aws, theirs, before, consumer, deployed, busy, deploy_orders):
    """The whole way, in one deployment after the other, with 0 failed logins."""
    alternating, single = theirs["alternating"], theirs["single"]
    for strategy, secret in theirs.items():
        kept, _, labels, document = before[strategy]
        assert secret.kept() == kept
        assert secret.labels() == labels, "nothing was rotated"
        assert secret.document() == document
        assert by(secret) == f"orders-production-main-{strategy}"
        assert secret.rotation()["RotationRules"]["ScheduleExpression"] == "rate(30 days)"
    for _ in range(3):
        consumer.wait_for(alternating.rotate()["password"])
        single.rotate()
    users = {alternating.document(label)["username"] for label in ("AWSCURRENT", "AWSPREVIOUS")}
    assert users == {"clerk", "clerk_clone"}, "the twin of theirs stays the twin"
    assert {**single.document(), "password": ""} == {**before["single"][3], "password": ""}

    refused_in_the_middle(aws, busy, deploy_orders)
    assert by(alternating) == "orders-production-main-alternating"

    deploy_orders(clerk=None, nightly=None, busy=busy.settings())
    assert by(busy) == "orders-production-main-alternating"
    busy.rotate()
    for strategy, secret in theirs.items():
        kept, rotation, _, _ = before[strategy]
        assert secret.kept() == kept
        assert secret.rotation() == rotation
    for _ in range(2):
        consumer.wait_for(alternating.rotate()["password"])
        single.rotate()
    consumer.stop()
    assert consumer.failures == []
    assert consumer.logins


def refused_in_the_middle(aws, busy, deploy_orders):
    """A rotation of theirs that has not finished is named, and nothing changes."""
    secrets, functions = aws.client("secretsmanager"), aws.client("lambda")
    works = functions.get_function_configuration(FunctionName=busy.function)["Handler"]
    functions.update_function_configuration(FunctionName=busy.function, Handler="nothing.at_all")
    token = secrets.rotate_secret(SecretId=busy.arn)["VersionId"]
    was = busy.kept(), busy.rotation(), busy.labels()
    with pytest.raises(CdkError) as refused:
        deploy_orders(busy=busy.settings())
    assert f"{token} carries AWSPENDING" in " ".join(str(refused.value).split())
    assert (busy.kept(), busy.rotation(), busy.labels()) == was
    functions.update_function_configuration(FunctionName=busy.function, Handler=works)
    with contextlib.suppress(secrets.exceptions.InvalidRequestException):
        secrets.rotate_secret(SecretId=busy.arn)  # goes on with the one that has not finished
    RotationFollower(aws, f"payroll/{busy.login}").wait_for_version(token)
