"""A sample of what uses the credential."""

from aws_cdk import Duration, RemovalPolicies
from constructs import Construct

from credential_rotation.bundle import Bundle
from credential_rotation.database import DatabaseContext
from credential_rotation.database_secret import ApplicationSecret
from credential_rotation.functions import PythonFunction


class Consumer(Construct):
    """A function that reads the application secret and logs in with it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        site: DatabaseContext,
        secret: ApplicationSecret,
    ) -> None:
        """Create the function.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            site: Where it runs and logs in.
            secret: What it logs in with.
        """
        super().__init__(scope, construct_id)
        self.function = PythonFunction(
            self,
            "Function",
            name=f"{site.names.prefix}-consumer",
            description=f"Logs in with the secret {secret.name}",
            bundle=Bundle("consumer", authorities=site.authorities),
            handler="consumer.handler.handler",
            key=site.key,
            vpc=site.network.vpc,
            timeout=Duration.seconds(15),
            environment={"SECRET_ID": secret.arn},
        )
        # It comes and goes with a setting: a log that stays would be in the way of its next one.
        RemovalPolicies.of(self).destroy(apply_to_resource_types=["AWS::Logs::LogGroup"])
        self.function.allow_to(site.database, site.network.secrets_endpoint)
        secret.grant_read(self.function.role)
