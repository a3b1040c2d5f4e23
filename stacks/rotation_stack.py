"""The stack."""

from typing import cast

from aws_cdk import CfnOutput, DefaultStackSynthesizer, Fn, RemovalPolicies, Stack, Tags
from constructs import Construct

from credential_rotation.access_key import AccessKey, KeyLives
from credential_rotation.boundary_statements import BoundaryStatements
from credential_rotation.consumer import Consumer
from credential_rotation.custom_resources import CustomResources, makers
from credential_rotation.database import Database, DatabaseContext, InstanceOptions
from credential_rotation.database_secret import AdminSecret, ApplicationSecret
from credential_rotation.instance import Ec2Consumer
from credential_rotation.keys import DataKey, SecretsKey
from credential_rotation.login import (
    AdminRotation,
    ApplicationRotation,
    ApplicationUser,
    PasswordRules,
)
from credential_rotation.monitoring import Monitoring
from credential_rotation.network import Network
from credential_rotation.roles import Boundary
from credential_rotation.rotation import Rotation, RotationRules
from stacks.access.names import BREAK_GLASS, role_arn
from stacks.advice import advise
from stacks.settings import Settings
from stacks.settings.database import Database as DatabaseSettings

KEPT = ["AWS::KMS::Key", "AWS::Logs::LogGroup", "AWS::SecretsManager::Secret"]
"""What outlives a protected stack, except one whose first deployment fails."""


