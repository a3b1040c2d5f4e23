"""A sample of what uses the credential."""

from aws_cdk import Duration, RemovalPolicies
from constructs import Construct

from stacks.bundle import Bundle
from stacks.function import PythonFunction
from stacks.secrets import ApplicationSecret
from stacks.site import Site


class Consumer(Construct):
    """A function that reads the application secret and logs in with it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        site: Site,
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
