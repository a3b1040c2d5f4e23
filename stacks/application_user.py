"""How the application's first user comes to exist."""

from aws_cdk import CustomResource, Duration
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.bundle import Bundle
from stacks.database import Database
from stacks.function import PythonFunction
from stacks.network import Network
from stacks.secrets import DatabaseSecret


class ApplicationUser(Construct):
    """A login and a schema in the database, as the application secret describes them.

    A rotation never creates the user it rotates: it would have to take an unknown user for its own.
    So a resource of the stack does it, once, with the master user's rights and a function of its
    own. A deletion of the stack leaves the user and its tables to the database.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        secret: DatabaseSecret,
        admin: DatabaseSecret,
        database: Database,
        network: Network,
        key: kms.IKey,
    ) -> None:
        """Create the user.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            name: The function's name.
            secret: The user's credential.
            admin: The credential of the master user.
            database: Where the user is created.
            network: Where the function runs.
            key: Encrypts the function's log.
        """
        super().__init__(scope, construct_id)
        function = PythonFunction(
            self,
            "Function",
            name=name,
            description=f"Creates the user of the secret {secret.name}",
            bundle=Bundle("postgres_user"),
            handler="postgres_user.handler.application_user",
            key=key,
            network=network,
            timeout=Duration.minutes(1),
        )
        secret.grant_read_current(function.role)
        admin.grant_read_current(function.role)
        function.allow_to(database, network.secrets_endpoint, network.response_endpoint)
        user = CustomResource(
            self,
            "User",
            resource_type="Custom::ApplicationUser",
            service_token=function.function.function_arn,
            # CloudFormation otherwise waits an hour for a function that could not answer.
            service_timeout=Duration.minutes(5),
            properties={"SecretArn": secret.attachment.ref},
        )
        user.node.add_dependency(
            function,
            database,
            network.secrets_endpoint,
            network.response_endpoint,
            secret,
            admin,
        )
