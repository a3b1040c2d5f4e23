"""KMS.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
"""

from collections.abc import Mapping

from moto.kms.models import Key, kms_backends
from moto.kms.utils import _deserialize_ciphertext_blob as deserialize

from local.policies.call import Call
from local.policies.request import Access, Policy


def key_access(
    action: str,
    key_id: str,
    *,
    region: str,
    account: str,
    encryption_context: Mapping[str, str],
    by_service: str | None = None,
    more: Mapping[str, str] | None = None,
) -> Access:
    """Describe the use of a key.

    Args:
        action: For example `kms:Decrypt`.
        key_id: The key's id or ARN, or an alias's name or ARN.
        region: Where it is used.
        account: Who uses it.
        encryption_context: What the ciphertext is bound to.
        by_service: The service that uses it for the caller, if one does.
        more: Further condition keys of the call.
    """
    key = _find(key_id, region, account)
    context: dict[str, str | tuple[str, ...]] = {
        f"kms:EncryptionContext:{name}": value for name, value in encryption_context.items()
    }
    context |= more or {}
    context["kms:CallerAccount"] = account
    if encryption_context:
        context["kms:EncryptionContextKeys"] = tuple(encryption_context)
    if by_service:
        context["kms:ViaService"] = by_service
    if "alias/" in key_id:
        context["kms:RequestAlias"] = key_id[key_id.index("alias/") :]
    return Access(
        action=action,
        resource=key.arn if key else _expected_arn(key_id, region, account),
        context=context,
        resource_policy=Policy.read("the key's policy", key.policy) if key else None,
        by_service=by_service,
    )


_SAID = {
    "KeyPairSpec": "kms:DataKeyPairSpec",
    "MessageType": "kms:MessageType",
    "SigningAlgorithm": "kms:SigningAlgorithm",
}
"""The condition keys of parameters."""


def _on_key(call: Call) -> list[Access]:
    given = call.parameters
    return [
        key_access(
            call.name,
            call.parameters["KeyId"],
            region=call.region,
            account=call.account,
            encryption_context=call.parameters.get("EncryptionContext", {}),
            more={key: given[name] for name, key in _SAID.items() if name in given},
        )
    ]


def _decrypt(call: Call) -> list[Access]:
    if "KeyId" in call.parameters:
        return _on_key(call)
    key_id = deserialize(call.parameters["CiphertextBlob"]).key_id
    return [
        key_access(
            call.name,
            key_id,
            region=call.region,
            account=call.account,
            encryption_context=call.parameters.get("EncryptionContext", {}),
        )
    ]


def _find(key_id: str, region: str, account: str) -> Key | None:
    owner = key_id.split(":")[4] if key_id.startswith("arn:") else account
    backend = kms_backends[owner][region]
    return backend.keys.get(backend.any_id_to_key_id(key_id))


def _expected_arn(key_id: str, region: str, account: str) -> str:
    if key_id.startswith("arn:"):
        return key_id
    return f"arn:aws:kms:{region}:{account}:key/{key_id}"


def _everywhere(call: Call) -> list[Access]:
    return [Access(action=call.name, resource="*")]


OPERATIONS = {
    "CreateKey": _everywhere,
    "Decrypt": _decrypt,
    "DescribeKey": _on_key,
    "DisableKey": _on_key,
    "Encrypt": _on_key,
    "GenerateDataKey": _on_key,
    "GenerateDataKeyPair": _on_key,
    "GenerateDataKeyWithoutPlaintext": _on_key,
    "GetKeyPolicy": _on_key,
    "GetPublicKey": _on_key,
    "ListAliases": _everywhere,
    "PutKeyPolicy": _on_key,
    "ScheduleKeyDeletion": _on_key,
    "Sign": _on_key,
}
