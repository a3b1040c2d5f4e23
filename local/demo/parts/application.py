"""An application that is not ours: a stack, subnets, roles and functions of its own.

Its team was let in by two settings, and by nothing else: its subnet is among the clients of the
database, and its role among the readers of the login.
"""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from local.aws.configuration import ACCOUNT
from local.demo.attempt import Attempt, Attempts, NotAsIntendedError
from local.demo.parts.part import Stage
from local.demo.template import deploy

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_ec2.client import EC2Client
    from mypy_boto3_lambda.client import LambdaClient

    from local.local_aws import LocalAws

LET_IN, ELSEWHERE = "10.0.0.128/27", "10.0.0.160/27"
"""Two ranges in the half of the network that our own subnets leave free."""

READER, STRANGER = "billing", "audit"
"""Roles: one that the login's secret admits, and one that it does not."""

OUTSIDE = "outside"
"""A function with the reader's role, in the subnet that was not let in."""

_FUNCTIONS = (
    (READER, READER, "LetIn"),
    (OUTSIDE, READER, "Elsewhere"),
    (STRANGER, STRANGER, "LetIn"),
)
"""Functions, each with its role and its subnet."""

_REFUSED = (
    (OUTSIDE, "log in from another subnet", "network"),
    (STRANGER, "log in with another role", "policy"),
)
"""Those that were not let in, each with what it tries, and what refuses it."""

_IN_A_NETWORK = (
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
)

_NETWORK = "10.0.0.0/24"
_PAUSE_SECONDS = 0.2
_OTHER_NETWORKS = ("network.", "databases.", "settings")
"""How settings begin with which this one's own would be wrong, or make another app."""


class ForeignApplication:
    """Shows that it logs in through rotations, and what is refused without a setting. See `Part`.

    Its functions run the code of the sample consumer: what they do is not the point.
    """

    def settings(self, given: Mapping[str, str], aws: "LocalAws") -> Mapping[str, str]:
        """Let it in."""
        del aws
        if any(name.startswith(_OTHER_NETWORKS) for name in given):
            return {}
        return {
            "network.cidr": _NETWORK,
            "databases.main.clients": LET_IN,
            "databases.main.logins.app.readers": f"arn:aws:iam::{ACCOUNT}:role/{READER}",
        }

    def prepare(self, aws: "LocalAws") -> None:
        """Nothing: neither a role nor a range has to exist before it is let in."""

    @contextmanager
    def show(self, stage: Stage) -> Iterator[None]:
        """Let it log in all the time, and let two try that were not let in."""
        if not _is_let_in(stage):
            yield
            return
        deploy(stage.aws, READER, _template(stage))
        with Application(stage.aws, READER) as application:
            yield
        application.tell(stage.attempts)
        for function, what, by in _REFUSED:
            answer, layer = call(stage.aws, function), refused_by(stage.aws, function)
            if "user" in answer or not (layer or "").endswith(by):
                raise NotAsIntendedError(function, what, f"{answer}, refused by {layer}")
            stage.attempts.made.append(Attempt(function, what, f"refused by the {by}"))


