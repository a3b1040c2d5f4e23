"""The controls about databases, each with what in the template satisfies it.

Their ids are those of the AWS Foundational Security Best Practices standard:
https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html
"""

from collections.abc import Callable
from dataclasses import dataclass

from security import policy_evidence as policies
from security.control import Control
from security.deployment import Deployment
from security.evidence import Every, at_least, equals, includes, is_false, is_true, none_of, present
from stacks.settings import Settings

_INSTANCE, _CLUSTER = "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"
_EVENTS = "AWS::RDS::EventSubscription"

_AURORA = ("aurora-mysql", "aurora-postgresql")
_NOT_AURORA = ("mariadb", "mysql", "postgres")
_ALL = (*_AURORA, *_NOT_AURORA)

_LOGS = {
    "mariadb": ("audit", "error", "general", "slowquery"),
    "mysql": ("audit", "error", "general", "slowquery"),
    "postgres": ("postgresql", "upgrade"),
}
"""What RDS.9 wants of instances to be exported."""

_USUAL_PORTS = {
    "aurora-mysql": 3306,
    "aurora-postgresql": 5432,
    "mariadb": 3306,
    "mysql": 3306,
    "postgres": 5432,
}
_USUAL_ADMINS = ("admin", "postgres")


def _servers(*engines: str) -> Callable[[Settings], bool]:
    """Whether there is a server of ours of some products."""
    return lambda settings: any(
        each.engine in engines and not each.existing for each in settings.databases.values()
    )


@dataclass(frozen=True)
class _All:
    """Several pieces of evidence: nothing is shown if one of them shows nothing that it should.

    Attributes:
        parts: The evidence, each with the products that it is about.
    """

    parts: tuple[tuple[Every, tuple[str, ...]], ...]

    def __call__(self, deployment: Deployment) -> list[str]:
        """Give the lines of all, or none."""
        settings = deployment.parts.settings
        found = [part(deployment) for part, engines in self.parts if _servers(*engines)(settings)]
        return [line for lines in found for line in lines] if all(found) else []


def _instances(path: str, holds: Callable[[object], bool], engine: str = "") -> Every:
    return Every(_INSTANCE, path, holds, where=("Engine", engine) if engine else None)


def _of_each(*engines: str) -> Callable[[str, Callable[[object], bool]], _All]:
    """Evidence about servers of some products, whichever type they have."""
    return lambda path, holds: _All(
        tuple(
            (
                Every(
                    _CLUSTER if each in _AURORA else _INSTANCE, path, holds, where=("Engine", each)
                ),
                (each,),
            )
            for each in engines
        )
    )


def _parameter(engine: str, name: str, value: str) -> Every:
    """Evidence that servers of a product have a parameter."""
    kind = "DBClusterParameterGroup" if engine in _AURORA else "DBParameterGroup"
    return Every(f"AWS::RDS::{kind}", f"Parameters.{name}", equals(value), where=("Family", engine))


def _told(source: str, *categories: str) -> Every:
    return Every(_EVENTS, "EventCategories", includes(*categories), where=("SourceType", source))


def _own(control: str, meaning: str, find: Every | _All, *engines: str) -> Control:
    return Control(control, meaning, find, _servers(*(engines or _ALL)))


_ALONE, _TOGETHER = _of_each(*_NOT_AURORA), _of_each(*_AURORA)

