"""The default security group, closed for real in moto's EC2."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.cloudformation.answers import Answers

REGION = "eu-central-1"


@pytest.fixture
def bucket() -> Iterator[Answers]:
    with Answers() as answers:
        yield answers


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield


@pytest.fixture
def group(aws: None) -> Any:
    resource = boto3.resource("ec2", REGION)
    vpc = resource.create_vpc(CidrBlock="10.0.0.0/24")
    return next(group for group in vpc.security_groups.all() if group.group_name == "default")


def request(bucket: Answers, group_id: str, kind: str = "Create") -> None:
    # Imported late: the client is made on import, and has to be moto's.
    from default_security_group.handler import closed  # noqa: PLC0415

    closed(
        {
            "RequestType": kind,
            "ResponseURL": bucket.url,
            "StackId": "arn:aws:cloudformation:eu-central-1:123456789012:stack/s/1",
            "RequestId": "request",
            "LogicalResourceId": "Closed",
            "ResourceType": "Custom::ClosedSecurityGroup",
            "ResourceProperties": {"ServiceToken": "arn", "SecurityGroupId": group_id},
        },
        None,
    )


def test_a_new_default_group_is_open_and_then_lets_nothing_in_or_out(
    bucket: Answers, group: Any
) -> None:
    assert group.ip_permissions_egress
    request(bucket, group.id)
    group.reload()
    assert (group.ip_permissions, group.ip_permissions_egress) == ([], [])
    [answer] = bucket.given
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", group.id)


def test_closing_a_closed_group_succeeds(bucket: Answers, group: Any) -> None:
    request(bucket, group.id)
    request(bucket, group.id, "Update")
    assert [answer["Status"] for answer in bucket.given] == ["SUCCESS", "SUCCESS"]


def test_a_deletion_leaves_the_group_alone(bucket: Answers, group: Any) -> None:
    request(bucket, group.id, "Delete")
    group.reload()
    assert group.ip_permissions_egress
    assert bucket.given[0]["Status"] == "SUCCESS"


@pytest.mark.usefixtures("aws")
def test_a_refusal_of_ec2_is_what_the_person_who_deploys_reads(bucket: Answers) -> None:
    request(bucket, "sg-00000000000000000")
    [answer] = bucket.given
    assert answer["Status"] == "FAILED"
    assert "sg-00000000000000000 could not be closed" in answer["Reason"]
