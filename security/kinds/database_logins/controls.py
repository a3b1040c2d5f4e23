"""The controls about databases, each with what in the template satisfies it.

Their ids are those of the AWS Foundational Security Best Practices standard:
https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html
"""

from dataclasses import replace

from security import policy_evidence as policies
from security.control import Control
from security.evidence import Every, at_least, equals, includes, is_false, is_true, none_of, present
from stacks.settings import Settings

_DATABASE = "AWS::RDS::DBInstance"

_OF_INSTANCES = (
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
)


def _own_server(settings: Settings) -> bool:
    return any(not each.existing for each in settings.databases.values())


def _own_network(settings: Settings) -> bool:
    return not settings.network.vpc_id


CONTROLS = (
    *(replace(each, applies=_own_server) for each in _OF_INSTANCES),
    Control(
        "RDS.46",
        "subnets without a way to the internet",
        policies.subnets_have_no_way_out,
        _own_network,
    ),
)
