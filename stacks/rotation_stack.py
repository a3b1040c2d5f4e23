"""The stack."""

from typing import cast

from aws_cdk import CfnOutput, DefaultStackSynthesizer, Fn, RemovalPolicies, Stack, Tags
from constructs import Construct

from stacks.access.names import BREAK_GLASS, role_arn
from stacks.access_key.access_key import AccessKey
from stacks.advice import advise
from stacks.application_user import ApplicationUser
from stacks.boundary import Boundary
from stacks.ceiling import Ceiling
from stacks.consumer import Consumer
from stacks.data_key import DataKey
from stacks.database import Database
from stacks.ec2_consumer import Ec2Consumer
from stacks.network import Network
from stacks.noticing import Noticing
from stacks.rotation import Rotation
from stacks.rotations import AdminRotation, ApplicationRotation
from stacks.secrets import AdminSecret, ApplicationSecret
from stacks.secrets_key import SecretsKey
from stacks.settings import Settings
from stacks.site import Site

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
        secrets_key = SecretsKey(self, "SecretsKey", settings=settings)
        key = DataKey(self, "DataKey", settings=settings).key
        network = Network(self, "Network", settings=settings, key=key)
        ceiling = Ceiling(self, settings=settings, key=secrets_key, network=network)
        Boundary(self, "Boundary", settings=settings, ceiling=list(ceiling.statements()))
        admin = AdminSecret(
            self,
            "AdminSecret",
            settings=settings,
            key=secrets_key,
            endpoint=network.secrets_endpoint,
            deployer=self._deployer(),
        )
        database = Database(
            self, "Database", settings=settings, vpc=network.vpc, key=key, admin=admin
        )
        site = Site(settings=settings, network=network, database=database, key=key)
        application = ApplicationSecret(
            self,
            "ApplicationSecret",
            settings=settings,
            admin=admin,
            key=secrets_key,
            endpoint=network.secrets_endpoint,
            deployer=self._deployer(),
        )
        if settings.access.enabled:
            application.admit_person(role_arn(self, settings, BREAK_GLASS))
        application.attach(instance_identifier=database.identifier)
        user = ApplicationUser(self, "ApplicationUser", site=site, secret=application, admin=admin)
        rotation = ApplicationRotation(
            self, "ApplicationRotation", site=site, secret=application, admin=admin, user=user
        )
        CfnOutput(self, "ApplicationSecretName", value=application.name)
        CfnOutput(self, "AdminSecretName", value=admin.name)
        CfnOutput(self, "RotationFunctionName", value=rotation.function.name)
        CfnOutput(self, "DatabaseEndpoint", value=database.endpoint)
        rotations: list[Rotation] = [rotation]
        if settings.rotation.admin:
            admin_rotation = AdminRotation(
                self, "AdminRotation", site=site, secret=admin, user=user
            )
            rotations.append(admin_rotation)
            CfnOutput(self, "AdminRotationFunctionName", value=admin_rotation.function.name)
        if settings.consumer:
            consumer = Consumer(self, "Consumer", site=site, secret=application)
            CfnOutput(self, "ConsumerFunctionName", value=consumer.function.name)
        if settings.ec2_consumer:
            instance = Ec2Consumer(self, "Ec2Consumer", site=site, secret=application)
            CfnOutput(self, "ConsumerInstanceId", value=instance.instance_id)
        access_key = None
        if settings.access_key.enabled:
            access_key = AccessKey(
                self,
                "AccessKey",
                settings=settings,
                secrets_key=secrets_key,
                key=key,
                endpoint=network.secrets_endpoint,
            )
            rotations.append(access_key.rotation)
        secrets = [application, admin, *([access_key.secret] if access_key else [])]
        noticing = Noticing(
            self,
            "Noticing",
            site=site,
            rotations=rotations,
            secrets=secrets,
            keys=[secrets_key.key, key],
            access_key=access_key,
        )
        CfnOutput(self, "AlarmTopicArn", value=noticing.topic.arn)
        self.application = application
        self.secrets = secrets
        self.secrets_key = secrets_key
        self.rotations = rotations
        self.topic_arn = noticing.topic.arn
        advise(self, settings)
        self._tag(settings)
        self._keep_or_destroy(keep=settings.database.deletion_protection)

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
