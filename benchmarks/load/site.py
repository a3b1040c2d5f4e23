"""A database and its secret, which the deployed rotation function rotates."""

import json
import uuid
from typing import TYPE_CHECKING, Any

from benchmarks.load.database import Database
from benchmarks.rotation.candidate import ours
from database.users import Users
from local.aws.configuration import ACCOUNT
from local.demo.rotation_follower import RotationFollower
from local.local_aws import LocalAws
from rotation.deadline import Deadline
from rotation.rotating_secret import RotatingSecret

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

_ADMIN_PASSWORD = "the-Admins-own-1"  # noqa: S105  # of a server of this run
_PREPARATION_SECONDS = 20
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


class Site:
    """A database, an admin, an application's user with its secret, and a function that rotates it.

    The process has to trust the server, as the functions of the local AWS do: `RDS_CA_BUNDLE`.

    Attributes:
        database: The server.
        arn: The secret.
    """

    def __init__(self, aws: LocalAws, database: Database, *, strategy: str) -> None:
        """Make everything; names are new each time.

        Args:
            aws: A running local AWS.
            database: The server.
            strategy: How the secret is rotated.
        """
        self.database = database
        self._aws = aws
        self._secrets: SecretsManagerClient = aws.client("secretsmanager")
        self._name = f"load_{uuid.uuid4().hex[:8]}"
        admin = f"{self._name}_admin"
        database.product.prepare(admin=admin, password=_ADMIN_PASSWORD, dbname=self._name)
        admin_arn = self._create_secret("admin", self._login(admin, _ADMIN_PASSWORD))
        application = self._login(f"{self._name}_app", f"First-{uuid.uuid4().hex}")
        self.arn = self._create_secret("application", {**application, "masterarn": admin_arn})
        self._create_first_user()
        self._watch = RotationFollower(aws, f"{self._name}/application")
        self._schedule(self._deploy(strategy))

    def rotate(self) -> None:
        """Rotate and wait for the end.

        Raises:
            RotationFailedError: It failed.
        """
        self._watch.rotate()

    def _login(self, username: str, password: str) -> dict[str, Any]:
        server = self.database.product.server
        return {
            "engine": self.database.product.engine,
            "host": server.host,
            "port": server.port,
            "username": username,
            "password": password,
            "dbname": self._name,
        }

    def _create_secret(self, what: str, document: dict[str, Any]) -> str:
        made = self._secrets.create_secret(
            Name=f"{self._name}/{what}", SecretString=json.dumps(document)
        )
        return made["ARN"]

    def _create_first_user(self) -> None:
        deadline = Deadline(_PREPARATION_SECONDS)
        secret = RotatingSecret(self._secrets, self.arn, deadline)
        Users(self.database.product.target).ensure(secret, owner="the load test", deadline=deadline)

    def _deploy(self, strategy: str) -> str:
        iam, functions = self._aws.client("iam"), self._aws.client("lambda")
        role = iam.create_role(RoleName=self._name, AssumeRolePolicyDocument=json.dumps(_TRUST))
        allow = {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        iam.put_role_policy(RoleName=self._name, PolicyName="own", PolicyDocument=policy)
        code = ours(self.database.engine, strategy)
        function = functions.create_function(
            FunctionName=self._name,
            Runtime="python3.11",
            Role=role["Role"]["Arn"],
            Handler=code.handler,
            Code={"ZipFile": code.code},
            Timeout=30,
            MemorySize=512,
            Environment={"Variables": dict(code.environment)},
        )
        functions.add_permission(
            FunctionName=self._name,
            StatementId="rotation",
            Action="lambda:InvokeFunction",
            Principal="secretsmanager.amazonaws.com",
            SourceAccount=ACCOUNT,
        )
        return str(function["FunctionArn"])

    def _schedule(self, function_arn: str) -> None:
        self._secrets.rotate_secret(
            SecretId=self.arn,
            RotationLambdaARN=function_arn,
            RotationRules={"AutomaticallyAfterDays": 30},
            RotateImmediately=False,
        )