_OF_SERVERS = (
    _own("RDS.2", "not public", _instances("PubliclyAccessible", is_false)),
    _own("RDS.3", "encrypted at rest", _ALONE("StorageEncrypted", is_true), *_NOT_AURORA),
    _own("RDS.5", "in two zones", _ALONE("MultiAZ", is_true), *_NOT_AURORA),
    _own("RDS.6", "enhanced monitoring", _instances("MonitoringInterval", at_least(1))),
    _own(
        "RDS.7",
        "clusters are protected from deletion",
        _TOGETHER("DeletionProtection", is_true),
        *_AURORA,
    ),
    _own("RDS.8", "protected from deletion", _ALONE("DeletionProtection", is_true), *_NOT_AURORA),
    _own(
        "RDS.9",
        "logs go to CloudWatch",
        _All(
            tuple(
                (_instances("EnableCloudwatchLogsExports", includes(*logs), engine), (engine,))
                for engine, logs in _LOGS.items()
            )
        ),
        *_NOT_AURORA,
    ),
    _own(
        "RDS.10",
        "logins through IAM are possible",
        _ALONE("EnableIAMDatabaseAuthentication", is_true),
        *_NOT_AURORA,
    ),
    _own("RDS.11", "backed up", _ALONE("BackupRetentionPeriod", at_least(7)), *_NOT_AURORA),
    _own(
        "RDS.12",
        "logins to clusters through IAM are possible",
        _TOGETHER("EnableIAMDatabaseAuthentication", is_true),
        *_AURORA,
    ),
    _own("RDS.13", "minor upgrades", _instances("AutoMinorVersionUpgrade", is_true)),
    _own(
        "RDS.14",
        "clusters of Aurora MySQL can be backtracked",
        Every(_CLUSTER, "BacktrackWindow", at_least(1), where=("Engine", "aurora-mysql")),
        "aurora-mysql",
    ),
    Control(
        "RDS.15",
        "clusters are in two zones",
        policies.clusters_have_two_instances,
        _servers(*_AURORA),
    ),
    _own(
        "RDS.16",
        "snapshots of clusters have tags",
        _TOGETHER("CopyTagsToSnapshot", is_true),
        *_AURORA,
    ),
    _own("RDS.17", "snapshots have tags", _ALONE("CopyTagsToSnapshot", is_true), *_NOT_AURORA),
    _own("RDS.18", "in a VPC", _of_each(*_ALL)("DBSubnetGroupName", present)),
    _own(
        "RDS.19",
        "events of clusters are told",
        _told("db-cluster", "failure", "maintenance"),
        *_AURORA,
    ),
    _own(
        "RDS.20",
        "its events are told",
        _told("db-instance", "configuration change", "failure", "maintenance"),
    ),
    _own(
        "RDS.23",
        "not on the usual port",
        _All(
            tuple(
                (
                    Every(
                        _CLUSTER if engine in _AURORA else _INSTANCE,
                        "Port",
                        none_of(port, str(port)),
                        where=("Engine", engine),
                    ),
                    (engine,),
                )
                for engine, port in _USUAL_PORTS.items()
            )
        ),
    ),
    _own(
        "RDS.24",
        "no usual master user of a cluster",
        _TOGETHER("MasterUsername", none_of(*_USUAL_ADMINS)),
        *_AURORA,
    ),
    _own(
        "RDS.25",
        "no usual master user",
        _ALONE("MasterUsername", none_of(*_USUAL_ADMINS)),
        *_NOT_AURORA,
    ),
    _own(
        "RDS.27",
        "clusters are encrypted at rest",
        _TOGETHER("StorageEncrypted", is_true),
        *_AURORA,
    ),
    _own(
        "RDS.34",
        "Aurora MySQL's audit log goes to CloudWatch",
        _of_each("aurora-mysql")("EnableCloudwatchLogsExports", includes("audit")),
        "aurora-mysql",
    ),
    _own(
        "RDS.35",
        "minor upgrades of clusters",
        _TOGETHER("AutoMinorVersionUpgrade", is_true),
        *_AURORA,
    ),
    _own(
        "RDS.36",
        "PostgreSQL's log goes to CloudWatch",
        _of_each("postgres")("EnableCloudwatchLogsExports", includes("postgresql")),
        "postgres",
    ),
    _own(
        "RDS.37",
        "Aurora PostgreSQL's log goes to CloudWatch",
        _of_each("aurora-postgresql")("EnableCloudwatchLogsExports", includes("postgresql")),
        "aurora-postgresql",
    ),
    _own(
        "RDS.38",
        "PostgreSQL is encrypted in transit",
        _parameter("postgres", "rds~force_ssl", "1"),
        "postgres",
    ),
    _own(
        "RDS.39",
        "MySQL is encrypted in transit",
        _parameter("mysql", "require_secure_transport", "1"),
        "mysql",
    ),
    _own(
        "RDS.42",
        "MariaDB's logs go to CloudWatch",
        _of_each("mariadb")("EnableCloudwatchLogsExports", includes("audit", "error")),
        "mariadb",
    ),
    _own(
        "RDS.44",
        "MariaDB is encrypted in transit",
        _parameter("mariadb", "require_secure_transport", "1"),
        "mariadb",
    ),
    _own(
        "RDS.45",
        "Aurora MySQL keeps an audit log",
        _parameter("aurora-mysql", "server_audit_logging", "1"),
        "aurora-mysql",
    ),
    _own(
        "RDS.50",
        "clusters are backed up",
        _TOGETHER("BackupRetentionPeriod", at_least(7)),
        *_AURORA,
    ),
)


def _own_network(settings: Settings) -> bool:
    return not settings.network.vpc_id


CONTROLS = (
    *_OF_SERVERS,
    Control(
        "RDS.46",
        "subnets without a way to the internet",
        policies.subnets_have_no_way_out,
        _own_network,
    ),
)