class RotationStack(Stack):
    """A database whose users' passwords change by themselves, and a sample of their use.

    Attributes:
        application: The credential that the application logs in with.
        secrets: All credentials.
        secrets_key: Encrypts them.
        rotations: What rotates them.
        topic_arn: Where alarms ring.
        watch: The function whose log names what is overdue.
    """

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        """Provision everything.

        Args:
            scope: The app.
            settings: What the team decided.
        """
        super().__init__(
            scope,
            settings.prefix,
            description=f"Credential rotation for {settings.path}",
            termination_protection=settings.database.deletion_protection,
        )
        names, rules = settings.names, settings.rotation
        passwords = PasswordRules(settings.password.length, settings.password.exclude_characters)
        secrets_key = SecretsKey(self, "SecretsKey", names=names)
        key = DataKey(self, "DataKey", names=names, volumes=settings.ec2_consumer).key
        network = Network(self, "Network", names=names, zones=settings.zones, key=key)
        ceiling = BoundaryStatements(
            self,
            names=names,
            key=secrets_key,
            network=network,
            instances=settings.ec2_consumer,
        )
        Boundary(
            self,
            "Boundary",
            path=names.path,
            given=settings.permissions_boundary,
            ceiling=list(ceiling.statements()),
        )
        custom_resources = CustomResources(
            self, "CustomResources", names=names, functions=makers(self, names), key=key
        )
        admin = AdminSecret(
            self,
            "AdminSecret",
            names=names,
            username=settings.database.admin_username,
            key=secrets_key,
            endpoint=network.secrets_endpoint,
            deployer=self._deployer(),
        )
        database = Database(
            self,
            "Database",
            identifier=names.prefix,
            options=_instance_options(settings.database),
            vpc=network.vpc,
            key=key,
            admin=admin,
        )
        site = DatabaseContext(
            names=names,
            network=network,
            database=database,
            key=key,
            authorities=settings.database.trusted,
        )
        application = ApplicationSecret(
            self,
            "ApplicationSecret",
            names=names,
            application=settings.name,
            username=settings.database.application_username,
            readers=settings.readers,
            admin=admin,
            key=secrets_key,
            endpoint=network.secrets_endpoint,
            deployer=self._deployer(),
        )
        if settings.access.enabled:
            application.admit_person(role_arn(self, settings, BREAK_GLASS))
        application.attach(instance_identifier=database.identifier)
        user = ApplicationUser(
            self,
            "ApplicationUser",
            site=site,
            custom_resources=custom_resources,
            secret=application,
            admin=admin,
        )
        rotation = ApplicationRotation(
            self,
            "ApplicationRotation",
            site=site,
            secret=application,
            admin=admin,
            user=user,
            strategy=rules.strategy,
            rules=RotationRules(rules.schedule, rules.window, rules.on_deploy),
            passwords=passwords,
        )
        for client in settings.database.clients:
            database.let_in(client)
            network.secrets_endpoint.let_in(client)
        self._tell(
            ApplicationSecretName=application.name,
            AdminSecretName=admin.name,
            RotationFunctionName=rotation.function.name,
            DatabaseEndpoint=database.endpoint,
            # What an application's own stack has to name to get in.
            ApplicationSecretArn=application.arn,
            SecretsKeyArn=secrets_key.key.key_arn,
            VpcId=network.vpc.vpc_id,
            SubnetIds=Fn.join(",", network.subnet_ids),
            DatabaseSecurityGroupId=database.security_group_id,
            SecretsEndpointSecurityGroupId=network.secrets_endpoint.security_group_id,
        )
        rotations: list[Rotation] = [rotation]
        if rules.admin:
            admin_rotation = AdminRotation(
                self,
                "AdminRotation",
                site=site,
                secret=admin,
                user=user,
                rules=RotationRules(rules.admin_schedule, rules.admin_window),
                passwords=passwords,
            )
            rotations.append(admin_rotation)
            self._tell(AdminRotationFunctionName=admin_rotation.function.name)
        if settings.consumer:
            consumer = Consumer(self, "Consumer", site=site, secret=application)
            self._tell(ConsumerFunctionName=consumer.function.name)
        if settings.ec2_consumer:
            instance = Ec2Consumer(self, "Ec2Consumer", site=site, secret=application)
            self._tell(ConsumerInstanceId=instance.instance_id)
        access_key = None
        days = settings.access_key
        if days.enabled:
            access_key = AccessKey(
                self,
                "AccessKey",
                names=names,
                policy=days.policy,
                readers=days.readers,
                lives=KeyLives(
                    interval_days=days.interval_days,
                    grace_days=days.grace_days,
                    rest_days=days.rest_days,
                    notice_days=days.notice_days,
                ),
                boundary=settings.permissions_boundary,
                secrets_key=secrets_key,
                key=key,
                endpoint=network.secrets_endpoint,
                custom_resources=custom_resources,
            )
            rotations.append(access_key.rotation)
        secrets = [application, admin, *([access_key.secret] if access_key else [])]
        noticing = Monitoring(
            self,
            "Noticing",
            site=site,
            rotations=rotations,
            secrets=secrets,
            keys=[secrets_key.key, key],
            access_key=access_key,
            emails=settings.alarm_emails,
        )
        self._tell(AlarmTopicArn=noticing.topic.arn)
        self.application = application
        self.secrets = secrets
        self.secrets_key = secrets_key
        self.rotations = rotations
        self.topic_arn = noticing.topic.arn
        self.watch = noticing.watch
        advise(self, settings)
        self._tag(settings)
        self._keep_or_destroy(keep=settings.database.deletion_protection)

    def _tell(self, **outputs: str) -> None:
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)

    def _deployer(self) -> str:
        """The ARN of the role that CloudFormation deploys with, as `cdk bootstrap` made it."""
        synthesizer = cast("DefaultStackSynthesizer", self.synthesizer)
        return Fn.sub(synthesizer.cloud_formation_execution_role_arn)

    def _tag(self, settings: Settings) -> None:
        for key, value in settings.all_tags().items():
            Tags.of(self).add(key, value)

    def _keep_or_destroy(self, *, keep: bool) -> None:
        policies = RemovalPolicies.of(self)
        change = policies.retain_on_update_or_delete if keep else policies.destroy
        change(apply_to_resource_types=KEPT)


def _instance_options(database: DatabaseSettings) -> InstanceOptions:
    return InstanceOptions(
        engine_version=database.engine_version,
        instance_class=database.instance_class,
        storage_gib=database.storage_gib,
        max_storage_gib=database.max_storage_gib,
        multi_az=database.multi_az,
        port=database.port,
        dbname=database.name,
        admin_username=database.admin_username,
        backup_days=database.backup_days,
        protected=database.deletion_protection,
    )
