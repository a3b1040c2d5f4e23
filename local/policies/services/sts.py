"""STS.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
"""

from collections.abc import Mapping
from dataclasses import replace

from local.policies.call import Call
from local.policies.request import Access
from local.policies.role_trust import trust_of

_PARAMETERS = {"ExternalId": "sts:ExternalId", "RoleSessionName": "sts:RoleSessionName"}


def _get_caller_identity(_: Call) -> list[Access]:
    """Nothing is needed: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html."""
    return []


def _get_session_token(call: Call) -> list[Access]:
    """Nothing is needed, but it can be denied, as AWS's own example of an MFA policy tells.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage-mfa-only.html
    """
    return [Access(action=call.name, resource="*", unless_denied=True)]


def _assume_role(call: Call) -> list[Access]:
    """Name the role, and again for a source identity and for tags.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
    """
    arn = call.parameters["RoleArn"]
    source, tags = _source_identity(call), _tags(call)
    given = {key: call.parameters.get(name) for name, key in _PARAMETERS.items()}
    given["sts:SourceIdentity"] = source
    context = {**{key: value for key, value in given.items() if value}, **tags}
    access = Access(action=call.name, resource=arn, context=context, resource_policy=trust_of(arn))
    also = ["sts:SetSourceIdentity"] * bool(source) + ["sts:TagSession"] * bool(tags)
    return [access, *(replace(access, action=action) for action in also)]


def _source_identity(call: Call) -> str | None:
    """Return who assumes the role in the first place, which a chain of roles can't change."""
    return call.caller.source_identity or call.parameters.get("SourceIdentity")


def _tags(call: Call) -> Mapping[str, str | tuple[str, ...]]:
    tags = call.parameters.get("Tags", [])
    if not tags:
        return {}
    values = {f"aws:RequestTag/{tag['Key']}": tag["Value"] for tag in tags}
    return {**values, "aws:TagKeys": tuple(tag["Key"] for tag in tags)}


OPERATIONS = {
    "AssumeRole": _assume_role,
    "GetCallerIdentity": _get_caller_identity,
    "GetSessionToken": _get_session_token,
}
