"""The local AWS as a whole: a PostgreSQL, the server, and the CDK CLI pointed at it."""

import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import boto3
import psycopg
import pymysql

from local.aws.configuration import ACCOUNT, Configuration, DatabaseServer
from local.aws.journal import Journal
from local.cdk import Cdk
from local.errors import LocalError
from local.patience import patient
from local.postgres import PostgresServer
from local.server_folder import HOST
from local.server_process import ServerProcess
from local.toolchain import ROOT, Toolchain

if TYPE_CHECKING:
    from botocore.awsrequest import AWSRequest
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from psycopg.rows import TupleRow
    from pymysql.connections import Connection
    from pymysql.cursors import Cursor

T = TypeVar("T")
REGION = "us-east-1"
_REMOVALS = 20
_CONNECT_SECONDS = 10
RUNS = ROOT / ".local"
"""Each run has a folder of its own here, so that runs don't disturb each other."""


class LocalAws:
    """A running local AWS; use it as a context manager.

    No process of it stays, and no file, unless a `LocalError` ends it or `keep_files` is set.

    Attributes:
        directory: The run's own folder.
        keep_files: Whether the folder stays on leaving; set it when something went wrong.
        server: The server's process; known once entered.
        postgres: The database server.
    """

    def __init__(self, toolchain: Toolchain, *, speed: float = 1.0) -> None:
        self._toolchain = toolchain
        self._speed = speed
        self._stack = ExitStack()
        self.keep_files = False

    def __enter__(self) -> Self:
        """Start PostgreSQL and the server.

        Raises:
            LocalError: One of them did not start.
        """
        RUNS.mkdir(exist_ok=True)
        started = time.strftime("%H%M%S")
        self.directory = Path(tempfile.mkdtemp(prefix=f"run-{started}-", dir=RUNS))
        with ExitStack() as stack:
            stack.push(self._clean_up)
            # Its code loads while PostgreSQL starts.
            self.server = stack.enter_context(ServerProcess(self.logs))
            self.postgres = stack.enter_context(PostgresServer(log=self.logs / "postgres.log"))
            stack.callback(self.server.stop)  # before the database that it uses
            self._configuration = self._configure()
            self.server.serve(self._configuration)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all that was started."""
        self._stack.__exit__(kind, error, trace)

    def keep(self, context: "AbstractContextManager[T]") -> T:
        """Enter something that is left when this ends.

        Args:
            context: It.
        """
        return self._stack.enter_context(context)

    @property
    def logs(self) -> Path:
        """The folder with all logs."""
        return self.directory / "logs"

    @property
    def authorities(self) -> Path:
        """PEM file with whom the functions trust at a database."""
        return self._configuration.authorities

    @property
    def rotations(self) -> Journal:
        """What Secrets Manager has rotated."""
        return Journal(self._configuration.rotations)

    @property
    def decisions(self) -> Journal:
        """What the policies have allowed and denied."""
        return Journal(self._configuration.decisions)

    @property
    def exports(self) -> dict[str, str]:
        """The variables that point any AWS tool here."""
        return {
            "AWS_ENDPOINT_URL": self.server.url,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",  # the server knows no passwords
            "AWS_REGION": REGION,  # the CLIs and newer SDKs
            "AWS_DEFAULT_REGION": REGION,  # boto3
            "CDK_HOME": str(self.directory / "cdk-home"),
        }

    def client(self, service: str, *, account: str = ACCOUNT) -> Any:  # noqa: ANN401 - callers annotate with the stubs' type
        """Return a boto3 client of a service, with the rights of an account's administrator.

        Args:
            service: As boto3 names it.
            account: The account; any twelve digits are one.
        """
        client = boto3.client(
            service,  # type: ignore[call-overload] # the stubs list the services one by one
            endpoint_url=self.server.url,
            aws_access_key_id="local",
            aws_secret_access_key="local",  # noqa: S106 - the server knows no passwords
            region_name=REGION,
        )
        if account != ACCOUNT:
            client.meta.events.register("before-sign", partial(_into, account))
        return client

    def client_of(self, keys: Mapping[str, str], service: str) -> Any:  # noqa: ANN401 - likewise
        """Return a boto3 client with a user's or a session's keys, whose rights are enforced.

        Args:
            keys: The `AccessKey` that IAM has made, or the `Credentials` from STS.
            service: As boto3 names it.
        """
        return boto3.client(
            service,  # type: ignore[call-overload] # the stubs list the services one by one
            endpoint_url=self.server.url,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys.get("SessionToken"),
            region_name=REGION,
        )

    def cdk(self) -> Cdk:
        """Return the CDK CLI, pointed here."""
        without_aws = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        path = os.pathsep.join(
            [
                str(self._toolchain.python.parent),
                str(self._toolchain.node.parent),
                os.environ["PATH"],
            ]
        )
        nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
        return Cdk(
            command=self._toolchain.cdk,
            environment={**without_aws, **nowhere, **self.exports, "PATH": path},
            output=self.directory / "cdk.out",
            logs=self.logs,
        )

    def log_in(
        self, credential: Mapping[str, Any], *, password: str | None = None
    ) -> "psycopg.Connection[TupleRow]":
        """Open a connection to a PostgreSQL as its secret says, past all networks.

        Args:
            credential: The secret's content.
            password: Another password than the secret's.

        Raises:
            psycopg.OperationalError: The server refused.
        """
        return psycopg.connect(
            host=HOST,
            port=int(credential["port"]),
            user=credential["username"],
            password=credential["password"] if password is None else password,
            dbname=credential["dbname"],
            sslmode="verify-full",
            sslrootcert=str(self._configuration.authorities),
            connect_timeout=round(patient(_CONNECT_SECONDS)),
            autocommit=True,
        )

    def log_in_to_mysql(
        self, credential: Mapping[str, Any], *, password: str | None = None
    ) -> "Connection[Cursor]":
        """Do the same at a database of MySQL or MariaDB.

        Args:
            credential: The secret's content.
            password: Another password than the secret's.

        Raises:
            pymysql.err.OperationalError: The server refused.
        """
        return pymysql.connect(
            host=HOST,
            port=int(credential["port"]),
            user=credential["username"],
            password=credential["password"] if password is None else password,
            database=credential.get("dbname"),
            ssl_ca=str(self._configuration.authorities),
            ssl_verify_cert=True,
            ssl_verify_identity=True,
            connect_timeout=round(patient(_CONNECT_SECONDS)),
            autocommit=True,
        )

    def outputs(self, *stacks: str) -> dict[str, str]:
        """Return the outputs of some stacks by name, which is the same in no two of them."""
        cloudformation: CloudFormationClient = self.client("cloudformation")
        return {
            output["OutputKey"]: output["OutputValue"]
            for stack in stacks
            for described in cloudformation.describe_stacks(StackName=stack)["Stacks"]
            for output in described.get("Outputs", [])
        }

    def _configure(self) -> Configuration:
        return Configuration(
            directory=self.directory,
            region=REGION,
            runtime=self._toolchain.runtime,
            node=self._toolchain.node,
            node_modules=self._toolchain.node_modules,
            database=DatabaseServer(
                host=self.postgres.host,
                port=self.postgres.port,
                superuser_password=self.postgres.superuser_password,
                authority=self.postgres.ca,
            ),
            speed=self._speed,
        )

    def _clean_up(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        if not self.keep_files and not isinstance(error, LocalError):
            self._remove_files()

    def _remove_files(self) -> None:
        """Some process that was just ended may still have been writing."""
        for _ in range(_REMOVALS):
            shutil.rmtree(self.directory, ignore_errors=True)
            if not self.directory.exists():
                return
            time.sleep(0.1)


def _into(account: str, request: "AWSRequest", **_: object) -> None:
    """Send a request into another account: moto looks at this header."""
    request.headers["x-moto-account-id"] = account
