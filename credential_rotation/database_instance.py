"""An RDS instance of ours."""

from dataclasses import dataclass
from typing import cast

from aws_cdk import CfnResource, Duration, RemovalPolicy, SecretValue, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_rds as rds
from constructs import Construct

from credential_rotation.boundary_statements import DELIVER_METRICS, METRICS_LOG
from credential_rotation.engine import Engine
from credential_rotation.functions import EncryptedLogGroup
from credential_rotation.names import Names, arn_of
from credential_rotation.platform import Platform
from credential_rotation.roles import ServiceRole
from credential_rotation.security_groups import SecurityGroup


class MonitoringRole(ServiceRole):
    """What AmazonRDSEnhancedMonitoringRole allows, for one instance and its one log group."""

    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html

    def __init__(self, scope: Construct, construct_id: str, *, names: Names) -> None:
        """Create the role.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: The database's; the prefix is the instance's identifier.
        """
        identifier = names.prefix
        stack = Stack.of(scope)
        super().__init__(
            scope,
            construct_id,
            names=names,
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


@dataclass(frozen=True)
class InstanceOptions:
    """What an instance is like.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html

    Attributes:
        engine_version: Version of the product, with or without its minor part.
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


class Instance(Construct):
    """An RDS instance that only encrypted connections from named security groups reach.

    Attributes:
        identifier: What it is called, once it exists.
        host: Its name in the network.
        port: Its TCP port.
        security_group_id: Id of the security group that decides who gets to it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        engine: Engine,
        options: InstanceOptions,
        platform: Platform,
        password: SecretValue,
    ) -> None:
        """Create the instance.

        The instance's identifier is fixed, because the names of its logs follow from it, and their
        log groups have to exist, encrypted, before it does.

        The port is part of the resource's name. RDS would change the port in place, with a restart,
        and nothing would tell the secrets: every login would fail from then on. So another port
        makes another instance of the same identifier, which RDS refuses before anything changes
        (docs/adr/0016).

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: The database's; the prefix is the instance's identifier.
            engine: Its product.
            options: What it is like.
            platform: The network it stands in, and the key of storage, backups and logs.
            password: The first password of its master user.
        """
        super().__init__(scope, construct_id)
        identifier, vpc, key = names.prefix, platform.site.network.vpc, platform.data_key
        product = engine.of_instance(options.engine_version)
        security_group = SecurityGroup(
            self, "SecurityGroup", vpc=vpc, description=f"Database {identifier}"
        )
        self.security_group_id = security_group.group_id
        monitoring = MonitoringRole(self, "MonitoringRole", names=names)
        instance = rds.DatabaseInstance(
            self,
            f"InstanceOnPort{options.port}",
            instance_identifier=identifier,
            engine=product,
            allocated_storage=options.storage_gib,
            # The setting names a version: whoever raises its major part wants it. RDS refuses
            # otherwise, and the parameter group's family follows in the same change.
            allow_major_version_upgrade=True,
            auto_minor_version_upgrade=True,
            backup_retention=Duration.days(options.backup_days),
            cloudwatch_logs_exports=list(engine.logs),
            copy_tags_to_snapshot=True,
            credentials=rds.Credentials.from_password(options.admin_username, password),
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
                engine=product,
                description=f"Encrypted connections only, for {identifier}",
                parameters=engine.parameters,
            ),
            port=options.port,
            publicly_accessible=False,
            removal_policy=(RemovalPolicy.SNAPSHOT if options.protected else RemovalPolicy.DESTROY),
            security_groups=[security_group.group],
            storage_encrypted=True,
            storage_encryption_key=key,
            storage_type=rds.StorageType.GP3,
            subnet_group=rds.SubnetGroup(
                self,
                "Subnets",
                description=f"Subnets of {identifier}",
                vpc=vpc,
                vpc_subnets=platform.site.network.subnets,
            ),
            vpc=vpc,
        )
        # A major version alone: the newest minor version at first, and no drift when AWS brings
        # the next. cfn-lint's list has minor versions only.
        cast("CfnResource", instance.node.default_child).add_metadata(
            "cfn-lint", {"config": {"ignore_checks": ["W3691"]}}
        )
        logs = [
            EncryptedLogGroup(
                self, f"Log{log.title()}", name=f"/aws/rds/instance/{identifier}/{log}", key=key
            )
            for log in engine.logs
        ]
        instance.node.add_dependency(monitoring.policy, *logs)
        self.identifier: str = instance.instance_identifier
        self.host: str = instance.db_instance_endpoint_address
        self.port: str = instance.db_instance_endpoint_port
