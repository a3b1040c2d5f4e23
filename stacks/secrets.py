"""The two secrets: the admin's and the application's."""

from collections.abc import Sequence

from constructs import Construct

from stacks.database_secret import DatabaseSecret
from stacks.endpoints import SecretsEndpoint
from stacks.names import Names
from stacks.secrets_key import SecretsKey


class AdminSecret(DatabaseSecret):
    """The credential of the database's master user."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        username: str,
        key: SecretsKey,
        endpoint: SecretsEndpoint,
        deployer: str,
    ) -> None:
        """Create the secret.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What its name begins with.
            username: Name of the master user.
            key: See `DatabaseSecret`.
            endpoint: See `DatabaseSecret`.
            deployer: See `DatabaseSecret`.
        """
        super().__init__(
            scope,
            construct_id,
            name=f"{names.path}/admin",
            description=f"Master user of the database {names.prefix}",
            username=username,
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
        names: Names,
        application: str,
        username: str,
        readers: Sequence[str],
        admin: AdminSecret,
        key: SecretsKey,
        endpoint: SecretsEndpoint,
        deployer: str,
    ) -> None:
        """Create the secret.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What its name begins with.
            application: What logs in with it.
            username: Name of the user.
            readers: ARNs of roles that may read it and are not of this stack.
            admin: The credential of the user who may create and change this one's.
            key: See `DatabaseSecret`.
            endpoint: See `DatabaseSecret`.
            deployer: See `DatabaseSecret`.
        """
        super().__init__(
            scope,
            construct_id,
            name=f"{names.path}/application",
            description=f"What {application} logs in to the database {names.prefix} with",
            username=username,
            more={"masterarn": admin.arn},
            key=key,
            endpoint=endpoint,
            deployer=deployer,
            readers=readers,
        )
