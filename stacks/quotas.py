"""What AWS allows as sizes of policies, patterns and the like, measured before a deployment.

CloudFormation finds them out one resource at a time, half an hour into a deployment. What a
reference stands for is not known yet: it is taken to be as long as it can get.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk.cx_api import CloudAssembly

from credential_rotation.errors import SynthError


class TooLongError(SynthError):
    """A template holds what AWS will refuse because of its size."""


@dataclass(frozen=True, kw_only=True)
class Quota:
    """How long a property may be.

    Attributes:
        kind: The type of the resources.
        key: The property.
        most: Characters, without those that AWS does not count.
        what: What people call it.
        grows_with: The settings that make it longer.
    """

    kind: str
    key: str
    most: int
    what: str
    grows_with: str


_READERS = "settings named readers"
_NAMES = "name_prefix, name, environment"

QUOTAS = (
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
    Quota(
        kind="AWS::Events::Rule",
        key="EventPattern",
        most=2048,
        what="event pattern",
        grows_with=_READERS,
    ),
    # https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html
    Quota(
        kind="AWS::EC2::VPCEndpoint",
        key="PolicyDocument",
        most=20480,
        what="endpoint policy",
        grows_with=_READERS,
    ),
    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
    Quota(
        kind="AWS::SecretsManager::ResourcePolicy",
        key="ResourcePolicy",
        most=20480,
        what="secret's policy",
        grows_with=_READERS,
    ),
    Quota(
        kind="AWS::SecretsManager::Secret",
        key="SecretString",
        most=65536,
        what="secret",
        grows_with=_NAMES,
    ),
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    Quota(
        kind="AWS::IAM::ManagedPolicy",
        key="PolicyDocument",
        most=6144,
        what="policy",
        grows_with=f"{_NAMES}, logins with present_secret_arn or adopt_secret_arn",
    ),
    # 2,048 by default; accounts may have it raised to 4,096, but ours have not.
    Quota(
        kind="AWS::IAM::Role",
        key="AssumeRolePolicyDocument",
        most=2048,
        what="trust policy",
        grows_with="access.contractor_external_id",
    ),
    # https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
    Quota(kind="AWS::KMS::Key", key="KeyPolicy", most=32768, what="key policy", grows_with=_NAMES),
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html
    Quota(
        kind="AWS::S3::BucketPolicy",
        key="PolicyDocument",
        most=20480,
        what="bucket policy",
        grows_with=_READERS,
    ),
    # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    Quota(
        kind="AWS::Lambda::Function",
        key="Environment.Variables",
        most=4096,
        what="environment",
        grows_with="password.exclude_characters, certificates",
    ),
    # https://docs.aws.amazon.com/sns/latest/dg/sns-topic-attributes.html
    Quota(
        kind="AWS::SNS::TopicPolicy",
        key="PolicyDocument",
        most=30720,
        what="topic policy",
        grows_with=_NAMES,
    ),
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html, before base64
    Quota(
        kind="AWS::EC2::Instance",
        key="UserData",
        most=16384,
        what="user data",
        grows_with=_NAMES,
    ),
)

_MOST_RESOURCES = 500
_MOST_BYTES = 1024 * 1024
"""Of a template: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/
cloudformation-limits.html."""

_MOST_RULES = 60
"""Inbound, of a security group, by default: https://docs.aws.amazon.com/vpc/latest/userguide/
amazon-vpc-limits.html#vpc-limits-security-groups."""

_PSEUDO_PARAMETERS = {
    "AWS::AccountId": "9" * 12,
    "AWS::Partition": "aws-us-gov",
    "AWS::Region": "ap-southeast-5",
    "AWS::URLSuffix": "amazonaws.com.cn",
}
"""Each as long as it gets."""


def check_sizes(assembly: CloudAssembly) -> None:
    """End the synth if a template holds what AWS refuses because of its size.

    Args:
        assembly: All that was synthesized.

    Raises:
        TooLongError: Says what is too long, by how much, and which settings to shorten.
    """
    lines = [
        f"  {stack.stack_name}: {line}"
        for stack in assembly.stacks
        for line in too_long(json.loads(Path(stack.template_full_path).read_text()))
    ]
    if lines:
        raise TooLongError("\n".join(("AWS would refuse, because it is too long:", *lines)))


def too_long(template: Mapping[str, Any]) -> Iterator[str]:
    """Measure a template; yields a line for whatever is too long."""
    resources = template["Resources"]
    for name, resource in resources.items():
        for quota in QUOTAS:
            value = _property(resource, quota)
            if value is not None:
                size = len(_text(value, Longest(resources)))
                if size > quota.most:
                    yield (
                        f"the {quota.what} of {name} has up to {size} characters, and AWS allows "
                        f"{quota.most}. It grows with: {quota.grows_with}. Shorten or leave out "
                        "some of their values."
                    )
    yield from _too_many_rules(resources)
    if len(resources) > _MOST_RESOURCES:
        yield (
            f"there are {len(resources)} resources, and AWS allows {_MOST_RESOURCES}. They grow "
            "with: clients, logins of this database."
        )
    if (size := len(json.dumps(template))) > _MOST_BYTES:
        yield f"the template has {size} bytes, and AWS allows {_MOST_BYTES}. It grows with: tags."


def _too_many_rules(resources: Mapping[str, Any]) -> Iterator[str]:
    rules = Counter(
        json.dumps(each["Properties"]["GroupId"])
        for each in resources.values()
        if each["Type"] == "AWS::EC2::SecurityGroupIngress"
    )
    for group, number in rules.items():
        if number > _MOST_RULES:
            yield (
                f"the security group {group} has {number} rules, and AWS allows {_MOST_RULES}. "
                "They grow with: clients of all databases. Name ranges of addresses instead of "
                "their parts, or a group that all of them are in."
            )


