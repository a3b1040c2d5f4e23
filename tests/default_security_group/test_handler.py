"""The default security group, closed for real in moto's EC2."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import boto3
import pytest
from moto import mock_aws

REGION = "eu-central-1"


class Bucket:
    """Where CloudFormation finds the answers: an HTTP server that keeps what is PUT."""

    def __init__(self) -> None:
        self.answers: list[dict[str, Any]] = []
        keep = self.answers

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                keep.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/answer"


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    bucket = Bucket()
    thread = threading.Thread(target=bucket.server.serve_forever)
    thread.start()
    yield bucket
    bucket.server.shutdown()
    thread.join()
    bucket.server.server_close()


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


def request(bucket: Bucket, group_id: str, kind: str = "Create") -> None:
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
    bucket: Bucket, group: Any
) -> None:
    assert group.ip_permissions_egress
    request(bucket, group.id)
    group.reload()
    assert (group.ip_permissions, group.ip_permissions_egress) == ([], [])
    [answer] = bucket.answers
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", group.id)


def test_closing_a_closed_group_succeeds(bucket: Bucket, group: Any) -> None:
    request(bucket, group.id)
    request(bucket, group.id, "Update")
    assert [answer["Status"] for answer in bucket.answers] == ["SUCCESS", "SUCCESS"]


def test_a_deletion_leaves_the_group_alone(bucket: Bucket, group: Any) -> None:
    request(bucket, group.id, "Delete")
    group.reload()
    assert group.ip_permissions_egress
    assert bucket.answers[0]["Status"] == "SUCCESS"


@pytest.mark.usefixtures("aws")
def test_a_refusal_of_ec2_is_what_the_person_who_deploys_reads(bucket: Bucket) -> None:
    request(bucket, "sg-00000000000000000")
    [answer] = bucket.answers
    assert answer["Status"] == "FAILED"
    assert "sg-00000000000000000 could not be closed" in answer["Reason"]
