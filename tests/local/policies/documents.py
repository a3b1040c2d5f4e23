"""Policies and requests, written short."""

from typing import Any

from local.policies import Policy, Request

ACCOUNT = "123456789012"
REGION = "eu-west-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/rotation"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/rotation/session"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:app-AbCdEf"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
READ = "secretsmanager:GetSecretValue"
STAGE = "secretsmanager:VersionStage"
CONTEXT_KEY = "kms:EncryptionContext:SecretARN"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotation"


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def policy(*statements: dict[str, Any]) -> Policy:
    return Policy("policy", document(*statements))


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def when(operator: str, key: str, value: Any) -> dict[str, Any]:
    """A condition, to be given to `allow` or `deny`."""
    return {"Condition": {operator: {key: value}}}


ANYONE = {"Principal": "*"}
THE_ACCOUNT = {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
THE_ROLE = {"Principal": {"AWS": ROLE}}


def read_secret(*identity: dict[str, Any], **more: Any) -> Request:
    """A request to read a secret, with the principal's statements."""
    return Request(
        principal=SESSION,
        action="secretsmanager:GetSecretValue",
        resource=SECRET,
        resource_account=ACCOUNT,
        identity_policies=(policy(*identity),) if identity else (),
        **more,
    )


def use_key(*identity: dict[str, Any], **more: Any) -> Request:
    """A request to decrypt with a key, with the principal's statements."""
    return Request(
        principal=SESSION,
        action="kms:Decrypt",
        resource=KEY,
        resource_account=ACCOUNT,
        identity_policies=(policy(*identity),) if identity else (),
        **more,
    )


def assume_role(*identity: dict[str, Any], **more: Any) -> Request:
    """A request to assume a role, with the principal's statements."""
    return Request(
        principal=f"arn:aws:iam::{ACCOUNT}:user/operator",
        action="sts:AssumeRole",
        resource=ROLE,
        resource_account=ACCOUNT,
        identity_policies=(policy(*identity),) if identity else (),
        **more,
    )
