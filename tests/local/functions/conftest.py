"""A local Lambda: moto's server in a thread, and functions deployed to it as zips."""

import base64
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto.server import ThreadedMotoServer

from local.functions import Functions
from tests.local.conftest import TRUST

from .packages import zipped

ROOT = Path(__file__).parents[3]
RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
REGION = "eu-west-1"


@pytest.fixture(scope="session")
def interpreter() -> Path:
    """The Python that stands for Lambda's managed runtime; `make setup` makes it."""
    return ROOT / ".build" / "runtime" / "bin" / "python"


@pytest.fixture(scope="session")
def endpoint_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    # By its name: at an address moto takes a bucket for a part of the host.
    yield f"http://localhost:{server.get_host_and_port()[1]}"
    server.stop()


@dataclass
class Lambda:
    """What a test does with the local Lambda."""

    functions: Functions
    endpoint_url: str
    directory: Path

    def client(self, service: Any = "lambda") -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.endpoint_url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )

    def deploy(self, code: str, *, name: str, **configuration: Any) -> str:
        """Deploy a function whose module `app` has that code; its handler is `app.handler`."""
        arguments: dict[str, Any] = {
            "FunctionName": name,
            "Runtime": RUNTIME,
            "Role": self.role(name),
            "Handler": "app.handler",
            "Code": {"ZipFile": zipped(code)},
        }
        return str(self.client().create_function(**arguments | configuration)["FunctionArn"])

    def update(self, name: str, code: str) -> None:
        self.client().update_function_code(FunctionName=name, ZipFile=zipped(code))

    def role(self, name: str) -> str:
        role = self.client("iam").create_role(
            RoleName=f"{name}-role", AssumeRolePolicyDocument=TRUST
        )
        return str(role["Role"]["Arn"])

    def call(self, name: str, event: Any = None, **arguments: Any) -> dict[str, Any]:
        """Invoke over HTTP, as any client does."""
        answer = self.client().invoke(
            FunctionName=name, Payload=json.dumps(event or {}).encode(), **arguments
        )
        body = answer["Payload"].read()
        return {
            "status": answer["StatusCode"],
            "error": answer.get("FunctionError"),
            "answer": json.loads(body) if body else None,
            "log": base64.b64decode(answer.get("LogResult", "")).decode(),
        }


LambdaFactory = Callable[..., Lambda]


@pytest.fixture
def start(interpreter: Path, endpoint_url: str, tmp_path: Path) -> Iterator[LambdaFactory]:
    """Start a Lambda with settings of the test's own."""
    started: list[Functions] = []

    def start(**settings: Any) -> Lambda:
        functions = Functions(
            interpreter=interpreter, directory=tmp_path, endpoint_url=endpoint_url, **settings
        )
        started.append(functions.__enter__())
        return Lambda(functions, endpoint_url, tmp_path)

    yield start
    for functions in started:
        functions.__exit__()


@pytest.fixture
def aws(start: LambdaFactory) -> Lambda:
    return start()
