"""STS.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
"""

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends

from local.policies.access import Access
from local.policies.call import Call
from local.policies.request import Policy

_PARAMETERS = {
    "ExternalId": "sts:ExternalId",
    "RoleSessionName": "sts:RoleSessionName",
    "SourceIdentity": "sts:SourceIdentity",
}


def _get_caller_identity(_: Call) -> list[Access]:
    """Nothing is needed: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html."""
    return []


def _assume_role(call: Call) -> list[Access]:
    arn = call.parameters["RoleArn"]
    given = {key: call.parameters.get(name) for name, key in _PARAMETERS.items()}
    return [
        Access(
            action=call.name,
            resource=arn,
            context={key: value for key, value in given.items() if value},
            resource_policy=_trust(arn),
        )
    ]


def _trust(role_arn: str) -> Policy:
    _, partition, _, _, account, _ = role_arn.split(":", 5)
    try:
        role = iam_backends[account][partition].get_role_by_arn(role_arn)
    except NotFoundException:
        # It trusts nobody, which is what AWS answers; moto would hand out credentials for it.
        return Policy("no such role", {"Version": "2012-10-17", "Statement": []})
    return Policy.read("the role's trust policy", role.assume_role_policy_document)


OPERATIONS = {"AssumeRole": _assume_role, "GetCallerIdentity": _get_caller_identity}
