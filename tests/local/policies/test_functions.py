"""Functions and policies together: what a role lacks, its function cannot do."""

import json
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from local.functions import Functions, Invocation
from local.functions.invocation import CannotRun
from local.policies import Evaluator, enforce
from local.toolchain import Toolchain
from tests.local.functions.packages import zipped

from .conftest import Aws, Decisions, Holders, Recorded
from .documents import ACCOUNT, ANYONE, READ, REGION, allow, deny, document, when

SOURCE = """
import boto3
def handler(event, context):
    if "interfaces" in event:
        return boto3.client("ec2").describe_network_interfaces()
    client = boto3.client("secretsmanager")
    return client.get_secret_value(SecretId=event["secret"], VersionStage="AWSCURRENT")[
        "SecretString"
    ]
"""
LOGGING = ["CreateLogGroup", "CreateLogStream", "PutLogEvents"]
INTERFACES = ["CreateNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets"]


@pytest.fixture(scope="module")
def functions(
    evaluator: Evaluator, tools: Toolchain, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Functions, Aws]]:
    """Functions on a local AWS that enforces policies."""
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server(
        "127.0.0.1",
        0,
        application,
        threaded=True,
        request_handler=MotoRequestHandler,
    )
    url = f"http://localhost:{server.server_port}"
    decisions = Decisions()
    directory = tmp_path_factory.mktemp("functions")
    with Functions(interpreter=tools.runtime, directory=directory, endpoint_url=url) as running:
        server.app = enforce(
            application,
            evaluator=evaluator,
            functions=running,
            instances=Holders(),
            decisions=decisions,
        )
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield running, Aws(url, decisions, Recorded(), Holders())
        server.shutdown()
        thread.join()
    server.server_close()


class Reader:
    """A function in a VPC that reads a secret under a customer's key, and nothing too many."""

    def __init__(self, functions: Functions, aws: Aws) -> None:
        self._functions = functions
        self._aws = aws
        self.name = f"reader-{uuid.uuid4().hex[:8]}"
        self.arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.name}"
        self.key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
        self.secret = aws.client("secretsmanager").create_secret(
            Name=self.name, SecretString="one", KmsKeyId=self.key
        )["ARN"]

    @property
    def log(self) -> Path:
        return self._functions.logs.file_of(self.name)

    def deploy(self, *, without: str = "", policy: dict[str, Any] | None = None) -> None:
        """Deploy it with all rights that it needs but one, maybe with an endpoint's policy."""
        current = when("StringEquals", "secretsmanager:VersionStage", "AWSCURRENT")
        own = when("StringEquals", "kms:EncryptionContext:SecretARN", self.secret)
        log = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{self.name}:*"
        rights = [
            allow(READ, self.secret, **current),
            allow("kms:Decrypt", self.key, **own),
            *(allow(f"logs:{action}", log) for action in LOGGING),
            *(allow(f"ec2:{action}") for action in INTERFACES),
            deny("ec2:*", **when("ArnEquals", "lambda:SourceFunctionArn", self.arn)),
        ]
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
        iam = self._aws.client("iam")
        role = iam.create_role(
            RoleName=self.name,
            AssumeRolePolicyDocument=json.dumps(document(trust | {"Action": "sts:AssumeRole"})),
        )["Role"]["Arn"]
        iam.put_role_policy(
            RoleName=self.name,
            PolicyName="own",
            PolicyDocument=json.dumps(
                document(*(right for right in rights if right["Action"] != without))
            ),
        )
        self._aws.client("lambda").create_function(
            FunctionName=self.name,
            Runtime=f"python{sys.version_info.major}.{sys.version_info.minor}",
            Role=role,
            Handler="app.handler",
            Timeout=30,
            Code={"ZipFile": zipped(SOURCE)},
            VpcConfig=self._network(policy or document(allow("secretsmanager:*", **ANYONE))),
        )

    def _network(self, policy: dict[str, Any]) -> dict[str, list[str]]:
        ec2 = self._aws.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
        group = ec2.create_security_group(GroupName=self.name, Description="-", VpcId=vpc)[
            "GroupId"
        ]
        everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=everything)
        ec2.create_vpc_endpoint(
            VpcId=vpc,
            ServiceName=f"com.amazonaws.{REGION}.secretsmanager",
            VpcEndpointType="Interface",
            SubnetIds=[subnet],
            SecurityGroupIds=[group],
            PrivateDnsEnabled=True,
            PolicyDocument=json.dumps(policy),
        )
        return {"SubnetIds": [subnet], "SecurityGroupIds": [group]}

    def invoke(self, **event: str) -> Invocation:
        return self._functions.invoke(self.arn, {"secret": self.secret} | event)


@pytest.fixture
def reader(functions: tuple[Functions, Aws]) -> Reader:
    return Reader(*functions)


def test_a_function_with_all_rights_reads_and_logs(reader: Reader) -> None:
    reader.deploy()
    invocation = reader.invoke()
    assert invocation.error is None, invocation.error
    assert invocation.answer == "one"
    assert "not in log group" not in reader.log.read_text()


@pytest.mark.parametrize("right", [READ, "kms:Decrypt"])
def test_without_a_right_the_functions_code_is_refused(reader: Reader, right: str) -> None:
    reader.deploy(without=right)
    error = reader.invoke().error
    assert error is not None
    assert "AccessDeniedException" in error.message
    assert f"is not authorized to perform: {right} on" in error.message


@pytest.mark.parametrize("action", INTERFACES)
def test_without_the_right_to_interfaces_the_function_does_not_run(
    reader: Reader, action: str
) -> None:
    reader.deploy(without=f"ec2:{action}")
    with pytest.raises(CannotRun, match=f"permissions to call {action} on EC2"):
        reader.invoke()


@pytest.mark.parametrize("action", LOGGING)
def test_without_the_right_to_log_the_function_runs_and_logs_nowhere(
    reader: Reader, action: str
) -> None:
    reader.deploy(without=f"logs:{action}")
    assert reader.invoke().answer == "one"
    assert "(this is not in log group" in reader.log.read_text()
    assert f"not authorized to perform: logs:{action} on" in reader.log.read_text()


def test_the_functions_code_has_no_way_to_where_lambda_makes_interfaces(reader: Reader) -> None:
    everyone = document(allow("*", **ANYONE))
    reader.deploy(policy=everyone)
    error = reader.invoke(interfaces="mine").error
    assert error is not None
    assert "cannot reach ec2" in error.message


def test_the_endpoints_policy_bites_a_real_function(reader: Reader) -> None:
    reader.deploy(policy=document(allow("secretsmanager:PutSecretValue", **ANYONE)))
    error = reader.invoke().error
    assert error is not None
    assert "because no VPC endpoint policy allows" in error.message
