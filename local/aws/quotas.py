"""The quotas of AWS that a deployment can run into, enforced for templates and for calls.

Each has its source. What the APIs' models bound, `local.aws.parameters` refuses; here is what is
counted in another way, or what moto's CloudFormation makes without a call.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import BaseResponse
from moto.iam.models import IAMBackend, iam_backends

from local.aws.cloudformation.resource import Properties

IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"


class QuotaExceededError(ServiceException):
    """Something is larger than AWS takes."""

    def __init__(self, quota: "Quota", size: int) -> None:
        self.code = quota.code
        super().__init__(f"{quota.message} ({size} of {quota.most} {quota.unit}; {quota.source})")


@dataclass(frozen=True)
class Quota:
    """A bound on the size of one text.

    Attributes:
        most: The largest size.
        unit: What is counted.
        code: The error's code.
        message: What the service says.
        source: AWS's page.
    """

    most: int
    unit: str
    code: str
    message: str
    source: str

    def check(self, size: int) -> None:
        """Refuse what is larger.

        Raises:
            QuotaExceededError: It is.
        """
        if size > self.most:
            raise QuotaExceededError(self, size)


def _text(value: Any) -> str:  # noqa: ANN401 - a document or its text
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def characters(value: Any) -> int:  # noqa: ANN401 - a document or its text
    """Count the characters of a document."""
    return len(_text(value))


def _bytes(value: Any) -> int:  # noqa: ANN401 - a document or its text
    return len(_text(value).encode())


def without_space(value: Any) -> int:  # noqa: ANN401 - a document or its text
    """Count as IAM does, which leaves white space out."""
    return len(re.sub(r"\s", "", _text(value)))


def _variables(value: Any) -> int:  # noqa: ANN401 - a map of variables
    variables = (value or {}).get("Variables", {})
    return sum(len(f"{k}{v}".encode()) for k, v in variables.items())


EVENT_PATTERN = Quota(
    2048,
    "characters",
    "ValidationException",
    "Event pattern is too large",
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html",
)
ENDPOINT_POLICY = Quota(
    20480,
    "characters",
    "InvalidPolicyDocument",
    "The endpoint policy is larger than the maximum size",
    "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html",
)
MANAGED_POLICY = Quota(
    6144,
    "characters without white space",
    "LimitExceeded",
    "Cannot exceed quota for PolicySize: 6144",
    IAM,
)
TRUST_POLICY = Quota(
    2048,
    "characters without white space",
    "LimitExceeded",
    "Cannot exceed quota for ACLSizePerRole: 2048",
    IAM,
)
"""The default; an account may have it raised to 4,096."""
INLINE = {
    "Role": Quota(
        10240,
        "characters without white space in all inline policies",
        "LimitExceeded",
        "Maximum policy size of 10240 bytes exceeded for role",
        IAM,
    ),
    "Group": Quota(
        5120,
        "characters without white space in all inline policies",
        "LimitExceeded",
        "Maximum policy size of 5120 bytes exceeded for group",
        IAM,
    ),
    "User": Quota(
        2048,
        "characters without white space in all inline policies",
        "LimitExceeded",
        "Maximum policy size of 2048 bytes exceeded for user",
        IAM,
    ),
}
SECRET_POLICY = Quota(
    20480,
    "characters",
    "InvalidParameterException",
    "The resource policy is too long",
    "https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html",
)
SECRET_VALUE = Quota(
    65536,
    "bytes",
    "InvalidParameterException",
    "The secret value is too long",
    "https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html",
)
FUNCTION_ENVIRONMENT = Quota(
    4096,
    "bytes",
    "InvalidParameterValueException",
    "Lambda was unable to configure your environment variables because the environment variables "
    "you have provided exceeded the 4KB limit.",
    "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
)
KEY_POLICY = Quota(
    32768,
    "bytes",
    "LimitExceededException",
    "The key policy is too long",
    "https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html",
)
BUCKET_POLICY = Quota(
    20480,
    "bytes",
    "MalformedPolicy",
    "Policy exceeds the maximum allowed document size.",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html",
)
TEMPLATE_BODY = Quota(
    51200,
    "bytes",
    "ValidationError",
    "templateBody is longer than a call may carry; put the template into S3",
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html",
)
TEMPLATE = Quota(
    1_000_000,
    "bytes",
    "ValidationError",
    "Template may not exceed 1000000 bytes in size.",
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html",
)


def _section(name: str, most: int) -> Quota:
    return Quota(
        most,
        name.lower(),
        "ValidationError",
        f"Template format error: Number of {name.lower()} is greater than maximum allowed",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html",
    )


SECTIONS = {
    name: _section(name, most)
    for name, most in {
        "Mappings": 200,
        "Outputs": 200,
        "Parameters": 200,
        "Resources": 500,
    }.items()
}

SERVICES = frozenset({"cloudformation", "ec2", "events", "iam", "kms", "lambda"})
"""The services with calls that are checked here."""

_Measure = Callable[[Any], int]
_RESOURCES: list[tuple[str, str, Quota, _Measure]] = [
    ("AWS::EC2::VPCEndpoint", "PolicyDocument", ENDPOINT_POLICY, characters),
    ("AWS::Events::Rule", "EventPattern", EVENT_PATTERN, characters),
    ("AWS::IAM::ManagedPolicy", "PolicyDocument", MANAGED_POLICY, without_space),
    ("AWS::IAM::Role", "AssumeRolePolicyDocument", TRUST_POLICY, without_space),
    ("AWS::KMS::Key", "KeyPolicy", KEY_POLICY, _bytes),
    ("AWS::Lambda::Function", "Environment", FUNCTION_ENVIRONMENT, _variables),
    ("AWS::S3::BucketPolicy", "PolicyDocument", BUCKET_POLICY, _bytes),
    ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy", SECRET_POLICY, characters),
    ("AWS::SecretsManager::Secret", "SecretString", SECRET_VALUE, _bytes),
]
_CALLS: dict[tuple[str, str], list[tuple[str, Quota, _Measure]]] = {
    ("ec2", "CreateVpcEndpoint"): [("PolicyDocument", ENDPOINT_POLICY, characters)],
    ("ec2", "ModifyVpcEndpoint"): [("PolicyDocument", ENDPOINT_POLICY, characters)],
    ("events", "PutRule"): [("EventPattern", EVENT_PATTERN, characters)],
    ("iam", "CreatePolicy"): [("PolicyDocument", MANAGED_POLICY, without_space)],
    ("iam", "CreatePolicyVersion"): [("PolicyDocument", MANAGED_POLICY, without_space)],
    ("iam", "CreateRole"): [("AssumeRolePolicyDocument", TRUST_POLICY, without_space)],
    ("iam", "UpdateAssumeRolePolicy"): [("PolicyDocument", TRUST_POLICY, without_space)],
    ("cloudformation", "CreateChangeSet"): [("TemplateBody", TEMPLATE_BODY, _bytes)],
    ("cloudformation", "CreateStack"): [("TemplateBody", TEMPLATE_BODY, _bytes)],
    ("cloudformation", "UpdateStack"): [("TemplateBody", TEMPLATE_BODY, _bytes)],
    ("kms", "CreateKey"): [("Policy", KEY_POLICY, _bytes)],
    ("kms", "PutKeyPolicy"): [("Policy", KEY_POLICY, _bytes)],
    ("lambda", "CreateFunction"): [("Environment", FUNCTION_ENVIRONMENT, _variables)],
    ("lambda", "UpdateFunctionConfiguration"): [("Environment", FUNCTION_ENVIRONMENT, _variables)],
}


def check_resource(kind: str, properties: Properties, account: str, region: str) -> None:
    """Refuse a resource that is larger than its quotas.

    Args:
        kind: Its type.
        properties: All of them, resolved.
        account: Its account.
        region: Its region.

    Raises:
        QuotaExceededError: It is.
    """
    del region
    for wanted, name, quota, measure in _RESOURCES:
        if kind == wanted and properties.get(name) is not None:
            quota.check(measure(properties[name]))
    if kind == "AWS::IAM::Policy":
        backend = iam_backends[account]["aws"]
        for owner, name in _owners(properties):
            more = {properties["PolicyName"]: properties["PolicyDocument"]}
            _check_inline(backend, owner, name, more)
    elif kind.removeprefix("AWS::IAM::") in INLINE:
        sizes = [without_space(each["PolicyDocument"]) for each in properties.get("Policies", [])]
        INLINE[kind.removeprefix("AWS::IAM::")].check(sum(sizes))


def check_call(response: BaseResponse, given: dict[str, Any]) -> None:
    """Refuse a call whose parameters are larger than their quotas.

    Raises:
        QuotaExceededError: They are.
    """
    call = str(response.boto3_service_name), response._get_action()  # noqa: SLF001 - no accessor
    for name, quota, measure in _CALLS.get(call, []):
        if given.get(name) is not None:
            quota.check(measure(given[name]))
    for owner in INLINE:
        if call == ("iam", f"Put{owner}Policy"):
            backend = iam_backends[response.current_account]["aws"]
            more = {given["PolicyName"]: given["PolicyDocument"]}
            _check_inline(backend, owner, given[f"{owner}Name"], more)


def check_template(text: str, template: dict[str, Any]) -> None:
    """Refuse a template that is too large or has too much of something.

    Raises:
        QuotaExceededError: It is.
    """
    TEMPLATE.check(len(text.encode()))
    for name, quota in SECTIONS.items():
        quota.check(len(template.get(name) or ()))


def _owners(properties: Properties) -> Iterator[tuple[str, str]]:
    for owner in INLINE:
        for name in properties.get(f"{owner}s", []):
            yield owner, name


def _check_inline(backend: IAMBackend, owner: str, name: str, more: dict[str, Any]) -> None:
    """Count all inline policies of a role, group or user, with those that are to come."""
    found = getattr(backend, f"get_{owner.lower()}")(name)
    INLINE[owner].check(sum(without_space(each) for each in {**found.policies, **more}.values()))
