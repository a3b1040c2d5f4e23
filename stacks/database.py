"""The PostgreSQL server."""

from aws_cdk import ArnFormat, Duration, RemovalPolicy, SecretValue, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from constructs import Construct

from stacks import settings
from stacks.logs import EncryptedLogGroup
from stacks.network import ISOLATED, Network
from stacks.role import ServiceRole
from stacks.secrets import DatabaseSecret

LOGS = ("postgresql", "upgrade")

PARAMETERS = {
    "rds.force_ssl": "1",
    "ssl_min_protocol_version": "TLSv1.2",
    # Passwords exist as SCRAM verifiers only, and nobody logs in with less.
    "password_encryption": "scram-sha-256",
    "rds.accepted_password_auth_method": "scram",
    # Who came and went, but no statement and no parameter: those may carry what is secret.
    "log_connections": "1",
    "log_disconnections": "1",
    "log_statement": "none",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
"""Differences to RDS's defaults, or defaults that must not change under us."""


class Database(Construct):
    """An RDS instance that only encrypted connections from named functions reach."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        identifier: str,
        network: Network,
        key: kms.IKey,
        admin: DatabaseSecret,
        options: settings.Database,
    ) -> None:
        """Create the instance and attach the admin secret.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            identifier: The instance's identifier. It is fixed, because the names of its logs
                follow from it, and their log groups have to exist, encrypted, before it does.
            network: Where it stands.
            key: Encrypts storage, backups and logs.
            admin: The credential of its master user.
            options: What the team decided about it.
        """
        super().__init__(scope, construct_id)
        engine = rds.DatabaseInstanceEngine.postgres(
            version=rds.PostgresEngineVersion.of(options.engine_version, options.major_version)
        )
        log_groups = [
            EncryptedLogGroup(
                self,
                f"{log.capitalize()}Log",
                name=f"/aws/rds/instance/{identifier}/{log}",
                key=key,
            )
            for log in LOGS
        ]
        self._port = ec2.Port.tcp(options.port)
        self._security_group = network.security_group(self, description="Database")
        instance = rds.DatabaseInstance(
            self,
            "Instance",
            instance_identifier=identifier,
            engine=engine,
            allocated_storage=options.storage_gib,
            auto_minor_version_upgrade=True,
            backup_retention=Duration.days(options.backup_days),
            cloudwatch_logs_exports=list(LOGS),
            copy_tags_to_snapshot=True,
            credentials=rds.Credentials.from_password(
                options.admin_username,
                SecretValue.secrets_manager(admin.arn, json_field="password"),
            ),
            database_name=options.name,
            delete_automated_backups=not options.deletion_protection,
            deletion_protection=options.deletion_protection,
            iam_authentication=True,
            instance_type=ec2.InstanceType(options.instance_class.removeprefix("db.")),
            max_allocated_storage=options.max_storage_gib,
            monitoring_interval=Duration.minutes(1),
            monitoring_role=self._monitoring_role(identifier),
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
            removal_policy=(
                RemovalPolicy.SNAPSHOT if options.deletion_protection else RemovalPolicy.DESTROY
            ),
            security_groups=[self._security_group],
            storage_encrypted=True,
            storage_encryption_key=key,
            storage_type=rds.StorageType.GP3,
            vpc=network.vpc,
            vpc_subnets=ISOLATED,
        )
        instance.node.add_dependency(*log_groups)
        self.identifier = instance.instance_identifier
        self.endpoint = instance.instance_endpoint.socket_address
        admin.attach(instance_identifier=self.identifier)

    def allow_from(self, security_group: ec2.ISecurityGroup) -> None:
        """Open the way from a function to the database."""
        self._security_group.add_ingress_rule(security_group, self._port, "PostgreSQL")
        security_group.add_egress_rule(self._security_group, self._port, "PostgreSQL")

    def _monitoring_role(self, identifier: str) -> iam.IRole:
        """What AmazonRDSEnhancedMonitoringRole allows, for the one log group that is written."""
        stack = Stack.of(self)
        monitoring = ServiceRole(
            self,
            "MonitoringRole",
            service="monitoring.rds.amazonaws.com",
            description=f"Writes the metrics of the operating system of {identifier}",
            conditions={
                "StringEquals": {"aws:SourceAccount": stack.account},
                "ArnEquals": {
                    "aws:SourceArn": stack.format_arn(
                        service="rds",
                        resource="db",
                        resource_name=identifier,
                        arn_format=ArnFormat.COLON_RESOURCE_NAME,
                    )
                },
            },
        )
        group = stack.format_arn(
            service="logs",
            resource="log-group",
            resource_name="RDSOSMetrics",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        monitoring.allow(
            iam.PolicyStatement(
                actions=["logs:CreateLogGroup", "logs:PutRetentionPolicy"], resources=[group]
            )
        )
        monitoring.allow(
            iam.PolicyStatement(
                actions=[
                    "logs:CreateLogStream",
                    "logs:DescribeLogStreams",
                    "logs:GetLogEvents",
                    "logs:PutLogEvents",
                ],
                resources=[f"{group}:log-stream:*"],
            )
        )
        return monitoring.role
