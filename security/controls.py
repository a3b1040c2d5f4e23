"""The controls of an auditor, each with what in the template satisfies it.

Their ids are those of the AWS Foundational Security Best Practices standard:
https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html
"""

from collections.abc import Sequence
from dataclasses import dataclass

from local.policies import Layer
from security import policy_evidence as policies
from security.deployment import Deployment
from security.evidence import (
    Every,
    Find,
    at_least,
    equals,
    includes,
    is_false,
    is_true,
    none_of,
    not_false,
    present,
)

_DATABASE = "AWS::RDS::DBInstance"
_SECRET = "AWS::SecretsManager::Secret"  # noqa: S105  # the name of a type
_SCHEDULE = "AWS::SecretsManager::RotationSchedule"
_FUNCTION = "AWS::Lambda::Function"
_ALARM = "AWS::CloudWatch::Alarm"


@dataclass(frozen=True)
class Control:
    """A control.

    Attributes:
        id: As the standard has it.
        meaning: What it asks for.
        find: Finds what satisfies it.
    """

    id: str
    meaning: str
    find: Find


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

_DATABASES = (
    Control("RDS.2", "not public", Every(_DATABASE, "PubliclyAccessible", is_false)),
    Control("RDS.3", "encrypted at rest", Every(_DATABASE, "StorageEncrypted", is_true)),
    Control("RDS.5", "in two zones", Every(_DATABASE, "MultiAZ", is_true)),
    Control("RDS.6", "enhanced monitoring", Every(_DATABASE, "MonitoringInterval", at_least(1))),
    Control("RDS.8", "protected from deletion", Every(_DATABASE, "DeletionProtection", is_true)),
    Control(
        "RDS.9",
        "logs go to CloudWatch",
        Every(_DATABASE, "EnableCloudwatchLogsExports", includes("postgresql", "upgrade")),
    ),
    Control(
        "RDS.10",
        "logins through IAM are possible",
        Every(_DATABASE, "EnableIAMDatabaseAuthentication", is_true),
    ),
    Control("RDS.11", "backed up", Every(_DATABASE, "BackupRetentionPeriod", at_least(7))),
    Control("RDS.13", "minor upgrades", Every(_DATABASE, "AutoMinorVersionUpgrade", is_true)),
    Control("RDS.17", "snapshots have tags", Every(_DATABASE, "CopyTagsToSnapshot", is_true)),
    Control("RDS.18", "in a VPC", Every(_DATABASE, "DBSubnetGroupName", present)),
    Control(
        "RDS.20",
        "its events are told",
        Every(
            "AWS::RDS::EventSubscription",
            "EventCategories",
            includes("configuration change", "failure", "maintenance"),
        ),
    ),
    Control("RDS.23", "not on the usual port", Every(_DATABASE, "Port", none_of("5432"))),
    Control(
        "RDS.25",
        "no usual master user",
        Every(_DATABASE, "MasterUsername", none_of("admin", "postgres")),
    ),
    Control(
        "RDS.36",
        "PostgreSQL's log goes to CloudWatch",
        Every(_DATABASE, "EnableCloudwatchLogsExports", includes("postgresql")),
    ),
    Control(
        "RDS.38",
        "encrypted in transit",
        Every("AWS::RDS::DBParameterGroup", "Parameters.rds~force_ssl", equals("1")),
    ),
    Control("RDS.46", "subnets without a way to the internet", policies.subnets_have_no_way_out),
)

_KEYS = (
    Control("KMS.1", "no policy decrypts with all keys", policies.roles_decrypt_with_named_keys),
    Control(
        "KMS.2", "no inline policy decrypts with all keys", policies.roles_decrypt_with_named_keys
    ),
    Control("KMS.3", "keys are not deleted by accident", policies.keys_are_kept),
    Control("KMS.4", "keys rotate", Every("AWS::KMS::Key", "EnableKeyRotation", is_true)),
    Control("KMS.5", "keys are not public", policies.NothingIsPublic(Layer.KEY, "kms")),
)

_IDENTITIES = (
    Control("IAM.1", "no policy allows everything", policies.no_wildcard_in_actions),
    Control("IAM.2", "users have no policies", policies.users_have_groups),
    Control("IAM.3", "access keys are younger than 90 days", policies.access_keys_rotate),
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

_NETWORK = (
    Control(
        "EC2.2",
        "the default security group is closed",
        Every("Custom::ClosedSecurityGroup", "SecurityGroupId", present),
    ),
    Control(
        "EC2.6", "connections are logged", Every("AWS::EC2::FlowLog", "TrafficType", equals("ALL"))
    ),
    Control(
        "EC2.15", "no public addresses", Every("AWS::EC2::Subnet", "MapPublicIpOnLaunch", is_false)
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
    Control("SNS.1", "the topic is encrypted", Every("AWS::SNS::Topic", "KmsMasterKeyId", present)),
    Control("SNS.4", "the topic is not public", policies.NothingIsPublic(Layer.RESOURCE, "sns")),
)

CONTROLS = (*_SECRETS, *_DATABASES, *_KEYS, *_IDENTITIES, *_FUNCTIONS, *_NETWORK, *_NOTICING)


def unsatisfied(deployment: Deployment, controls: Sequence[Control] = CONTROLS) -> list[str]:
    """List the ids of the controls that a deployment does not satisfy."""
    return [each.id for each in controls if not each.find(deployment)]
