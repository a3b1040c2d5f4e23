"""Names that a template gives: each can be had once, and is in the way of a replacement.

CloudFormation makes the new resource before it deletes the old one. So a resource that gets another
logical id and keeps its name, and one that has to be replaced and keeps it, both fail.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
"""

from collections.abc import Callable, Collection
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.cloudformation import parsing
from moto.cloudformation.models import Stack
from moto.cloudtrail.models import cloudtrail_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.ec2.models import ec2_backends
from moto.ecr.models import ecr_backends
from moto.events.models import events_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.logs.models import logs_backends
from moto.rds.models import rds_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sns.models import sns_backends
from moto.ssm.models import ssm_backends

from local.aws.cloudformation.resource import Properties
from local.moto_patch import replace

Taken = Callable[[str, str], Collection[Any]]


class NameTakenError(Exception):
    """There is such a resource already."""


def _iam(attribute: str) -> Taken:
    def names(account: str, _: str) -> Collection[str]:
        found = getattr(iam_backends[account]["aws"], attribute)
        return {getattr(each, "name", each) for each in found.values()} | set(found)

    return names


def _policies(account: str, _: str) -> Collection[str]:
    return {each.name for each in iam_backends[account]["aws"].managed_policies.values()}


def _functions(account: str, region: str) -> Collection[str]:
    return {each.function_name for each in lambda_backends[account][region].list_functions()}


def _aliases(account: str, region: str) -> Collection[str]:
    keys = kms_backends[account][region].keys.values()
    return {alias for key in keys for alias in key.aliases}


def _rules(account: str, region: str) -> Collection[str]:
    buses = events_backends[account][region].event_buses.values()
    return {rule for bus in buses for rule in bus.rules}


def _templates(account: str, region: str) -> Collection[str]:
    return ec2_backends[account][region].launch_template_name_to_ids


def _topics(account: str, region: str) -> Collection[str]:
    return {topic.name for topic in sns_backends[account][region].topics.values()}


_NAMES: dict[str, tuple[str, Taken]] = {
    "AWS::CloudWatch::Alarm": ("AlarmName", lambda a, r: cloudwatch_backends[a][r].alarms),
    "AWS::CloudWatch::Dashboard": (
        "DashboardName",
        lambda a, r: cloudwatch_backends[a][r].dashboards,
    ),
    "AWS::EC2::LaunchTemplate": ("LaunchTemplateName", _templates),
    "AWS::ECR::Repository": ("RepositoryName", lambda a, r: ecr_backends[a][r].repositories),
    "AWS::Events::Rule": ("Name", _rules),
    "AWS::IAM::Group": ("GroupName", _iam("groups")),
    "AWS::IAM::InstanceProfile": ("InstanceProfileName", _iam("instance_profiles")),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", _policies),
    "AWS::IAM::Role": ("RoleName", _iam("roles")),
    "AWS::IAM::User": ("UserName", _iam("users")),
    "AWS::KMS::Alias": ("AliasName", _aliases),
    "AWS::Lambda::Function": ("FunctionName", _functions),
    "AWS::Logs::LogGroup": ("LogGroupName", lambda a, r: logs_backends[a][r].groups),
    "AWS::RDS::DBCluster": ("DBClusterIdentifier", lambda a, r: rds_backends[a][r].clusters),
    "AWS::RDS::DBClusterParameterGroup": (
        "DBClusterParameterGroupName",
        lambda a, r: rds_backends[a][r].db_cluster_parameter_groups,
    ),
    "AWS::RDS::DBInstance": ("DBInstanceIdentifier", lambda a, r: rds_backends[a][r].databases),
    "AWS::RDS::DBParameterGroup": (
        "DBParameterGroupName",
        lambda a, r: rds_backends[a][r].db_parameter_groups,
    ),
    "AWS::RDS::DBSubnetGroup": ("DBSubnetGroupName", lambda a, r: rds_backends[a][r].subnet_groups),
    "AWS::RDS::EventSubscription": (
        "SubscriptionName",
        lambda a, r: rds_backends[a][r].event_subscriptions,
    ),
    "AWS::S3::Bucket": ("BucketName", lambda a, _: s3_backends[a]["aws"].buckets),
    "AWS::CloudTrail::Trail": ("TrailName", lambda a, r: cloudtrail_backends[a][r].trails),
    "AWS::SNS::Topic": ("TopicName", _topics),
    "AWS::SSM::Parameter": ("Name", lambda a, r: ssm_backends[a][r]._parameters),  # noqa: SLF001 - no accessor
    "AWS::SecretsManager::Secret": ("Name", lambda a, r: secretsmanager_backends[a][r].secrets),
}
"""The property that names a resource of a type, and the names that are taken."""


_LONGEST = {
    "AWS::Events::Rule": 64,
    "AWS::IAM::Group": 128,
    "AWS::IAM::InstanceProfile": 128,
    "AWS::IAM::ManagedPolicy": 128,
    "AWS::IAM::Role": 64,
    "AWS::IAM::User": 64,
    "AWS::Lambda::Function": 64,
    "AWS::RDS::DBCluster": 63,
    "AWS::RDS::DBInstance": 63,
}
"""How long the names of such resources may be."""


def install() -> None:
    """Let generated names fit: moto makes longer ones than the services take."""
    generate = parsing.generate_resource_name

    def generate_resource_name(resource_type: str, stack_name: str, logical_id: str) -> str:
        name = generate(resource_type, stack_name, logical_id)
        most = _LONGEST.get(resource_type, len(name))
        rest, _, ending = name.rpartition("-")
        return name if len(name) <= most else f"{rest[: most - len(ending) - 1]}-{ending}"

    replace(parsing, "generate_resource_name", generate_resource_name)


def name_property(kind: str) -> str | None:
    """Return the property that names a resource of a type; None if none does."""
    return _NAMES[kind][0] if kind in _NAMES else None


def refuse_taken(kind: str, properties: Properties, stack: Stack) -> None:
    """Refuse to make a resource under a name that another one has.

    Raises:
        NameTakenError: It is taken, in whichever way the other was made.
    """
    if kind not in _NAMES:
        return
    named, taken = _NAMES[kind]
    name = properties.get(named)
    if name is not None and name in taken(stack.account_id, stack.region_name):
        raise NameTakenError(
            f"Resource of type '{kind}' with identifier "
            f'\'{{"/properties/{named}":"{name}"}}\' already exists.'
        )


def refuse_kept(kind: str, old: Properties, new: Properties, fixed: list[str]) -> None:
    """Refuse to replace a resource that keeps the name which its template gives.

    Raises:
        NameTakenError: It does.
    """
    named = name_property(kind)
    if named and new.get(named) is not None and new.get(named) == old.get(named):
        raise NameTakenError(
            "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
            f"Rename {new[named]} and update the stack again. (Changed, and only settable on "
            f"creation: {', '.join(fixed)}.)"
        )
