"""The policies in a template, by the resource that they are about."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.policies import Layer
from security.errors import ProofError
from security.identifiers import Identifiers

Document = Mapping[str, Any]

_NEVER = (
    *("AWS::IAM::GroupPolicy", "AWS::IAM::Policy", "AWS::IAM::RolePolicy"),
    "AWS::IAM::UserPolicy",
)
_ELEMENTS = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
_BY_EXCEPTION = {
    "NothingElseWithoutMfa": "It denies, and its exceptions are spelt out: what else there is to "
    "deny, whatever other policies a person has, cannot be listed.",
}
"""The statements that may name what they are not about, each with the reason."""

_ALL_ACTIONS = {"TlsOnly": "It denies, whatever an action of S3 is called: rule packs want it so."}
"""The denials that may have an action with a wildcard, each with the reason."""


@dataclass(frozen=True)
class Place:
    """Where a policy is.

    Attributes:
        layer: What kind of policy it is.
        owner: ARN of the role, key, secret, function, bucket or topic; of a boundary its own,
            because several roles have it; of an endpoint its service.
    """

    layer: Layer
    owner: str

    def __str__(self) -> str:
        return f"{self.layer} of {self.owner.split(':', 5)[-1]}"


Properties = Mapping[str, Any]
Policies = Iterator[tuple[Place, list[Any]]]


def read_documents(ids: Identifiers) -> dict[Place, Document]:
    """Read all policies of a template, with everything that can be a list as one.

    Raises:
        ProofError: A policy is somewhere, or says something, that is not understood.
    """
    found: dict[Place, list[Any]] = defaultdict(list)
    for name, resource in ids.resources.items():
        if resource["Type"] in _NEVER:
            raise ProofError(f"{name} is an inline policy; others are customer-managed")
        for place, statements in _policies(ids, name, resource):
            found[place] += [_listed(each) for each in ids.resolve(statements)]
    return {
        place: {"Version": "2012-10-17", "Statement": statements}
        for place, statements in found.items()
    }


def _policies(ids: Identifiers, name: str, resource: Properties) -> Policies:
    read = _READ_FROM.get(resource["Type"])
    if read:
        yield from read(ids, name, resource.get("Properties", {}))


def _trust(ids: Identifiers, name: str, properties: Properties) -> Policies:
    trust = properties["AssumeRolePolicyDocument"]
    yield Place(Layer.TRUST, ids.lookup(name, "Arn")), trust["Statement"]


def _managed_policy(ids: Identifiers, name: str, properties: Properties) -> Policies:
    statements = properties["PolicyDocument"]["Statement"]
    roles = properties.get("Roles", [])
    for role in roles:
        yield Place(Layer.IDENTITY, ids.lookup(role["Ref"], "Arn")), statements
    bounds = _refers(ids, name, ("Role", "User"), "PermissionsBoundary")
    if bounds:
        yield Place(Layer.BOUNDARY, ids.lookup(name, None)), statements
    if not (roles or bounds or _refers(ids, name, ("Group",), "ManagedPolicyArns")):
        raise ProofError(f"{name} is attached to nothing that is looked at here")


def _group(ids: Identifiers, name: str, properties: Properties) -> Policies:
    if "Policies" in properties:
        raise ProofError(f"{name} has an inline policy; others are customer-managed")
    for policy in _references(properties, "ManagedPolicyArns"):
        document = ids.resources[policy]["Properties"]["PolicyDocument"]
        yield Place(Layer.IDENTITY, ids.lookup(name, "Arn")), document["Statement"]


def _refers(ids: Identifiers, name: str, kinds: tuple[str, ...], key: str) -> bool:
    """Whether a property of some resource of IAM refers to a policy."""
    types = {f"AWS::IAM::{kind}" for kind in kinds}
    return any(
        resource["Type"] in types and name in _references(resource["Properties"], key)
        for resource in ids.resources.values()
    )


def _references(properties: Properties, key: str) -> list[str]:
    """Logical ids of the resources that a property refers to; it is one or a list."""
    return [each["Ref"] for each in _list(properties.get(key, [])) if "Ref" in each]


def _key(ids: Identifiers, name: str, properties: Properties) -> Policies:
    yield Place(Layer.KEY, ids.lookup(name, "Arn")), properties["KeyPolicy"]["Statement"]


def _secret(ids: Identifiers, _: str, properties: Properties) -> Policies:
    owner = ids.resolve(properties["SecretId"])
    yield Place(Layer.RESOURCE, owner), properties["ResourcePolicy"]["Statement"]


def _endpoint(ids: Identifiers, _: str, properties: Properties) -> Policies:
    service = ids.resolve(properties["ServiceName"]).rpartition(".")[2]
    yield Place(Layer.ENDPOINT, service), properties["PolicyDocument"]["Statement"]


def _topic(ids: Identifiers, _: str, properties: Properties) -> Policies:
    for topic in ids.resolve(properties["Topics"]):
        yield Place(Layer.RESOURCE, topic), properties["PolicyDocument"]["Statement"]


def _bucket(ids: Identifiers, _: str, properties: Properties) -> Policies:
    owner = ids.lookup(properties["Bucket"]["Ref"], "Arn")
    yield Place(Layer.RESOURCE, owner), properties["PolicyDocument"]["Statement"]


def _function(ids: Identifiers, _: str, properties: Properties) -> Policies:
    owner = ids.resolve(properties["FunctionName"])
    yield Place(Layer.RESOURCE, owner), [_permission(owner, properties)]


_READ_FROM: Mapping[str, Callable[[Identifiers, str, Properties], Policies]] = {
    "AWS::EC2::VPCEndpoint": _endpoint,
    "AWS::IAM::Group": _group,
    "AWS::IAM::ManagedPolicy": _managed_policy,
    "AWS::IAM::Role": _trust,
    "AWS::KMS::Key": _key,
    "AWS::Lambda::Permission": _function,
    "AWS::S3::BucketPolicy": _bucket,
    "AWS::SNS::TopicPolicy": _topic,
    "AWS::SecretsManager::ResourcePolicy": _secret,
}


def _permission(function: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Write a permission as the statement that Lambda makes of it.

    https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
    """
    return {
        "Effect": "Allow",
        "Principal": {"Service": properties["Principal"]},
        "Action": properties["Action"],
        "Resource": function,
        "Condition": {
            "StringEquals": {"aws:SourceAccount": properties["SourceAccount"]},
            "ArnLike": {"aws:SourceArn": properties["SourceArn"]},
        },
    }


def _listed(statement: Mapping[str, Any]) -> dict[str, Any]:
    denies_all_but = statement["Effect"] == "Deny" and statement.get("Sid") in _BY_EXCEPTION
    strange = statement.keys() - _ELEMENTS - ({"NotAction"} if denies_all_but else set())
    if strange:
        raise ProofError(f"A statement has {', '.join(sorted(strange))}: {statement}")
    listed = dict(statement)
    for element in ("Action", "NotAction", "Resource"):
        if element in listed:
            listed[element] = _list(listed[element])
    actions = [*listed.get("Action", []), *listed.get("NotAction", [])]
    denies_all = statement["Effect"] == "Deny" and statement.get("Sid") in _ALL_ACTIONS
    if not denies_all and any("*" in action or "?" in action for action in actions):
        raise ProofError(f"A statement has an action with a wildcard: {statement}")
    listed["Condition"] = {
        operator: {key: _list(value) for key, value in keys.items()}
        for operator, keys in listed.get("Condition", {}).items()
    }
    return listed


def _list(value: Any) -> list[Any]:  # noqa: ANN401  # JSON
    return list(value) if isinstance(value, list) else [value]
