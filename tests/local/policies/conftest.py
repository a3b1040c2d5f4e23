"""The real evaluator, and a local AWS behind it with principals that a test makes."""

import json
import threading
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from local import identity, toolchain
from local.functions.deployed import DeployedFunction
from local.policies import Evaluator, enforce
from local.policies.network import Host
from local.policies.recording import Seen
from local.trail.records import records_of

from .documents import ACCOUNT, REGION, document


@pytest.fixture(scope="session")
def tools() -> toolchain.Toolchain:
    return toolchain.find()


@pytest.fixture(scope="session")
def evaluator(tools: toolchain.Toolchain) -> Iterator[Evaluator]:
    with Evaluator(node=tools.node, node_modules=tools.node_modules, processes=2) as running:
        yield running


@dataclass
class Decisions:
    """A decision log in memory."""

    entries: list[dict[str, Any]] = field(default_factory=list)

    def append(self, **entry: Any) -> None:
        self.entries.append(entry)


@dataclass
class Recorded:
    """Records in memory, of every call."""

    entries: list[dict[str, Any]] = field(default_factory=list)

    def listeners(self) -> Sequence[Any]:
        return ["the test"]

    def note(self, seen: Seen, listeners: Sequence[Any]) -> None:
        del listeners
        self.entries += records_of(seen)


@dataclass
class Holders:
    """Which function or instance holds which credentials."""

    functions: dict[str, DeployedFunction] = field(default_factory=dict)
    instances: dict[str, Host] = field(default_factory=dict)

    def function_of(self, access_key_id: str) -> DeployedFunction | None:
        return self.functions.get(access_key_id)

    def instance_of(self, access_key_id: str) -> Host | None:
        return self.instances.get(access_key_id)


@dataclass
class Credentials:
    """What a session was given."""

    aws_access_key_id: str
    aws_secret_access_key: str
    aws_session_token: str | None = None


class Aws:
    """A local AWS in front of which policies are enforced."""

    def __init__(
        self, url: str, decisions: Decisions, recorded: Recorded, holders: Holders
    ) -> None:
        self.url = url
        self._decisions = decisions
        self._recorded = recorded
        self._holders = holders

    def client(self, service: Any, credentials: Credentials | None = None, **settings: Any) -> Any:
        """A client with these credentials; without, with the account's own."""
        given = credentials or Credentials("test", "test")
        path_style: Any = {"addressing_style": "path"}
        config = Config(retries={"total_max_attempts": 1}, s3=path_style, **settings)
        return boto3.client(
            service, region_name=REGION, endpoint_url=self.url, config=config, **vars(given)
        )

    def session(
        self, *statements: dict[str, Any], function: DeployedFunction | None = None, **role: Any
    ) -> Credentials:
        """Assume a role that has these statements as its policy, maybe as a function's code."""
        name = f"r{uuid.uuid4().hex[:10]}"
        iam = self.client("iam")
        arn = iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps(
                document(
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": ACCOUNT},
                        "Action": "sts:AssumeRole",
                    }
                )
            ),
            **role,
        )["Role"]["Arn"]
        if statements:
            iam.put_role_policy(
                RoleName=name, PolicyName="own", PolicyDocument=json.dumps(document(*statements))
            )
        return self.assume(arn, function=function)

    def assume(
        self, role_arn: str, *, function: DeployedFunction | None = None, **arguments: Any
    ) -> Credentials:
        given = self.client("sts").assume_role(
            RoleArn=role_arn, RoleSessionName="session", **arguments
        )["Credentials"]
        if function:
            self._holders.functions[given["AccessKeyId"]] = function
        return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])

    def decisions(self) -> list[dict[str, Any]]:
        """What was decided since the last time."""
        entries, self._decisions.entries = self._decisions.entries, []
        return entries

    def records(self) -> list[dict[str, Any]]:
        """What was recorded since the last time."""
        entries, self._recorded.entries = self._recorded.entries, []
        return entries


@pytest.fixture(scope="session")
def running(evaluator: Evaluator) -> Iterator[Aws]:
    decisions, recorded, holders = Decisions(), Recorded(), Holders()
    application = enforce(
        DomainDispatcherApplication(create_backend_app),
        evaluator=evaluator,
        functions=holders,
        instances=holders,
        decisions=decisions,
        recorder=recorded,
    )
    server = make_server(
        "127.0.0.1", 0, application, threaded=True, request_handler=MotoRequestHandler
    )
    thread = threading.Thread(target=server.serve_forever)
    with identity.installed():
        thread.start()
        yield Aws(f"http://localhost:{server.server_port}", decisions, recorded, holders)
        server.shutdown()
        thread.join()
    server.server_close()


@pytest.fixture
def aws(running: Aws) -> Aws:
    running.decisions()
    running.records()
    return running


@pytest.fixture
def missing(tmp_path: Path) -> Path:
    return tmp_path / "missing"


@pytest.fixture
def secret(aws: Aws) -> str:
    """A secret under AWS's own key."""
    made = aws.client("secretsmanager").create_secret(Name=uuid.uuid4().hex, SecretString="one")
    return str(made["ARN"])


@pytest.fixture
def key(aws: Aws) -> str:
    return str(aws.client("kms").create_key()["KeyMetadata"]["Arn"])


@pytest.fixture
def own_key_secret(aws: Aws, key: str) -> str:
    """A secret under a customer's key."""
    made = aws.client("secretsmanager").create_secret(
        Name=uuid.uuid4().hex, SecretString="one", KmsKeyId=key
    )
    return str(made["ARN"])
