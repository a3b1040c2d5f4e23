"""A login of a database: its secret, its user, and how its password changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from constructs import Construct

from credential_rotation.database import Database
from credential_rotation.database_secret import DatabaseSecret
from credential_rotation.names import pascal
from credential_rotation.rotation import RotationRules, rotate


@dataclass(frozen=True, kw_only=True)
class LoginOptions:
    """What a login is like.

    Attributes:
        username: Name of the user.
        strategy: One of the product's, which is also what its metrics are called.
        rules: When to rotate.
        dbname: Name of the database that is its own; empty for the server's. A new server must have
            none then: its attachment would write that one into the secret. Should AWS's take this
            one out, the user still gets a database called after it.
        readers: ARNs of roles that may read its secret and are not of this app.
        reads: Names of other users, the tables of whose schemas it may read.
        writes: Names of other users, the tables of whose schemas it may read and change.
        present_secret_arn: ARN of a secret with the user's present password, if the user exists;
            empty for a new one.
        present_secret_key_arn: ARN of the key of that secret; empty for AWS's own.
    """

    username: str
    strategy: str
    rules: RotationRules
    dbname: str = ""
    readers: Sequence[str] = ()
    reads: Sequence[str] = ()
    writes: Sequence[str] = ()
    present_secret_arn: str = ""
    present_secret_key_arn: str = ""


class Login(Construct):
    """A user whose password rotates. Also see `Credential`.

    A rotation never creates the user it rotates: it would have to take an unknown user for its own.
    So a resource of the stack does it, once, with the admin's rights. Its deletion leaves the user
    and its tables to the database.

    Attributes:
        user: The resource that creates the user.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        database: Database,
        name: str,
        options: LoginOptions,
    ) -> None:
        """Create the secret, the user and the schedule.

        Args:
            scope: The parent.
            construct_id: The name within it.
            database: The database.
            name: What the login is called, and the last part of its secret's name.
            options: What it is like.
        """
        super().__init__(scope, construct_id)
        self.id = f"{database.id}{pascal(name)}"
        self.strategy = options.strategy
        self.secret = DatabaseSecret(
            self,
            "Secret",
            database=database,
            completes=database.server.completes,
            name=name,
            description=f"What {name} logs in to the database {database.names.prefix} with",
            username=options.username,
            more={
                "masterarn": database.server.admin_arn,
                **database.server.place(),
                **({"dbname": options.dbname} if options.dbname else {}),
            },
            readers=options.readers,
        )
        database.server.complete(self.secret)
        users = database.users.role
        self.secret.admit_reader(users)
        if options.present_secret_arn:
            present = database.read_existing(
                options.present_secret_arn, options.present_secret_key_arn
            )
            present.grant_read(users)
            database.allow_taking_over(self.secret)
        self.user = database.platform.custom_resources.make(
            self,
            "User",
            kind="DatabaseUser",
            function=database.users.arn,
            properties=_properties(self.secret.complete, options),
            after=[*database.needs, self.secret.policy],
        )
        self.function = database.rotator(options.strategy)
        self.secret.admit_rotator(self.function.role)
        rotate(
            self,
            secret=self.secret,
            secret_id=self.secret.complete,
            function=self.function,
            rules=options.rules,
            after=[self.user],  # nobody can rotate who cannot log in yet
        )
        database.secrets.append(self.secret)
        database.credentials.append(self)


def _properties(secret: str, options: LoginOptions) -> dict[str, str | list[str]]:
    properties: dict[str, str | list[str]] = {"SecretArn": secret}
    if options.reads:
        properties["Reads"] = list(options.reads)
    if options.writes:
        properties["Writes"] = list(options.writes)
    if options.present_secret_arn:
        properties["PresentSecretArn"] = options.present_secret_arn
    return properties
