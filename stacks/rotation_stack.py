"""The stack."""

from typing import cast

from aws_cdk import CfnOutput, DefaultStackSynthesizer, Fn, RemovalPolicies, Stack, Tags
from constructs import Construct

from stacks.application_user import ApplicationUser
from stacks.consumer import Consumer
from stacks.database import Database
from stacks.default_security_group import DefaultSecurityGroup
from stacks.keys import DataKey, SecretsKey
from stacks.network import Network
from stacks.rotation import Rotation
from stacks.secrets import DatabaseSecret
from stacks.settings import Settings

KEPT = ["AWS::KMS::Key", "AWS::Logs::LogGroup", "AWS::SecretsManager::Secret"]
"""What outlives a protected stack, unless its own first deployment failed."""


class RotationStack(Stack):
    """A database whose application user's password changes by itself, and a sample of its use."""

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
        prefix, path = settings.prefix, settings.path
        secrets_key = SecretsKey(self, "SecretsKey", path=path)
        data_key = DataKey(
            self,
            "DataKey",
            path=path,
            log_groups=[f"/aws/lambda/{prefix}-*", f"/aws/rds/instance/{prefix}/*", f"/{path}/*"],
        ).key
        network = Network(self, "Network", path=path, key=data_key)
        DefaultSecurityGroup(
            self,
            "DefaultSecurityGroup",
            name=f"{prefix}-default-group",
            vpc=network.vpc,
            key=data_key,
        )
        # With this role CloudFormation reads the admin's password and completes both secrets.
        deployment = Fn.sub(
            cast("DefaultStackSynthesizer", self.synthesizer).cloud_formation_execution_role_arn
        )
        admin = DatabaseSecret(
            self,
            "AdminSecret",
            name=f"{path}/admin",
            description=f"Master user of the database {prefix}",
            content={"username": settings.database.admin_username},
            password=settings.password,
            key=secrets_key,
            endpoint=network.secrets_endpoint,
            readers=[deployment],
        )
        database = Database(
            self,
            "Database",
            identifier=prefix,
            network=network,
            key=data_key,
            admin=admin,
            options=settings.database,
        )
        application = DatabaseSecret(
            self,
            "ApplicationSecret",
            name=f"{path}/application",
            description=f"What {settings.name} logs in with",
            content={
                "username": settings.database.application_username,
                "masterarn": admin.arn,
            },
            password=settings.password,
            key=secrets_key,
            endpoint=network.secrets_endpoint,
            readers=[deployment, *settings.readers],
        )
        application.attach(instance_identifier=database.identifier)
        user = ApplicationUser(
            self,
            "ApplicationUser",
            name=f"{prefix}-application-user",
            secret=application,
            admin=admin,
            database=database,
            network=network,
            key=data_key,
        )
        rotation = Rotation(
            self,
            "ApplicationRotation",
            name=f"{prefix}-rotation",
            secret=application,
            admin=admin,
            database=database,
            network=network,
            key=data_key,
            options=settings.rotation,
            password=settings.password,
        )
        rotation.schedule.node.add_dependency(user)
        CfnOutput(self, "ApplicationSecretName", value=application.name)
        CfnOutput(self, "AdminSecretName", value=admin.name)
        CfnOutput(self, "RotationFunctionName", value=rotation.function.name)
        CfnOutput(self, "DatabaseEndpoint", value=database.endpoint)
        if settings.consumer:
            consumer = Consumer(
                self,
                "Consumer",
                name=f"{prefix}-consumer",
                secret=application,
                database=database,
                network=network,
                key=data_key,
            )
            CfnOutput(self, "ConsumerFunctionName", value=consumer.function.name)
        for key, value in settings.all_tags().items():
            Tags.of(self).add(key, value)
        if settings.database.deletion_protection:
            RemovalPolicies.of(self).retain_on_update_or_delete(apply_to_resource_types=KEPT)
        else:
            RemovalPolicies.of(self).destroy(apply_to_resource_types=KEPT)
