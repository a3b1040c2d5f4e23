"""A login of a database: how its user comes to exist, and how its password changes."""

from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicies
from constructs import Construct

from credential_rotation.bundle import Bundle
from credential_rotation.custom_resources import CustomResources
from credential_rotation.database import DatabaseContext
from credential_rotation.database_secret import AdminSecret, ApplicationSecret, DatabaseSecret
from credential_rotation.functions import PythonFunction
from credential_rotation.rotation import Rotation, RotationRules


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
        site: DatabaseContext,
        custom_resources: CustomResources,
        secret: ApplicationSecret,
        admin: AdminSecret,
    ) -> None:
        """Create the user.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            site: Where the function runs and the user is created.
            custom_resources: What calls the function.
            secret: The user's credential.
            admin: The credential of the master user.
        """
        super().__init__(scope, construct_id)
        function = PythonFunction(
            self,
            "Function",
            name=f"{site.names.prefix}-application-users",
            description=f"Creates the user of the secret {secret.name}",
            bundle=Bundle("postgres_user", authorities=site.authorities),
            handler="postgres_user.handler.users",
            key=site.key,
            vpc=site.network.vpc,
            timeout=Duration.minutes(1),
        )
        network = site.network
        ways = function.allow_to(site.database, network.secrets_endpoint)
        secret.grant_read(function.role)
        admin.grant_read(function.role)
        custom_resources.make(
            self,
            "Made",
            kind="ApplicationUser",
            function=function.function.function_arn,
            properties={"SecretArn": secret.attachment.ref},
            after=[admin.attachment, *ways],
        )


HANDLERS = {
    "alternating": "postgres_user.handler.alternating_users",
    "single": "postgres_user.handler.single_user",
}


@dataclass(frozen=True)
class PasswordRules:
    """What the passwords of a rotation look like.

    Attributes:
        length: Characters in a password.
        exclude_characters: Characters that it does not have, besides all punctuation.
    """

    length: int
    exclude_characters: str

    def environment(self) -> dict[str, str]:
        """As the function reads them."""
        rules = {"PASSWORD_LENGTH": str(self.length)}
        if self.exclude_characters:
            rules["PASSWORD_EXCLUDE_CHARACTERS"] = self.exclude_characters
        return rules


class DatabaseRotation(Rotation):
    """Changes a credential of the database with a function in the network."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        site: DatabaseContext,
        name: str,
        strategy: str,
        secret: DatabaseSecret,
        admin: DatabaseSecret | None,
        rules: RotationRules,
        passwords: PasswordRules,
    ) -> None:
        """Create the function and the schedule.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            site: Where the function runs and the credential is changed.
            name: The function's name.
            strategy: `alternating` or `single`, which is also what its metrics are called.
            secret: What is rotated.
            admin: What the strategy needs besides, to act for the master user; None when the user
                changes its own password.
            rules: When to rotate.
            passwords: What the passwords look like.
        """
        super().__init__(scope, construct_id)
        self.secret = secret
        self.strategy = strategy
        self.function = PythonFunction(
            self,
            "Function",
            name=name,
            description=f"Rotates the secret {secret.name}",
            bundle=Bundle("postgres_user", authorities=site.authorities),
            handler=HANDLERS[strategy],
            key=site.key,
            vpc=site.network.vpc,
            timeout=Duration.seconds(30),
            environment=passwords.environment(),
        )
        ways = self.function.allow_to(site.database, site.network.secrets_endpoint)
        secret.grant_rotate(self.function.role, function_arn=self.function.arn)
        if admin:
            admin.grant_read(self.function.role)
        self.run(
            secret_id=secret.attachment.ref,
            rules=rules,
            after=ways,
        )


class ApplicationRotation(DatabaseRotation):
    """Changes the application's credential, with the admin's help where two users alternate."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        site: DatabaseContext,
        secret: ApplicationSecret,
        admin: AdminSecret,
        user: ApplicationUser,
        strategy: str,
        rules: RotationRules,
        passwords: PasswordRules,
    ) -> None:
        """Create the function and the schedule.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            site: See `DatabaseRotation`.
            secret: What is rotated.
            admin: The credential that the strategy may need besides.
            user: Whose credential it is; it has to exist first.
            strategy: See `DatabaseRotation`.
            rules: See `DatabaseRotation`.
            passwords: See `DatabaseRotation`.
        """
        super().__init__(
            scope,
            construct_id,
            site=site,
            name=f"{site.names.prefix}-rotation",
            strategy=strategy,
            secret=secret,
            admin=admin if strategy == "alternating" else None,
            rules=rules,
            passwords=passwords,
        )
        self.schedule.node.add_dependency(user)  # nobody can rotate who cannot log in yet


class AdminRotation(DatabaseRotation):
    """Changes the master user's password, which the master user does itself.

    A function and a role of their own: what rotates the application's secret reads the admin's and
    never writes it, and what rotates the admin's knows of no other.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        site: DatabaseContext,
        secret: AdminSecret,
        user: ApplicationUser,
        rules: RotationRules,
        passwords: PasswordRules,
    ) -> None:
        """Create the function and the schedule.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            site: See `DatabaseRotation`.
            secret: What is rotated.
            user: Who is created with the admin's credential, before that changes.
            rules: See `DatabaseRotation`.
            passwords: See `DatabaseRotation`.
        """
        super().__init__(
            scope,
            construct_id,
            site=site,
            name=f"{site.names.prefix}-admin-rotation",
            strategy="single",  # there is no other master user to alternate with
            secret=secret,
            admin=None,
            rules=rules,
            passwords=passwords,
        )
        self.schedule.node.add_dependency(user)
        # It comes and goes with a setting: a log that stays would be in the way of its next one.
        RemovalPolicies.of(self).destroy(apply_to_resource_types=["AWS::Logs::LogGroup"])
