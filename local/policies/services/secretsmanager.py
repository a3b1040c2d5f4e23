"""Secrets Manager.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
"""

from dataclasses import replace

from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend, secretsmanager_backends

from local.policies.call import Call
from local.policies.request import Access, Policy
from local.policies.services.kms import key_access

# Condition keys that hold a parameter of the call, if it has it.
_PARAMETERS = {
    "SecretId": "secretsmanager:SecretId",
    "VersionId": "secretsmanager:VersionId",
    "VersionStage": "secretsmanager:VersionStage",
    "RotationLambdaARN": "secretsmanager:RotationLambdaARN",
    "BlockPublicPolicy": "secretsmanager:BlockPublicPolicy",
    "RecoveryWindowInDays": "secretsmanager:RecoveryWindowInDays",
    "ForceDeleteWithoutRecovery": "secretsmanager:ForceDeleteWithoutRecovery",
}


def _without_secret(call: Call) -> list[Access]:
    return [Access(action=call.name, resource="*")]


def _on_secret(call: Call) -> list[Access]:
    secret = _find(call)
    policy = secret.policy if secret else None
    return [
        Access(
            action=call.name,
            resource=secret.arn if secret else _expected_arn(call),
            context=_parameters(call) | (_attributes(secret) if secret else {}),
            resource_policy=Policy.read("the secret's policy", policy) if policy else None,
        )
    ]


def _read_value(call: Call) -> list[Access]:
    return [*_on_secret(call), *_with_key(call, _version_read(call), "kms:Decrypt")]


def _write_value(call: Call) -> list[Access]:
    token = call.parameters.get("ClientRequestToken", "")
    return [*_on_secret(call), *_with_key(call, token, "kms:GenerateDataKey", "kms:Decrypt")]


def _update(call: Call) -> list[Access]:
    writes = {"SecretString", "SecretBinary", "KmsKeyId"} & call.parameters.keys()
    return _write_value(call) if writes else _on_secret(call)


def _rotate(call: Call) -> list[Access]:
    secret = _find(call)
    function = call.parameters.get("RotationLambdaARN") or (secret and secret.rotation_lambda_arn)
    changes = {"secretsmanager:ModifyRotationRules": _told("RotationRules" in call.parameters)}
    rotate = [replace(access, context={**access.context, **changes}) for access in _on_secret(call)]
    if not function:
        return rotate
    invoke = Access(
        action="lambda:InvokeFunction", resource=function, by_service=_service(call.region)
    )
    return [*rotate, invoke]


def _with_key(call: Call, version: str, *actions: str) -> list[Access]:
    """List what Secrets Manager asks of the key, in the caller's name."""
    secret = _find(call)
    key = secret.kms_key_id if secret else None
    # Anybody who may use the secret may use AWS's own key through Secrets Manager.
    if not secret or not key or key.endswith(SecretsManagerBackend.DEFAULT_KMS_KEY_ALIAS):
        return []
    encryption_context = {"SecretARN": secret.arn, "SecretVersionId": version}
    return [
        key_access(
            action,
            key,
            region=call.region,
            account=call.account,
            encryption_context=encryption_context,
            by_service=_service(call.region),
        )
        for action in actions
    ]


def _version_read(call: Call) -> str:
    secret = _find(call)
    if "VersionId" in call.parameters or secret is None:
        return str(call.parameters.get("VersionId", ""))
    stage = call.parameters.get("VersionStage", "AWSCURRENT")
    for version, details in secret.versions.items():
        if stage in details["version_stages"]:
            return version
    return ""


def _find(call: Call) -> FakeSecret | None:
    secrets = secretsmanager_backends[call.account][call.region].secrets
    found = secrets.get(call.parameters["SecretId"])
    return found if isinstance(found, FakeSecret) else None


def _expected_arn(call: Call) -> str:
    """Name a secret that does not exist; whoever may read all may learn that."""
    secret_id = str(call.parameters["SecretId"])
    if secret_id.startswith("arn:"):
        return secret_id
    return f"arn:aws:secretsmanager:{call.region}:{call.account}:secret:{secret_id}"


def _parameters(call: Call) -> dict[str, str]:
    given = {name: call.parameters.get(name) for name in _PARAMETERS}
    return {
        _PARAMETERS[name]: _told(value) if isinstance(value, bool) else str(value)
        for name, value in given.items()
        if value is not None
    }


def _told(value: bool) -> str:  # noqa: FBT001  # the value of a condition key
    return str(value).lower()


def _attributes(secret: FakeSecret) -> dict[str, str]:
    context: dict[str, str] = {"aws:ResourceAccount": secret.account_id}
    if secret.rotation_lambda_arn:
        context["secretsmanager:resource/AllowRotationLambdaArn"] = secret.rotation_lambda_arn
    for tag in secret.tags or []:
        context[f"secretsmanager:ResourceTag/{tag['Key']}"] = tag["Value"]
        context[f"aws:ResourceTag/{tag['Key']}"] = tag["Value"]
    return context


def _service(region: str) -> str:
    return f"secretsmanager.{region}.amazonaws.com"


OPERATIONS = {
    "CancelRotateSecret": _on_secret,
    "DeleteResourcePolicy": _on_secret,
    "DeleteSecret": _on_secret,
    "DescribeSecret": _on_secret,
    "GetRandomPassword": _without_secret,
    "GetResourcePolicy": _on_secret,
    "GetSecretValue": _read_value,
    "ListSecretVersionIds": _on_secret,
    "ListSecrets": _without_secret,
    "PutResourcePolicy": _on_secret,
    "PutSecretValue": _write_value,
    "RestoreSecret": _on_secret,
    "RotateSecret": _rotate,
    "TagResource": _on_secret,
    "UntagResource": _on_secret,
    "UpdateSecret": _update,
    "UpdateSecretVersionStage": _on_secret,
}