class Application:
    """Logs in again and again. Use it as a context manager: on leaving, it does so once more.

    Args:
        aws: The local AWS.
        function: Name of the function that logs in.
    """

    def __init__(self, aws: "LocalAws", function: str) -> None:
        self._aws = aws
        self._function = function
        self._answers: list[dict[str, str]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        """Log in for the first time, and go on."""
        self._call()
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Log in for the last time."""
        self._stop.set()
        self._thread.join()
        self._call()

    def tell(self, attempts: Attempts) -> None:
        """Write down how it went.

        Raises:
            NotAsIntendedError: It could not log in once, or has met no rotation.
        """
        what = "log in while its password rotates"
        failures = [str(each) for each in self._answers if "user" not in each]
        attempts.succeeded(self._function, what, calls=len(self._answers), failures=failures)
        if len({each["version_id"] for each in self._answers}) == 1:
            raise NotAsIntendedError(self._function, what, "it has met no rotation")

    def _run(self) -> None:
        while not self._stop.wait(_PAUSE_SECONDS):
            self._call()

    def _call(self) -> None:
        self._answers.append(call(self._aws, self._function))


def call(aws: "LocalAws", function: str) -> dict[str, str]:
    """Let a function log in; what it answers, or its error."""
    client: LambdaClient = aws.client("lambda")
    answer = client.invoke(FunctionName=function, Payload=b"{}")
    payload: dict[str, str] = json.loads(answer["Payload"].read())
    return payload


def refused_by(aws: "LocalAws", function: str) -> str | None:
    """What has refused a function the secret: the network, or a kind of policy; None if nothing."""
    refused = (
        each["layer"]
        for each in aws.decisions
        if each["verdict"] != "allowed"
        and each["principal"].endswith(f"/{function}")
        and each["action"] == "secretsmanager:GetSecretValue"
    )
    return next(refused, None)


def _is_let_in(stage: Stage) -> bool:
    """Whether the settings are those of this part: its range is a client of the endpoint."""
    client: EC2Client = stage.aws.client("ec2")
    group = stage.outputs.get("SecretsEndpointSecurityGroupId")
    if group is None:
        return False
    rules = client.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    return LET_IN in {each.get("CidrIpv4") for each in rules["SecurityGroupRules"]}


def _template(stage: Stage) -> dict[str, Any]:
    """The application's resources."""
    outputs = stage.outputs
    secret = outputs[f"{stage.consumed.id}SecretArn"]
    resources: dict[str, Any] = {
        name: {
            "Type": "AWS::EC2::Subnet",
            "Properties": {"VpcId": outputs["VpcId"], "CidrBlock": cidr},
        }
        for name, cidr in (("LetIn", LET_IN), ("Elsewhere", ELSEWHERE))
    }
    resources["Group"] = {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {"GroupDescription": READER, "VpcId": outputs["VpcId"]},
    }
    for name in (READER, STRANGER):
        resources[name] = role(name, secret_arn=secret, key_arn=outputs["SecretsKeyArn"])
    code = code_of(stage.aws, outputs["ConsumerFunctionName"])
    for name, role_name, subnet in _FUNCTIONS:
        resources[name.replace("-", "") + "Function"] = function(
            name,
            code=code,
            role_arn={"Fn::GetAtt": [role_name, "Arn"]},
            subnets=[{"Ref": subnet}],
            groups=[{"Fn::GetAtt": ["Group", "GroupId"]}],
            secret_arn=secret,
        )
    return resources


def role(name: str, *, secret_arn: str, key_arn: str) -> dict[str, Any]:
    """A role of a function that may read a secret, as far as its own policy goes."""
    statements: list[dict[str, Any]] = [
        {"Action": "secretsmanager:GetSecretValue", "Resource": secret_arn},
        {"Action": "kms:Decrypt", "Resource": key_arn},
        {"Action": ["logs:*", *_IN_A_NETWORK], "Resource": "*"},
    ]
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": name,
            "AssumeRolePolicyDocument": _document(
                {"Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
            ),
            "Policies": [{"PolicyName": "own", "PolicyDocument": _document(*statements)}],
        },
    }


def function(
    name: str,
    *,
    code: Mapping[str, Any],
    role_arn: Any,  # noqa: ANN401 - a text, or a function of CloudFormation
    subnets: Sequence[Any],
    groups: Sequence[Any],
    secret_arn: str,
) -> dict[str, Any]:
    """A function that logs in as the sample consumer does, with what it reads at each call.

    Args:
        name: Its name.
        code: Where its code is.
        role_arn: ARN of its role.
        subnets: Ids of its subnets.
        groups: Ids of its security groups.
        secret_arn: The secret that it reads.
    """
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": name,
            "Runtime": "python3.13",
            "Handler": "consumer.handler.handler",
            "Timeout": 15,
            "Role": role_arn,
            "Code": code,
            "Environment": {"Variables": {"SECRET_ID": secret_arn, "REFRESH_SECONDS": "0"}},
            "VpcConfig": {"SubnetIds": subnets, "SecurityGroupIds": groups},
        },
    }


def _document(*statements: Mapping[str, Any]) -> dict[str, Any]:
    allowed = [{"Effect": "Allow", **each} for each in statements]
    return {"Version": "2012-10-17", "Statement": allowed}


def code_of(aws: "LocalAws", consumer: str) -> dict[str, Any]:
    """Where the code of the sample consumer is, as the template says that has it as an output."""
    client: CloudFormationClient = aws.client("cloudformation")
    values = {
        stack["StackName"]: {each.get("OutputValue") for each in stack.get("Outputs", [])}
        for stack in client.describe_stacks()["Stacks"]
    }
    (stack,) = (name for name, found in values.items() if consumer in found)
    body: Any = client.get_template(StackName=stack)["TemplateBody"]
    template = json.loads(body) if isinstance(body, str) else body
    properties = [each.get("Properties", {}) for each in template["Resources"].values()]
    (code,) = (each["Code"] for each in properties if each.get("FunctionName") == consumer)
    found: dict[str, Any] = code
    return found
