"""A sample of what uses the credential."""

from aws_cdk import Duration, RemovalPolicies
from constructs import Construct

from credential_rotation.adoption import AnyLogin
from credential_rotation.database import Database
from credential_rotation.functions import PythonFunction


class Consumer(Construct):
    """A function that reads a login's secret and logs in with it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        database: Database,
        login: AnyLogin,
    ) -> None:
        """Create the function.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            database: Where it logs in.
            login: What it logs in with.
        """
        super().__init__(scope, construct_id)
        placement, _ = database.place(
            self, "SecurityGroup", description=f"Sample consumer of {database.names.path}"
        )
        self.function = PythonFunction(
            self,
            "Function",
            names=database.names,
            name="consumer",
            description=f"Logs in with the secret {login.secret.name}",
            bundle=database.bundle("consumer"),
            handler="consumer.handler.handler",
            key=database.platform.data_key,
            placement=placement,
            timeout=Duration.seconds(15),
            environment={"SECRET_ID": login.secret.arn},
        )
        # It comes and goes with a setting: a log that stays would be in the way of its next one.
        RemovalPolicies.of(self).destroy(apply_to_resource_types=["AWS::Logs::LogGroup"])
        login.secret.grant_read(self.function.role)
