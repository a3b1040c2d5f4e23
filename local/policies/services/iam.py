"""IAM, as far as functions manage access keys.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
"""

from moto.iam.models import User, iam_backends

from local.policies.access import Access
from local.policies.call import Call

_PARTITION = "aws"


def _on_user(call: Call) -> list[Access]:
    return [_access(call, call.parameters["UserName"])]


def _on_key_of_user(call: Call) -> list[Access]:
    backend = iam_backends[call.account][_PARTITION]
    user = backend.get_user_from_access_key_id(call.parameters["AccessKeyId"])
    return [_access(call, user.name if user else "")]


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
    "DeleteAccessKey": _on_user,
    "GetAccessKeyLastUsed": _on_key_of_user,
    "ListAccessKeys": _on_user,
    "UpdateAccessKey": _on_user,
}
