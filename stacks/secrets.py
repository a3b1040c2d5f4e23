"""The two secrets: the admin's and the application's."""

from constructs import Construct

from stacks.database_secret import DatabaseSecret
from stacks.endpoints import SecretsEndpoint
from stacks.secrets_key import SecretsKey
from stacks.settings import Settings


class AdminSecret(DatabaseSecret):
    """The credential of the database's master user."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        key: SecretsKey,
        endpoint: SecretsEndpoint,
        deployer: str,
    ) -> None:
        """Create the secret.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            settings: What the team decided.
            key: See `DatabaseSecret`.
            endpoint: See `DatabaseSecret`.
            deployer: See `DatabaseSecret`.
        """
        super().__init__(
            scope,
            construct_id,
            name=f"{settings.path}/admin",
            description=f"Master user of the database {settings.prefix}",
            username=settings.database.admin_username,
            more={},
            key=key,
            endpoint=endpoint,
            deployer=deployer,
        )


class ApplicationSecret(DatabaseSecret):
    """The credential that the application logs in with. It names the admin's, as AWS has it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        admin: AdminSecret,
        key: SecretsKey,
        endpoint: SecretsEndpoint,
        deployer: str,
    ) -> None:
        """Create the secret.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            settings: What the team decided.
            admin: The credential of the user who may create and change this one's.
            key: See `DatabaseSecret`.
            endpoint: See `DatabaseSecret`.
            deployer: See `DatabaseSecret`.
        """
        super().__init__(
            scope,
            construct_id,
            name=f"{settings.path}/application",
            description=f"What {settings.name} logs in to the database {settings.prefix} with",
            username=settings.database.application_username,
            more={"masterarn": admin.arn},
            key=key,
            endpoint=endpoint,
            deployer=deployer,
            readers=settings.readers,
        )
