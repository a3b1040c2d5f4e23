"""What an RDS instance and an Aurora cluster of ours have in common."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_rds as rds
from constructs import Construct, IDependable

from credential_rotation.boundary_statements import DELIVER_METRICS, METRICS_LOG
from credential_rotation.engine import Engine
from credential_rotation.functions import EncryptedLogGroup
from credential_rotation.names import Names, arn_of
from credential_rotation.platform import Platform
from credential_rotation.roles import ServiceRole
from credential_rotation.security_groups import SecurityGroup


class MonitoringRole(ServiceRole):
    """What AmazonRDSEnhancedMonitoringRole allows, for some instances and the one log group."""

    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html

    def __init__(
        self, scope: Construct, construct_id: str, *, names: Names, instances: Sequence[str]
    ) -> None:
        """Create the role.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: The database's.
            instances: Identifiers of the instances.
        """
        stack = Stack.of(scope)
        sources = [arn_of(stack, "rds", "db", each) for each in instances]
        super().__init__(
            scope,
            construct_id,
            names=names,
            service="monitoring.rds.amazonaws.com",
            description=f"Writes the metrics of the operating system of {names.prefix}",
            conditions={
                "StringEquals": {"aws:SourceAccount": stack.account},
                "ArnEquals": {"aws:SourceArn": sources if len(sources) > 1 else sources[0]},
            },
        )
        self.allow(
            iam.PolicyStatement(
                actions=list(DELIVER_METRICS),
                resources=[arn_of(stack, "logs", "log-group", METRICS_LOG)],
            )
        )


@dataclass(frozen=True)
class RdsOptions:
    """What an instance or a cluster is like.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html

    Attributes:
        engine_version: Version of the product, with or without its minor part.
        instance_class: Such as `db.t4g.medium`.
        storage_gib: Storage at the start; a cluster's grows from nothing.
        max_storage_gib: Storage to which it grows by itself; a cluster's has no such limit.
        multi_az: Whether a standby is kept in a second zone, which in a cluster can be read from.
        port: TCP port.
        dbname: Name of the database.
        admin_username: Name of the master user.
        backup_days: Days that automatic backups are kept.
        protected: Whether its deletion is refused, and leaves a snapshot where it is not.
    """

    engine_version: str
    instance_class: str
    storage_gib: int
    max_storage_gib: int
    multi_az: bool
    port: int
    dbname: str
    admin_username: str
    backup_days: int
    protected: bool


class RdsServer(Construct):
    """A server that only encrypted connections from named security groups reach.

    Its identifier is fixed, because the names of its logs follow from it, and their log groups have
    to exist, encrypted, before it does.

    The port is part of the resource's name. RDS would change the port in place, with a restart, and
    nothing would tell the secrets: every login would fail from then on. So another port makes
    another server of the same identifier, which RDS refuses before anything changes
    (docs/adr/0016).

    Attributes:
        attached: The type of the resource, as an attachment of a secret names it.
        identifier: What it is called, once it exists.
        host: Its name in the network.
        port: Its TCP port.
        security_group_id: Id of the security group that decides who gets to it.
        events: Identifiers of what RDS tells about, by the type of the source.
        ready: What has to exist before it answers, besides what it is attached by.
    """

    attached: ClassVar[str]
    identifier: str
    host: str
    port: str
    events: Mapping[str, Sequence[str]]
    ready: Sequence[IDependable] = ()

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        engine: Engine,
        options: RdsOptions,
        platform: Platform,
    ) -> None:
        """Create what is around the server.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: The database's; the prefix is the server's identifier.
            engine: Its product.
            options: What it is like.
            platform: The network it stands in, and the key of storage, backups and logs.
        """
        super().__init__(scope, construct_id)
        self._identifier = names.prefix
        self._engine = engine
        self._options = options
        self._platform = platform
        self._security_group = SecurityGroup(
            self,
            "SecurityGroup",
            vpc=platform.site.network.vpc,
            description=f"Database {names.prefix}",
        )
        self.security_group_id = self._security_group.group_id
        self._product = engine.product(options.engine_version)

    def _subnets(self) -> rds.SubnetGroup:
        network = self._platform.site.network
        return rds.SubnetGroup(
            self,
            "Subnets",
            description=f"Subnets of {self._identifier}",
            vpc=network.vpc,
            vpc_subnets=network.subnets,
        )

    def _parameters(self) -> rds.ParameterGroup:
        return rds.ParameterGroup(
            self,
            "Parameters",
            engine=self._product,
            description=f"Encrypted connections only, for {self._identifier}",
            parameters=self._engine.parameters_for(self._options.engine_version),
        )

    def _logs(self, of: str) -> Iterable[EncryptedLogGroup]:
        """The groups of what it exports.

        Args:
            of: What RDS calls them after: `instance` or `cluster`.
        """
        return [
            EncryptedLogGroup(
                self,
                f"Log{log.title()}",
                name=f"/aws/rds/{of}/{self._identifier}/{log}",
                key=self._platform.data_key,
            )
            for log in self._engine.logs
        ]
