"""An Aurora cluster of ours."""

from typing import cast

from aws_cdk import CfnResource, Duration, RemovalPolicy, SecretValue, Tokenization
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_rds as rds
from constructs import Construct

from credential_rotation.engine import Engine
from credential_rotation.names import Names
from credential_rotation.platform import Platform
from credential_rotation.rds_server import MonitoringRole, RdsOptions, RdsServer


class Cluster(RdsServer):
    """An Aurora cluster with a writer and, if there is to be a standby, a reader. See `RdsServer`.

    Its host is the cluster's endpoint, which leads to the writer, whichever instance that is.
    """

    attached = "AWS::RDS::DBCluster"

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
        """Create the cluster.

        Without backtracking: it would rewind the accounts with the data, and every secret would
        hold passwords that the cluster does not know any more.

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
        # By number: which of them writes may change at any time.
        instances = [f"{names.prefix}-{number}" for number in range(1, 2 + options.multi_az)]
        monitoring = MonitoringRole(self, "MonitoringRole", names=names, instances=instances)
        first, *others = (
            rds.ClusterInstance.provisioned(
                f"Instance{number}",
                instance_identifier=identifier,
                allow_major_version_upgrade=True,  # as for an instance, see there
                auto_minor_version_upgrade=True,
                instance_type=ec2.InstanceType(options.instance_class.removeprefix("db.")),
                publicly_accessible=False,
                promotion_tier=None if number == 1 else 1,
            )
            for number, identifier in enumerate(instances, start=1)
        )
        cluster = rds.DatabaseCluster(
            self,
            f"ClusterOnPort{options.port}",
            cluster_identifier=names.prefix,
            engine=cast("rds.IClusterEngine", self._product),
            writer=first,
            readers=others,
            auto_minor_version_upgrade=True,
            backup=rds.BackupProps(retention=Duration.days(options.backup_days)),
            cloudwatch_logs_exports=list(engine.logs),
            copy_tags_to_snapshot=True,
            credentials=rds.Credentials.from_password(options.admin_username, password),
            default_database_name=options.dbname if engine.schemas else None,  # see LoginOptions
            delete_automated_backups=not options.protected,
            deletion_protection=options.protected,
            iam_authentication=True,
            monitoring_interval=Duration.minutes(1),
            monitoring_role=monitoring.fixed,
            parameter_group=self._parameters(),
            port=options.port,
            removal_policy=(RemovalPolicy.SNAPSHOT if options.protected else RemovalPolicy.DESTROY),
            security_groups=[self._security_group.group],
            storage_encrypted=True,
            storage_encryption_key=platform.data_key,
            subnet_group=self._subnets(),
            vpc=platform.site.network.vpc,
        )
        # A major version alone, as for an instance; cfn-lint counts it as deprecated.
        cast("CfnResource", cluster.node.default_child).add_metadata(
            "cfn-lint", {"config": {"ignore_checks": ["W3690"]}}
        )
        cluster.node.add_dependency(monitoring.policy, *self._logs("cluster"))
        self.identifier = cluster.cluster_identifier
        self.host = cluster.cluster_endpoint.hostname
        self.port = Tokenization.stringify_number(cluster.cluster_endpoint.port)
        self.events = {
            "db-cluster": [self.identifier],
            "db-instance": cluster.instance_identifiers,
        }
        self.ready = [cluster]  # its instances are: until there is one, nothing answers
