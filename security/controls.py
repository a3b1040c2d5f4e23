"""The controls of an auditor, each with what in the template satisfies it.

Their ids are those of the AWS Foundational Security Best Practices standard:
https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html
"""

from collections.abc import Sequence

from local.policies import Layer
from security import policy_evidence as policies
from security import trail_controls
from security.control import Control
from security.deployment import Deployment
from security.evidence import (
    Every,
    at_least,
    equals,
    is_false,
    not_false,
    present,
)
from security.registry import proofs
from stacks.settings import Settings

_SECRET = "AWS::SecretsManager::Secret"  # noqa: S105  # the name of a type
_SCHEDULE = "AWS::SecretsManager::RotationSchedule"
_FUNCTION = "AWS::Lambda::Function"
_ALARM = "AWS::CloudWatch::Alarm"


_SECRETS = (
    Control("SecretsManager.1", "every secret rotates", policies.every_secret_rotates),
    Control("SecretsManager.2", "rotations succeed", policies.every_rotation_is_watched),
    Control(
        "SecretsManager.4",
        "rotations come in time",
        Every(_SCHEDULE, "RotationRules.ScheduleExpression", present),
    ),
    Control("SecretsManager.5", "secrets have tags", Every(_SECRET, "Tags", present)),
)

_KEYS = (
    Control("KMS.1", "no policy decrypts with all keys", policies.roles_decrypt_with_named_keys),
    Control(
        "KMS.2", "no inline policy decrypts with all keys", policies.roles_decrypt_with_named_keys
    ),
    Control("KMS.3", "keys are not deleted by accident", policies.keys_are_kept),
    Control("KMS.4", "keys rotate", policies.symmetric_keys_rotate),
    Control("KMS.5", "keys are not public", policies.NothingIsPublic(Layer.KEY, "kms")),
)

_IDENTITIES = (
    Control("IAM.1", "no policy allows everything", policies.no_wildcard_in_actions),
    Control("IAM.2", "users have no policies", policies.users_have_groups),
    Control("IAM.21", "no policy allows a whole service", policies.no_wildcard_in_actions),
)

_FUNCTIONS = (
    Control(
        "Lambda.1", "functions are not public", policies.NothingIsPublic(Layer.RESOURCE, "lambda")
    ),
    Control("Lambda.2", "a supported runtime", Every(_FUNCTION, "Runtime", present)),
    Control("Lambda.3", "functions run in the network", policies.functions_run_in_the_network),
    Control("Lambda.5", "functions run in two zones", policies.functions_run_in_two_zones),
    Control("Lambda.7", "traced", Every(_FUNCTION, "TracingConfig.Mode", equals("Active"))),
)


def _own_network(settings: Settings) -> bool:
    return not settings.network.vpc_id


def _own_topic(settings: Settings) -> bool:
    return not settings.alarm_topic_arn


_NETWORK = (
    Control(
        "EC2.2",
        "the default security group is closed",
        Every("Custom::ClosedSecurityGroup", "SecurityGroupId", present),
        _own_network,
    ),
    Control(
        "EC2.6",
        "connections are logged",
        Every("AWS::EC2::FlowLog", "TrafficType", equals("ALL")),
        _own_network,
    ),
    Control(
        "EC2.15",
        "no public addresses",
        Every("AWS::EC2::Subnet", "MapPublicIpOnLaunch", is_false),
        _own_network,
    ),
    Control("EC2.18", "only known ports are open", policies.groups_let_in_groups),
    Control("EC2.19", "no port is open to everyone", policies.groups_let_in_groups),
)

_NOTICING = (
    Control("CloudWatch.15", "alarms have an action", Every(_ALARM, "AlarmActions", present)),
    Control(
        "CloudWatch.16",
        "logs are kept for a year",
        Every("AWS::Logs::LogGroup", "RetentionInDays", at_least(365)),
    ),
    Control("CloudWatch.17", "alarms act", Every(_ALARM, "ActionsEnabled", not_false)),
    Control(
        "SNS.1",
        "the topic is encrypted",
        Every("AWS::SNS::Topic", "KmsMasterKeyId", present),
        _own_topic,
    ),
    Control(
        "SNS.4",
        "the topic is not public",
        policies.NothingIsPublic(Layer.RESOURCE, "sns"),
        _own_topic,
    ),
)

_SHARED = (
    *(*_SECRETS, *_KEYS, *_IDENTITIES, *_FUNCTIONS, *_NETWORK, *_NOTICING),
    *trail_controls.CONTROLS,
)


def controls(settings: Settings) -> list[Control]:
    """List the controls about what a deployment makes.

    Args:
        settings: What it is made from.
    """
    of_kinds = [each for proof in proofs() for each in proof.controls]
    return [each for each in (*_SHARED, *of_kinds) if each.applies(settings)]


def unsatisfied(deployment: Deployment, asked: Sequence[Control]) -> list[str]:
    """List the ids of the controls that a deployment does not satisfy."""
    return [each.id for each in asked if not each.find(deployment)]
