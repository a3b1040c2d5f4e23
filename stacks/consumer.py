"""A sample of what uses the credential."""

from aws_cdk import Duration, RemovalPolicies
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.bundle import Bundle
from stacks.database import Database
from stacks.function import PythonFunction
from stacks.network import Network
from stacks.secrets import ApplicationSecret
from stacks.settings import Settings


class Consumer(Construct):
    """A function that reads the application secret and logs in with it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        secret: ApplicationSecret,
        database: Database,
        network: Network,
        key: kms.IKey,
    ) -> None:
        """Create the function.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            settings: What the team decided.
            secret: What it logs in with.
            database: Where it logs in.
            network: Where the function runs.
            key: Encrypts the function's log.
        """
        super().__init__(scope, construct_id)
        self.function = PythonFunction(
            self,
            "Function",
            name=f"{settings.prefix}-consumer",
            description=f"Logs in with the secret {secret.name}",
            bundle=Bundle("consumer"),
            handler="consumer.handler.handler",
            key=key,
            vpc=network.vpc,
            timeout=Duration.seconds(15),
            environment={"SECRET_ID": secret.arn},
        )
        # It comes and goes with a setting: a log that stays would be in the way of its next one.
        RemovalPolicies.of(self).destroy(apply_to_resource_types=["AWS::Logs::LogGroup"])
        self.function.allow_to(database, network.secrets_endpoint)
        secret.grant_read(self.function.role)
