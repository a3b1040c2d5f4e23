"""The PostgreSQL server, and what everything that works with it has around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from aws_cdk import CfnResource, Duration, RemovalPolicy, SecretValue, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from constructs import Construct, IDependable

from credential_rotation.database_secret import AdminSecret
from credential_rotation.endpoints import ISOLATED
from credential_rotation.functions import EncryptedLogGroup
from credential_rotation.names import Names, arn_of
from credential_rotation.network import Network
from credential_rotation.roles import ServiceRole
from credential_rotation.security_groups import SecurityGroup

DELIVER_METRICS = (
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogStreams",
    "logs:GetLogEvents",
    "logs:PutLogEvents",
    "logs:PutRetentionPolicy",
)
"""What RDS asks for, of the log group and its streams."""

METRICS_LOG = "RDSOSMetrics:*"
"""The group and its streams. The ending is needed for the group as well: CloudWatch Logs asks for
what is about a whole group with the ARN of a stream whose name is empty."""


class MonitoringRole(ServiceRole):
    """What AmazonRDSEnhancedMonitoringRole allows, for one instance and its one log group."""

    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html

    def __init__(self, scope: Construct, construct_id: str, *, identifier: str) -> None:
        """Create the role.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            identifier: The instance's identifier.
        """
        stack = Stack.of(scope)
        super().__init__(
            scope,
            construct_id,
            service="monitoring.rds.amazonaws.com",
            description=f"Writes the metrics of the operating system of {identifier}",
            conditions={
                "StringEquals": {"aws:SourceAccount": stack.account},
                "ArnEquals": {"aws:SourceArn": arn_of(stack, "rds", "db", identifier)},
            },
        )
        self.allow(
            iam.PolicyStatement(
                actions=list(DELIVER_METRICS),
                resources=[arn_of(stack, "logs", "log-group", METRICS_LOG)],
            )
        )


LOGS = ("postgresql", "upgrade")

PARAMETERS = {
    "rds.force_ssl": "1",
    "ssl_min_protocol_version": "TLSv1.2",
    # Passwords exist as SCRAM verifiers only, and nobody logs in with less.
    "password_encryption": "scram-sha-256",
    "rds.accepted_password_auth_method": "scram",
    # Who came and went, but no statements: those of others may carry a password.
    "log_connections": "1",
    "log_disconnections": "1",
    "log_statement": "none",
}
"""Where RDS's defaults differ, or must not change under us."""


