"""The stack of what all databases share, with the database named main."""

from typing import cast

from aws_cdk import CfnOutput, DefaultStackSynthesizer, Fn, RemovalPolicies, Stack, Tags
from constructs import Construct

from credential_rotation.monitoring import Monitoring
from credential_rotation.network import Endpoint
from credential_rotation.platform import (
    ExistingNetworkOptions,
    NewNetworkOptions,
    Platform,
    PlatformOptions,
)
from credential_rotation.rotation import Credential
from credential_rotation.trail import TrailOptions
from stacks.access import names as people
from stacks.advice import advise
from stacks.kinds import KINDS
from stacks.settings import Settings
from stacks.settings.databases import MAIN
from stacks.settings.network import ExistingEndpoint

KEPT = [
    "AWS::CloudTrail::Trail",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::SecretsManager::Secret",
]
"""What outlives a protected stack, except one whose first deployment fails."""


class CredentialStack(Stack):
    """A stack with credentials that rotate.

    Attributes:
        credentials: What rotates in it.
    """

    def __init__(
        self, scope: Construct, name: str, *, settings: Settings, description: str, protected: bool
    ) -> None:
        """Begin with nothing.

        Args:
            scope: The app.
            name: The stack's name.
            settings: What the team decided.
            description: What people read of it.
            protected: Whether it is refused to be deleted, and leaves its data where it is not.
        """
        super().__init__(scope, name, description=description, termination_protection=protected)
        self.credentials: list[Credential] = []
        for key, value in settings.all_tags().items():
            Tags.of(self).add(key, value)
        policies = RemovalPolicies.of(self)
        change = policies.retain_on_update_or_delete if protected else policies.destroy
        change(apply_to_resource_types=KEPT)

    @property
    def deployer(self) -> str:
        """The ARN of the role that CloudFormation deploys with, as `cdk bootstrap` made it."""
        synthesizer = cast("DefaultStackSynthesizer", self.synthesizer)
        return Fn.sub(synthesizer.cloud_formation_execution_role_arn)

    def tell(self, **outputs: str | None) -> None:
        """Add outputs; those without a value are left out."""
        for name, value in outputs.items():
            if value is not None:
                CfnOutput(self, name, value=value)

    def add_credentials(self, platform: Platform, settings: Settings, *, database: str) -> None:
        """Add the credentials of all kinds, what watches them, and what they are called.

        Args:
            platform: What they share.
            settings: What the team decided.
            database: Name of the database whose stack this is.
        """
        groups = [
            group
            for kind in KINDS
            for group in kind.add(self, platform, settings, database=database)
        ]
        for group in groups:
            Monitoring(self, f"{group.id}Monitoring", platform=platform, group=group)
            self.credentials += group.credentials
        for each in self.credentials:
            self.tell(
                **{
                    f"{each.id}SecretName": each.secret.name,
                    f"{each.id}SecretArn": each.secret.arn,
                    f"{each.id}RotationFunctionName": each.function.name,
                }
            )


class RotationStack(CredentialStack):
    """What all databases share, and the database named main if there is one.

    Attributes:
        platform: What the stacks of further databases share.
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
            settings=settings,
            description=f"Credential rotation for {settings.path}",
            protected=settings.protected,
        )
        platform = self.platform = Platform(
            self,
            "Platform",
            names=settings.names,
            options=PlatformOptions(
                network=_network(settings),
                secrets_key_arn=settings.secrets_key_arn,
                topic_arn=settings.alarm_topic_arn,
                emails=settings.alarm_emails,
                boundary=settings.permissions_boundary,
                volumes=settings.ec2_consumer,
                trail=self._trail(settings),
            ),
        )
        network = platform.site.network
        self.add_credentials(platform, settings, database=MAIN)
        # What an application's own stack has to name to get in, besides its login and database.
        self.tell(
            AlarmTopicArn=platform.topic.arn,
            EndpointClientsSecurityGroupId=platform.site.endpoint_clients.group_id,
            SecretsEndpointSecurityGroupId=network.secrets_endpoint.security_group_id,
            SecretsKeyArn=platform.secrets_key.key.key_arn,
            SubnetIds=Fn.join(",", network.subnet_ids),
            TrailBucketName=(
                platform.trail.bucket_name if platform.trail else settings.trail.bucket or None
            ),
            VpcId=network.vpc.vpc_id,
        )
        advise(self, settings)

    def _trail(self, settings: Settings) -> TrailOptions | None:
        if not settings.trail.enabled:
            return None
        auditors = people.role_arn(self, settings, people.AUDITOR)
        return TrailOptions(
            retention_days=settings.trail.retention_days,
            readers=[*([auditors] if settings.access.enabled else []), *settings.trail.readers],
            deployer=self.deployer,
        )


class DatabaseStack(CredentialStack):
    """A further database, which refers to what all share and to no other database."""

    def __init__(
        self, scope: Construct, *, settings: Settings, name: str, rotation: RotationStack
    ) -> None:
        """Provision everything.

        Args:
            scope: The app.
            settings: What the team decided.
            name: Name of the database.
            rotation: Has what all share.
        """
        names = settings.names.within(name)
        super().__init__(
            scope,
            settings.stack_of(name),
            settings=settings,
            description=f"Credential rotation for {names.path}",
            protected=settings.databases[name].deletion_protection,
        )
        self.add_credentials(rotation.platform, settings, database=name)


def _network(settings: Settings) -> NewNetworkOptions | ExistingNetworkOptions:
    network = settings.network
    if not network.vpc_id:
        return NewNetworkOptions(network.cidr, network.zones)
    endpoint = network.secrets_endpoint
    return ExistingNetworkOptions(
        network.vpc_id,
        network.subnet_ids,
        Endpoint(endpoint.id, endpoint.security_group_id)
        if isinstance(endpoint, ExistingEndpoint)
        else endpoint == "create",
    )