def _property(resource: Mapping[str, Any], quota: Quota) -> Any:  # noqa: ANN401 - JSON
    if resource["Type"] != quota.kind:
        return None
    value = resource.get("Properties", {})
    for key in quota.key.split("."):
        value = value.get(key)
        if value is None:
            return None
    return value


@dataclass(frozen=True)
class Longest:
    """What references may stand for at most.

    Attributes:
        resources: The template's resources, some of which have names.
    """

    resources: Mapping[str, Any]

    def lookup(self, name: str, attribute: str | None) -> str:
        """Give the longest value of a `Ref` or, with an attribute, of an `Fn::GetAtt`."""
        if name in _PSEUDO_PARAMETERS:
            return _PSEUDO_PARAMETERS[name]
        resource = self.resources.get(name, {"Type": ""})
        make = _VALUES.get((resource["Type"], attribute))
        return make(self, resource) if make else "x" * _UNKNOWN

    def named(self, resource: Mapping[str, Any], key: str, longest: int) -> str:
        """Give a resource's name; CloudFormation makes one up if there is none."""
        name = resource.get("Properties", {}).get(key)
        return "x" * longest if name is None else str(evaluated(name, self))


_UNKNOWN = 255

_Resource = Mapping[str, Any]
_Make = Callable[[Longest, _Resource], str]


def _arn(service: str, kind: str, key: str, longest: int, *, more: int = 0) -> _Make:
    """An ARN with a name in it, and perhaps some more characters after that."""
    region = "" if service == "iam" else _PSEUDO_PARAMETERS["AWS::Region"]
    return lambda known, resource: (
        f"arn:aws-us-gov:{service}:{region}:{'9' * 12}:{kind}"
        f"{known.named(resource, key, longest)}{'x' * more}"
    )


def _name(key: str, longest: int) -> _Make:
    return lambda known, resource: known.named(resource, key, longest)


def _fixed(length: int) -> _Make:
    return lambda *_: "x" * length


_SECRET = _arn("secretsmanager", "secret:", "Name", 512, more=len("-Abc123"))

_VALUES: Mapping[tuple[str, str | None], _Make] = {
    ("AWS::EC2::VPC", "DefaultSecurityGroup"): _fixed(20),
    ("AWS::EC2::VPCEndpoint", None): _fixed(22),
    ("AWS::Events::Rule", "Arn"): _arn("events", "rule/", "Name", 64),
    ("AWS::IAM::Group", "Arn"): _arn("iam", "group/", "GroupName", 128),
    ("AWS::IAM::ManagedPolicy", None): _arn("iam", "policy/", "ManagedPolicyName", 128),
    ("AWS::IAM::Role", None): _name("RoleName", 64),
    ("AWS::IAM::Role", "Arn"): _arn("iam", "role/", "RoleName", 64),
    ("AWS::IAM::User", "Arn"): _arn("iam", "user/", "UserName", 64),
    ("AWS::KMS::Key", None): _fixed(36),
    ("AWS::KMS::Key", "Arn"): _arn("kms", "key/", "", 36),
    ("AWS::Lambda::Function", "Arn"): _arn("lambda", "function:", "FunctionName", 64),
    ("AWS::Logs::LogGroup", "Arn"): _arn("logs", "log-group:", "LogGroupName", 512, more=2),
    ("AWS::S3::Bucket", None): _fixed(63),
    ("AWS::S3::Bucket", "Arn"): _fixed(63 + len("arn:aws-us-gov:s3:::")),
    ("AWS::SNS::Topic", None): _arn("sns", "", "TopicName", 256),
    ("AWS::SecretsManager::Secret", None): _SECRET,
}
"""By type and attribute. What is not listed counts as 255 characters."""


def evaluated(value: Any, known: Longest) -> Any:  # noqa: ANN401 - JSON in, JSON out
    """Evaluate the intrinsic functions in a value, as long as what they give can get."""
    if isinstance(value, list):
        return [evaluated(inner, known) for inner in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        [(function, given)] = value.items()
        if function in _FUNCTIONS:
            return _FUNCTIONS[function](given, known)
        if function.startswith("Fn::"):
            return "x" * _UNKNOWN
    return {key: evaluated(inner, known) for key, inner in value.items()}


def _join(given: Any, known: Longest) -> str:  # noqa: ANN401 - JSON
    separator, parts = given
    return str(separator).join(str(evaluated(part, known)) for part in parts)


def _select(given: Any, known: Longest) -> Any:  # noqa: ANN401 - JSON
    index, options = given
    return evaluated(options, known)[int(index)]


def _split(given: Any, known: Longest) -> list[str]:  # noqa: ANN401 - JSON
    separator, text = given
    return str(evaluated(text, known)).split(str(separator))


def _substituted(pattern: str, known: Longest) -> str:
    literal, *references = pattern.split("${")
    parts = [literal]
    for reference in references:
        name, _, rest = reference.partition("}")
        target, _, attribute = name.partition(".")
        parts += [known.lookup(target, attribute or None), rest]
    return "".join(parts)


_FUNCTIONS: Mapping[str, Callable[[Any, Longest], Any]] = {
    "Ref": lambda given, known: known.lookup(given, None),
    "Fn::Base64": evaluated,  # what has a quota has it before
    "Fn::GetAtt": lambda given, known: known.lookup(*given),
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _substituted,
}


def _text(value: Any, known: Longest) -> str:  # noqa: ANN401 - JSON
    """Write a value as AWS counts it, without white space between what it is made of."""
    whole = evaluated(value, known)
    return whole if isinstance(whole, str) else json.dumps(whole, separators=(",", ":"))
