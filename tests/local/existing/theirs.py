"""Secrets and functions that a team has had for years: rotated by AWS's functions, or like those.

`AWS_ROTATION_FUNCTIONS` may name a folder with AWS's own published functions, each in the folder of
its name with all that it imports; docs/adopting.md says how to make one.
"""

import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

from credential_rotation.bundle import Bundle
from local.aws.configuration import ACCOUNT
from local.demo.rotation_follower import RotationFollower
from local.local_aws import LocalAws
from tests.local.conftest import TRUST

MASTER = {"username": "boss", "password": "a-password-of-the-boss"}
PASSWORD = "chosen-by-somebody-1"

OURS = f"arn:aws:iam::{ACCOUNT}:role/orders/production/main/*"
"""The roles that docs/adopting.md asks a team to let in."""

_AWS = "AWS_ROTATION_FUNCTIONS"
_FOLDERS = {
    "alternating": "SecretsManagerRDSPostgreSQLRotationMultiUser",
    "single": "SecretsManagerRDSPostgreSQLRotationSingleUser",
}
_LOGINS = {"alternating": "clerk", "single": "nightly"}
RULES = {"ScheduleExpression": "cron(0 4 1 * ? *)", "Duration": "2h"}


class Theirs:
    """A secret with description, tags, a policy and a key, which a function of theirs rotates.

    Attributes:
        login: What the login is called that adopts it.
        strategy: How it rotates.
        arn: ARN of the secret.
        key: ARN of its key.
        function: ARN of the function.
    """

    def __init__(
        self, aws: LocalAws, there: dict[str, Any], strategy: str, login: str = ""
    ) -> None:
        self._aws, self._secrets = aws, aws.client("secretsmanager")
        self.login, self.strategy = login or _LOGINS[strategy], strategy
        place = {"engine": "postgres", "host": "legacy.rds.localhost", "dbname": "legacy"}
        master = {**MASTER, **place, "port": there["ports"]["legacy"]}
        content = {
            **master,
            "username": self.login,
            "password": PASSWORD,
            "masterarn": there["secrets"]["legacy"],
        }
        with aws.log_in(master) as boss:
            boss.execute(f"CREATE ROLE {self.login} LOGIN PASSWORD '{PASSWORD}'")
        self.key = aws.client("kms").create_key(Description=self.login)["KeyMetadata"]["Arn"]
        self.arn: str = self._secrets.create_secret(
            Name=f"payroll/{self.login}",
            Description=f"Made by hand for {self.login}",
            SecretString=json.dumps(content),
            KmsKeyId=self.key,
            Tags=[{"Key": "team", "Value": "payroll"}],
        )["ARN"]
        self.function = self._deploy(there)
        role = f"arn:aws:iam::{ACCOUNT}:role/rotates-{self.login}"
        self.admit(role, OURS)
        self._secrets.rotate_secret(
            SecretId=self.arn,
            RotationLambdaARN=self.function,
            RotationRules=RULES,
            RotateImmediately=False,
        )

    def settings(self) -> dict[str, str]:
        """How a login adopts it."""
        return {
            "username": self.login,
            "strategy": self.strategy,
            "adopt_secret_arn": self.arn,
            "adopt_secret_key_arn": self.key,
            "adopt_function_arn": self.function,
        }

    def admit(self, *roles: str) -> None:
        """Let some roles read the secret, and nobody else of the account."""
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "secretsmanager:GetSecretValue",
                    "Resource": "*",
                    "Condition": {"ArnNotLike": {"aws:PrincipalArn": list(roles)}},
                }
            ],
        }
        self._secrets.put_resource_policy(SecretId=self.arn, ResourcePolicy=json.dumps(policy))

    def kept(self) -> dict[str, Any]:
        """What a rotation has no business with."""
        described = self._secrets.describe_secret(SecretId=self.arn)
        policy = self._secrets.get_resource_policy(SecretId=self.arn)["ResourcePolicy"]
        names = ("ARN", "Name", "Description", "KmsKeyId", "Tags")
        return {"policy": json.loads(policy), **{name: described[name] for name in names}}

    def rotation(self) -> dict[str, Any]:
        """What rotates it, when, and whether."""
        described = self._secrets.describe_secret(SecretId=self.arn)
        names = ("RotationEnabled", "RotationLambdaARN", "RotationRules")
        return {name: described[name] for name in names}

    def labels(self) -> dict[str, list[str]]:
        """Which versions there are."""
        labels: dict[str, list[str]] = self._secrets.describe_secret(SecretId=self.arn)[
            "VersionIdsToStages"
        ]
        return labels

    def document(self, label: str = "AWSCURRENT") -> dict[str, Any]:
        """The content of a version."""
        answer = self._secrets.get_secret_value(SecretId=self.arn, VersionStage=label)
        return dict(json.loads(answer["SecretString"]))

    def rotate(self) -> dict[str, Any]:
        """Rotate it, by whatever does, and log in; gives the new content."""
        before = self.document()
        RotationFollower(self._aws, f"payroll/{self.login}").rotate()
        after = self.document()
        assert after["password"] != before["password"]
        self._aws.log_in(after).close()
        return after

    def _deploy(self, there: dict[str, Any]) -> str:
        iam, functions = self._aws.client("iam"), self._aws.client("lambda")
        name = f"rotates-{self.login}"
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        allowed = {
            "Effect": "Allow",
            "Action": ["secretsmanager:*", "kms:*", "logs:*", "ec2:*"],
            "Resource": "*",
        }
        iam.put_role_policy(
            RoleName=name,
            PolicyName="own",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
        )
        handler, code = _code(self.strategy)
        arn: str = functions.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=role,
            Handler=handler,
            Code={"ZipFile": code},
            Timeout=30,
            VpcConfig={
                "SubnetIds": [there["ids"]["Subnet0"]],
                "SecurityGroupIds": [there["groups"]["theirs"]],
            },
            Environment={
                "Variables": {
                    "STRATEGY": self.strategy,
                    "SECRETS_MANAGER_ENDPOINT": self._aws.server.url,
                    "EXCLUDE_PUNCTUATION": "true",
                }
            },
        )["FunctionArn"]
        functions.add_permission(
            FunctionName=name,
            StatementId="rotation",
            Action="lambda:InvokeFunction",
            Principal="secretsmanager.amazonaws.com",
            SourceArn=self.arn,
        )
        return arn


def _code(strategy: str) -> tuple[str, bytes]:
    """The handler of their function, and its zip."""
    if folder := os.environ.get(_AWS):
        return "lambda_function.lambda_handler", _zip_of(Path(folder) / _FOLDERS[strategy])
    package = io.BytesIO(Bundle("postgres_user").build().read_bytes())  # the driver is in it
    with zipfile.ZipFile(package, "a") as file:
        file.write(Path(__file__).with_name("their_function.py"), "their_function.py")
    return "their_function.handler", package.getvalue()


def _zip_of(folder: Path) -> bytes:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.rglob("*")):
            file.write(path, path.relative_to(folder))
    return package.getvalue()
