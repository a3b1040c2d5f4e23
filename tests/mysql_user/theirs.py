"""Two users whom somebody else's function has rotated: AWS's, or one that does the same.

With `AWS_ROTATION_FUNCTIONS` it is AWS's own: docs/adopting.md says what the folder holds. Without,
it is what those do at the server, which is what rotations of ours find there afterwards.
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-two-users.html
"""

import importlib.util
import json
import os
import secrets as random
import warnings
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from fakes.mysql import MySQLWorld, execute
from fakes.world import STEPS

_OWN = "AWS_ROTATION_FUNCTIONS"
_FOLDERS = {
    True: "SecretsManagerRDSMariaDBRotationMultiUser",
    False: "SecretsManagerRDSMySQLRotationMultiUser",
}


def rotate(world: MySQLWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rotates the application's secret by their function, to the other one of the two users."""
    folder = os.environ.get(_OWN)
    step = _of_aws(Path(folder), world, monkeypatch) if folder else _like_it(world)
    token = world.secrets.begin(world.arn)
    for name in STEPS:
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            step({"SecretId": world.arn, "ClientRequestToken": token, "Step": name}, None)
    assert world.secrets.secrets[world.arn].labels["AWSCURRENT"] == token


def _of_aws(
    folder: Path, world: MySQLWorld, monkeypatch: pytest.MonkeyPatch
) -> Callable[[dict[str, str], Any], None]:
    path = folder / _FOLDERS[world.mariadb] / "lambda_function.py"
    spec = importlib.util.spec_from_file_location("their_function", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setenv("SECRETS_MANAGER_ENDPOINT", "")
    monkeypatch.setattr(boto3, "client", lambda *_, **__: _Client(world))
    # Theirs takes whatever does not begin with 8 for what had PASSWORD(), which MySQL 9 has not.
    monkeypatch.setattr(module, "get_password_option", lambda _: "%s", raising=False)
    handler: Callable[[dict[str, str], Any], None] = module.lambda_handler
    return handler


class _Client:
    """Secrets Manager as boto3 has it."""

    exceptions = SimpleNamespace(ResourceNotFoundException=ClientError)

    def __init__(self, world: MySQLWorld) -> None:
        self._world = world

    def __getattr__(self, name: str) -> Any:  # whatever the fake has
        return getattr(self._world.secrets, name)

    def get_random_password(self, **_: object) -> dict[str, str]:
        return {"RandomPassword": random.token_urlsafe(24)}


def _like_it(world: MySQLWorld) -> Callable[[dict[str, str], Any], None]:
    def step(event: dict[str, str], _: object) -> None:
        token, current = event["ClientRequestToken"], world.document()
        if event["Step"] == "createSecret":
            name = world.user if current["username"] == world.clone else world.clone
            new = current | {"username": name, "password": random.token_urlsafe(24)}
            world.secrets.put_secret_value(
                SecretId=world.arn,
                ClientRequestToken=token,
                SecretString=json.dumps(new),
                VersionStages=["AWSPENDING"],
            )
        if event["Step"] == "setSecret":
            _copy(world, current["username"], world.pending(token))
        if event["Step"] == "finishSecret":
            world.secrets.update_secret_version_stage(
                SecretId=world.arn,
                VersionStage="AWSCURRENT",
                MoveToVersionId=token,
                RemoveFromVersionId=world.secrets.secrets[world.arn].labels["AWSCURRENT"],
            )

    return step


def _copy(world: MySQLWorld, source: str, to: dict[str, Any]) -> None:
    """Grants up to the word TO: what follows is lost, and so is all that is not a grant."""
    with world.as_admin() as admin:
        execute(admin, "CREATE USER IF NOT EXISTS %s", to["username"])
        for [grant] in execute(admin, "SHOW GRANTS FOR %s", source):
            execute(admin, f"{grant.split(' TO ')[0].replace('%', '%%')} TO %s", to["username"])
        execute(admin, "ALTER USER %s IDENTIFIED BY %s", to["username"], to["password"])
