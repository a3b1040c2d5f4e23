"""IAM, as far as functions manage access keys, people their MFA, and the inventory looks on.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
"""

from moto.iam.models import User, iam_backends

from local.policies.call import Call
from local.policies.request import Access

_PARTITION = "aws"


def _everywhere(call: Call) -> list[Access]:
    return [Access(action=call.name, resource="*")]


def _on_user(call: Call) -> list[Access]:
    """Name the user; who names none means himself."""
    return [_access(call, call.parameters.get("UserName") or call.caller.user_name or "")]


def _on_new_device(call: Call) -> list[Access]:
    path = call.parameters.get("Path", "/")
    return [_on(call, f"mfa{path}{call.parameters['VirtualMFADeviceName']}")]


def _on_device(call: Call) -> list[Access]:
    return [Access(action=call.name, resource=call.parameters["SerialNumber"])]


def _on_key_of_user(call: Call) -> list[Access]:
    backend = iam_backends[call.account][_PARTITION]
    user = backend.get_user_from_access_key_id(call.parameters["AccessKeyId"])
    return [_access(call, user.name if user else "")]


def _on(call: Call, what: str) -> Access:
    return Access(action=call.name, resource=f"arn:{_PARTITION}:iam::{call.account}:{what}")


def _access(call: Call, user_name: str) -> Access:
    user = _find(call.account, user_name)
    arn = user.arn if user else f"arn:{_PARTITION}:iam::{call.account}:user/{user_name}"
    tags = user.tags or [] if user else []
    context = {f"iam:ResourceTag/{tag['Key']}": tag["Value"] for tag in tags}
    context |= {f"aws:ResourceTag/{tag['Key']}": tag["Value"] for tag in tags}
    return Access(action=call.name, resource=arn, context=context)


def _find(account: str, user_name: str) -> User | None:
    users = iam_backends[account][_PARTITION].users
    return users.get(user_name)


OPERATIONS = {
    "CreateAccessKey": _on_user,
    "CreateVirtualMFADevice": _on_new_device,
    "DeactivateMFADevice": _on_user,
    "DeleteAccessKey": _on_user,
    "DeleteVirtualMFADevice": _on_device,
    "EnableMFADevice": _on_user,
    "GenerateCredentialReport": _everywhere,
    "GetAccessKeyLastUsed": _on_key_of_user,
    "GetAccountAuthorizationDetails": _everywhere,
    "GetAccountPasswordPolicy": _everywhere,
    "GetCredentialReport": _everywhere,
    "GetUser": _on_user,
    "ListAccessKeys": _on_user,
    "ListAttachedUserPolicies": _on_user,
    "ListMFADevices": _on_user,
    "ListUserPolicies": _on_user,
    "ListUsers": _everywhere,
    "ListVirtualMFADevices": _everywhere,
    "ResyncMFADevice": _on_user,
    "UpdateAccessKey": _on_user,
}
