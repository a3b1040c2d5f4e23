"""A sample of what uses the credential."""

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.bundle import Bundle
from stacks.database import Database
from stacks.function import PythonFunction
from stacks.network import Network
from stacks.secrets import DatabaseSecret


class Consumer(Construct):
    """A function that reads the application secret and logs in with it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        secret: DatabaseSecret,
        database: Database,
        network: Network,
        key: kms.IKey,
    ) -> None:
        """Create the function.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            name: The function's name.
            secret: What it logs in with.
            database: Where it logs in.
            network: Where the function runs.
            key: Encrypts the function's log.
        """
        super().__init__(scope, construct_id)
        self.function = PythonFunction(
            self,
            "Function",
            name=name,
            description=f"Logs in with the secret {secret.name}",
            bundle=Bundle("consumer"),
            handler="consumer.handler.handler",
            key=key,
            network=network,
            timeout=Duration.seconds(15),
            environment={"SECRET_ID": secret.arn},
        )
        secret.grant_read_current(self.function.role)
        self.function.allow_to(database, network.secrets_endpoint)
