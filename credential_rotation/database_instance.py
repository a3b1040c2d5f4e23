"""An RDS instance of ours."""

from typing import cast

from aws_cdk import (
    Acknowledgment,
    CfnResource,
    Duration,
    RemovalPolicy,
    SecretValue,
    Validations,
)
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_rds as rds
from constructs import Construct

from credential_rotation.engine import Engine
from credential_rotation.names import Names
from credential_rotation.platform import Platform
from credential_rotation.rds_server import MonitoringRole, RdsOptions, RdsServer


class Instance(RdsServer):
    """An RDS instance. See `RdsServer`."""

    attached = "AWS::RDS::DBInstance"

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        engine: Engine,
        options: RdsOptions,
        platform: Platform,
        password: SecretValue,
    ) -> None:
        """Create the instance.

        Args:
            scope: See `RdsServer`.
            construct_id: See `RdsServer`.
            names: See `RdsServer`.
            engine: See `RdsServer`.
            options: See `RdsServer`.
            platform: See `RdsServer`.
            password: The first password of its master user.
        """
        super().__init__(
            scope, construct_id, names=names, engine=engine, options=options, platform=platform
        )
        monitoring = MonitoringRole(
            self, "MonitoringRole", names=names, instances=[self._identifier]
        )
        instance = rds.DatabaseInstance(
            self,
            f"InstanceOnPort{options.port}",
            instance_identifier=self._identifier,
            engine=cast("rds.IInstanceEngine", self._product),
            allocated_storage=options.storage_gib,
            # The setting names a version: whoever raises its major part wants it. RDS refuses
            # otherwise, and the parameter group's family follows in the same change.
            allow_major_version_upgrade=True,
            auto_minor_version_upgrade=True,
            backup_retention=Duration.days(options.backup_days),
            cloudwatch_logs_exports=list(engine.logs),
            copy_tags_to_snapshot=True,
            credentials=rds.Credentials.from_password(options.admin_username, password),
            database_name=options.dbname if engine.schemas else None,  # see LoginOptions
            delete_automated_backups=not options.protected,
            deletion_protection=options.protected,
            iam_authentication=True,
            instance_type=ec2.InstanceType(options.instance_class.removeprefix("db.")),
            max_allocated_storage=options.max_storage_gib,
            monitoring_interval=Duration.minutes(1),
            monitoring_role=monitoring.fixed,
            multi_az=options.multi_az,
            parameter_group=self._parameters(),
            port=options.port,
            publicly_accessible=False,
            removal_policy=(RemovalPolicy.SNAPSHOT if options.protected else RemovalPolicy.DESTROY),
            security_groups=[self._security_group.group],
            storage_encrypted=True,
            storage_encryption_key=platform.data_key,
            storage_type=rds.StorageType.GP3,
            subnet_group=self._subnets(),
            vpc=platform.site.network.vpc,
        )
        # A major version alone: the newest minor version at first, and no drift when AWS brings
        # the next. cfn-lint's list has minor versions only, and so has the CDK's of some products.
        unlisted = [] if engine.versions.majors_listed else ["E3691"]
        cast("CfnResource", instance.node.default_child).add_metadata(
            "cfn-lint", {"config": {"ignore_checks": ["W3691", *unlisted]}}
        )
        if not engine.versions.majors_listed:
            Validations.of(instance).acknowledge(
                Acknowledgment(id="CloudFormation-Validate::E9006", reason="a major version alone")
            )
        instance.node.add_dependency(monitoring.policy, *self._logs("instance"))
        self.identifier = instance.instance_identifier
        self.host = instance.db_instance_endpoint_address
        self.port = instance.db_instance_endpoint_port
        self.events = {"db-instance": [self.identifier]}
