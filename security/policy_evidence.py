"""What in the policies, and in what hangs together, shows that a control is satisfied."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from local.policies import Layer
from security.deployment import Deployment
from security.evidence import at, line, of
from security.registry import proofs

_WILDCARDS = "*?"
_OUTSIDE = {
    "custom-resources": "CloudFormation's bucket for answers",
    "default-group": "EC2's API",
}
"""Functions that talk to what the network has no way to; kinds have further ones."""

_DECRYPT = frozenset({"kms:Decrypt", "kms:ReEncryptFrom"})


def every_secret_rotates(deployment: Deployment) -> Sequence[str]:
    """Each secret has a schedule and a function."""
    ids, rotators = deployment.parts.ids, deployment.parts.rotators
    secrets = [name for name, _ in of(deployment, "AWS::SecretsManager::Secret")]
    if not all(ids.lookup(name, None) in rotators for name in secrets):
        return ()
    return [
        line(name, "RotationRules.ScheduleExpression", at(each, "RotationRules.ScheduleExpression"))
        for name, each in of(deployment, "AWS::SecretsManager::RotationSchedule")
    ]


def every_rotation_is_watched(deployment: Deployment) -> Sequence[str]:
    """Each secret carries the tag that the watch finds it by, and its path has an alarm."""
    alarms = {
        name: (at(each, "AlarmName"), path)
        for name, each in of(deployment, "AWS::CloudWatch::Alarm")
        for path in _overdue_paths(each)
    }
    tagged = [_tags(each).get("rotation-watch") for _, each in _secrets(deployment)]
    if not tagged or set(tagged) != {path for _, path in alarms.values()}:
        return ()
    return [line(name, "AlarmName", alarm) for name, (alarm, _) in alarms.items()]


def _overdue_paths(alarm: Mapping[str, Any]) -> list[str]:
    """The paths whose overdue secrets an alarm is about."""
    metrics = [
        each["MetricStat"]["Metric"] for each in at(alarm, "Metrics") or () if "MetricStat" in each
    ]
    return [
        dimension["Value"]
        for metric in metrics
        if metric["MetricName"] == "Overdue"
        for dimension in metric["Dimensions"]
        if dimension["Name"] == "path"
    ]


def _tags(resource: Mapping[str, Any]) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in at(resource, "Tags") or ()}


def _secrets(deployment: Deployment) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return of(deployment, "AWS::SecretsManager::Secret")


def no_wildcard_in_actions(deployment: Deployment) -> Sequence[str]:
    """No statement that allows has an action with a wildcard."""
    actions = [
        action
        for document in deployment.documents.values()
        for statement in document["Statement"]
        if statement["Effect"] == "Allow"
        for action in (*statement.get("Action", []), *statement.get("NotAction", []))
    ]
    if any(mark in action for action in actions for mark in _WILDCARDS):
        return ()
    return [f"{len(actions)} actions in {len(deployment.documents)} policies, all spelt out"]


_THE_USERS_OWN = ("LoginProfile", "ManagedPolicyArns", "Policies")


def users_have_groups(deployment: Deployment) -> Sequence[str]:
    """Users have a boundary and what their groups have: no policy and no password of their own."""
    if any(list(of(deployment, kind)) for kind in ("AWS::IAM::UserPolicy", "AWS::IAM::Policy")):
        return ()
    users = list(of(deployment, "AWS::IAM::User"))
    if any(at(each, own) for _, each in users for own in _THE_USERS_OWN) or not all(
        at(each, "Groups") and at(each, "PermissionsBoundary") for _, each in users
    ):
        return ()
    return [line(name, "Groups", "one") for name, _ in users] or ["no user"]


def no_key_in_a_template(deployment: Deployment) -> Sequence[str]:
    """CloudFormation makes no access key, which a template and a stack would have."""
    return () if list(of(deployment, "AWS::IAM::AccessKey")) else ["no access key"]


def roles_decrypt_with_named_keys(deployment: Deployment) -> Sequence[str]:
    """A role that may decrypt may do so with one key, by its ARN."""
    found = []
    for place, document in deployment.documents.items():
        for statement in document["Statement"] if place.layer is Layer.IDENTITY else ():
            if _DECRYPT & set(statement["Action"]) and statement["Effect"] == "Allow":
                if any("*" in resource for resource in statement["Resource"]):
                    return ()
                found.append(f"{place}: {', '.join(statement['Resource'])}")
    return list(dict.fromkeys(found))


class NothingIsPublic:
    """No policy of a kind allows anything to everyone, and a service only what it names.

    Args:
        layer: The kind.
        service: The service whose resources carry it.
    """

    def __init__(self, layer: Layer, service: str) -> None:
        self._layer = layer
        self._service = service

    def __call__(self, deployment: Deployment) -> Sequence[str]:
        """Give the policies, or nothing if one of them is open."""
        documents = {
            place: document
            for place, document in deployment.documents.items()
            if place.layer is self._layer and f":{self._service}:" in place.owner
        }
        for document in documents.values():
            for statement in document["Statement"]:
                if statement["Effect"] == "Allow" and "*" in str(statement["Principal"]):
                    return ()
        return [str(place) for place in documents]


def groups_let_in_groups(deployment: Deployment) -> Sequence[str]:
    """Each ingress rule lets one group, or a client of the settings, in to one known port."""
    databases = deployment.parts.settings.databases.values()
    clients = {each for database in databases for each in database.clients}
    known = {443, *(each.existing.port if each.existing else each.port for each in databases)}
    rules = list(of(deployment, "AWS::EC2::SecurityGroupIngress"))
    groups = list(of(deployment, "AWS::EC2::SecurityGroup"))
    ports = {at(each, "FromPort") for _, each in rules} | {at(each, "ToPort") for _, each in rules}
    closed = all(_lets_in(each, clients) for _, each in rules) and not any(
        at(each, "SecurityGroupIngress") for _, each in groups
    )
    if not closed or not ports <= known:
        return ()
    return [line(name, "ToPort", at(each, "ToPort")) for name, each in rules]


def _lets_in(rule: Mapping[str, Any], clients: set[str]) -> bool:
    ranges = {at(rule, "CidrIp"), at(rule, "CidrIpv6")} - {None}
    return ranges <= clients if ranges else bool(at(rule, "SourceSecurityGroupId"))


def subnets_have_no_way_out(deployment: Deployment) -> Sequence[str]:
    """There is no internet gateway, no NAT and no route."""
    kinds = ("AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::Route")
    if any(list(of(deployment, kind)) for kind in kinds):
        return ()
    return [f"{name}: no route" for name, _ in of(deployment, "AWS::EC2::RouteTable")]


def keys_are_kept(deployment: Deployment) -> Sequence[str]:
    """Keys outlive the stack, so that a deletion of it does not schedule theirs."""
    keys = list(of(deployment, "AWS::KMS::Key"))
    if not all(str(at(each, "DeletionPolicy")).startswith("Retain") for _, each in keys):
        return ()
    return [line(name, "DeletionPolicy", at(each, "DeletionPolicy")) for name, each in keys]


def symmetric_keys_rotate(deployment: Deployment) -> Sequence[str]:
    """All keys do, but those that sign, which KMS does not rotate."""
    keys = [
        (name, each)
        for name, each in of(deployment, "AWS::KMS::Key")
        if not str(at(each, "KeyUsage")).startswith("SIGN_")
    ]
    if not all(at(each, "EnableKeyRotation") is True for _, each in keys):
        return ()
    return [line(name, "EnableKeyRotation", at(each, "EnableKeyRotation")) for name, each in keys]


def functions_run_in_the_network(deployment: Deployment) -> Sequence[str]:
    """All functions do, but those that talk to APIs to which the network has no way."""
    functions = list(of(deployment, "AWS::Lambda::Function"))
    outside = [at(each, "FunctionName") for _, each in functions if not at(each, "VpcConfig")]
    known = dict(_OUTSIDE)
    for proof in proofs():
        known |= proof.outside
    prefix = f"{deployment.parts.ids.stack}-"
    reasons = {each: _reason(str(each).removeprefix(prefix), known) for each in outside}
    if not all(reasons.values()):
        return ()
    inside = [name for name, each in functions if at(each, "VpcConfig")]
    return [
        *(f"{name}.VpcConfig" for name in inside),
        *(f"{each}: outside, for {reason}" for each, reason in reasons.items()),
    ]


def _reason(function: str, known: Mapping[str, str]) -> str:
    """What a function is outside of the network for; empty if nobody says so."""
    return next((why for name, why in known.items() if fnmatchcase(function, name)), "")


def functions_run_in_two_zones(deployment: Deployment) -> Sequence[str]:
    """Those in the network have two subnets."""
    subnets = {
        name: at(each, "VpcConfig.SubnetIds")
        for name, each in of(deployment, "AWS::Lambda::Function")
        if at(each, "VpcConfig")
    }
    if any(len(ids) < 2 for ids in subnets.values()):  # noqa: PLR2004  # two zones
        return ()
    return [f"{name}.VpcConfig.SubnetIds: {len(ids)}" for name, ids in subnets.items()]


def clusters_have_two_instances(deployment: Deployment) -> Sequence[str]:
    """Each cluster of Aurora has two instances at least, which RDS spreads over zones."""
    members = Counter(
        json.dumps(identifier)
        for _, each in of(deployment, "AWS::RDS::DBInstance")
        if (identifier := at(each, "DBClusterIdentifier"))
    )
    clusters = [name for name, _ in of(deployment, "AWS::RDS::DBCluster")]
    if len(members) < len(clusters) or any(number < _SPREAD for number in members.values()):
        return ()
    return [f"{name}: {_SPREAD} instances or more" for name in clusters]


_SPREAD = 2