@dataclass(frozen=True)
class InstanceOptions:
    """What an instance is like.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html

    Attributes:
        engine_version: Version of PostgreSQL, with or without its minor part.
        instance_class: Such as `db.t4g.medium`.
        storage_gib: Storage at the start.
        max_storage_gib: Storage to which it grows by itself.
        multi_az: Whether a standby is kept in a second zone.
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

    @property
    def major_version(self) -> str:
        """The version without its minor part."""
        return self.engine_version.partition(".")[0]


class Database(Construct):
    """An RDS instance that only encrypted connections from named functions reach."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        identifier: str,
        options: InstanceOptions,
        vpc: ec2.IVpc,
        key: kms.IKey,
        admin: AdminSecret,
    ) -> None:
        """Create the instance and attach the admin secret.

        The instance's identifier is fixed, because the names of its logs follow from it, and their
        log groups have to exist, encrypted, before it does.

        The port is part of the resource's name. RDS would change the port in place, with a restart,
        and nothing would tell the secrets: every login would fail from then on. So another port
        makes another instance of the same identifier, which RDS refuses before anything changes
        (docs/adr/0016).

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            identifier: What the instance is called.
            options: What it is like.
            vpc: The network it stands in.
            key: Encrypts storage, backups and logs.
            admin: The credential of its master user.
        """
        super().__init__(scope, construct_id)
        engine = rds.DatabaseInstanceEngine.postgres(
            version=rds.PostgresEngineVersion.of(options.engine_version, options.major_version)
        )
        self._port = options.port
        self._security_group = SecurityGroup(
            self, "SecurityGroup", vpc=vpc, description=f"Database {identifier}"
        )
        monitoring = MonitoringRole(self, "MonitoringRole", identifier=identifier)
        instance = rds.DatabaseInstance(
            self,
            f"InstanceOnPort{options.port}",
            instance_identifier=identifier,
            engine=engine,
            allocated_storage=options.storage_gib,
            # The setting names a version: whoever raises its major part wants it. RDS refuses
            # otherwise, and the parameter group's family follows in the same change.
            allow_major_version_upgrade=True,
            auto_minor_version_upgrade=True,
            backup_retention=Duration.days(options.backup_days),
            cloudwatch_logs_exports=list(LOGS),
            copy_tags_to_snapshot=True,
            credentials=rds.Credentials.from_password(
                options.admin_username,
                SecretValue.secrets_manager(admin.arn, json_field="password"),
            ),
            database_name=options.dbname,
            delete_automated_backups=not options.protected,
            deletion_protection=options.protected,
            iam_authentication=True,
            instance_type=ec2.InstanceType(options.instance_class.removeprefix("db.")),
            max_allocated_storage=options.max_storage_gib,
            monitoring_interval=Duration.minutes(1),
            monitoring_role=monitoring.fixed,
            multi_az=options.multi_az,
            parameter_group=rds.ParameterGroup(
                self,
                "Parameters",
                engine=engine,
                description=f"Encrypted connections only, for {identifier}",
                parameters=PARAMETERS,
            ),
            port=options.port,
            publicly_accessible=False,
            removal_policy=(RemovalPolicy.SNAPSHOT if options.protected else RemovalPolicy.DESTROY),
            security_groups=[self._security_group.group],
            storage_encrypted=True,
            storage_encryption_key=key,
            storage_type=rds.StorageType.GP3,
            subnet_group=rds.SubnetGroup(
                self,
                "Subnets",
                description=f"Isolated subnets, for {identifier}",
                vpc=vpc,
                vpc_subnets=ISOLATED,
            ),
            vpc=vpc,
        )
        # A major version alone: the newest minor version at first, and no drift when AWS brings
        # the next. cfn-lint's list has minor versions only.
        cast("CfnResource", instance.node.default_child).add_metadata(
            "cfn-lint", {"config": {"ignore_checks": ["W3691"]}}
        )
        instance.node.add_dependency(monitoring.policy, *self._log_groups(identifier, key))
        self.identifier = instance.instance_identifier
        self.endpoint = instance.instance_endpoint.socket_address
        admin.attach(instance_identifier=self.identifier)

    def allow_from(self, security_group: SecurityGroup) -> Sequence[IDependable]:
        """Open the way from a function to the database.

        Returns:
            What has to exist before the way is open.
        """
        rule = security_group.open_to(
            self._security_group, port=self._port, description="PostgreSQL"
        )
        return (rule,)

    def let_in(self, client: str) -> None:
        """Open the way from somebody else's security group, or from a range of addresses."""
        self._security_group.let_in(client, port=self._port, description="PostgreSQL")

    @property
    def security_group_id(self) -> str:
        """Id of the security group that decides who gets to the server."""
        return self._security_group.group_id

    def _log_groups(self, identifier: str, key: kms.IKey) -> list[EncryptedLogGroup]:
        return [
            EncryptedLogGroup(
                self, f"Log{log.title()}", name=f"/aws/rds/instance/{identifier}/{log}", key=key
            )
            for log in LOGS
        ]


@dataclass(frozen=True, kw_only=True)
class DatabaseContext:
    """The surroundings of a function of ours.

    Attributes:
        names: What the names of functions begin with.
        network: Where functions run.
        database: What they log in to.
        key: Encrypts their logs.
        authorities: A file of what they trust the database by, instead of what ships.
    """

    names: Names
    network: Network
    database: Database
    key: kms.IKey
    authorities: Path | None = None
