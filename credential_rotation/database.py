"""A database server, new or existing, and what all of its logins share."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import Duration, RemovalPolicies, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct, IDependable

from credential_rotation.adopted_secret import AdoptedSecrets
from credential_rotation.boundary_statements import DatabaseBoundary
from credential_rotation.bundle import Bundle
from credential_rotation.custom_resources import MAKERS
from credential_rotation.database_secret import DatabaseSecret
from credential_rotation.engine import Engine
from credential_rotation.functions import Placement, PythonFunction
from credential_rotation.names import Names, pascal
from credential_rotation.platform import Platform
from credential_rotation.rds_server import RdsOptions
from credential_rotation.roles import Boundary, at_most
from credential_rotation.rotation import Credential, RotationRules, permit_rotation, rotate
from credential_rotation.secret import ExistingSecret
from credential_rotation.secret_policy import READ, allow_read, allow_rotate
from credential_rotation.security_groups import ExistingSecurityGroup, SecurityGroup, let_in
from credential_rotation.server import (
    ADMIN,
    ExistingServer,
    ExistingServerOptions,
    NewServer,
    Server,
)


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


@dataclass(frozen=True, kw_only=True)
class DatabaseOptions:
    """What a database is like.

    Attributes:
        engine: Its product.
        server: The server.
        authorities: A file of what functions trust it by, instead of what ships.
        passwords: What the passwords of its logins look like.
        admin: When the admin's secret is rotated, if it is ours; None for never.
        strategies: How its logins rotate; asked at the end of the synth.
        clients: Ids of security groups, and ranges of addresses, that get to it.
    """

    engine: Engine
    server: RdsOptions | ExistingServerOptions
    authorities: Path | None = None
    passwords: PasswordRules
    admin: RotationRules | None
    strategies: Collection[str]
    clients: Sequence[str] = ()


class Database(Construct):
    """A server, its admin's credential, and the functions that look after its logins.

    Functions are of the database and not of a login: a login more costs five resources.

    Attributes:
        id: What outputs are called after, such as `Main`.
        names: What names begin with.
        platform: What it shares with others.
        options: What it is like.
        server: Where it is, and its admin's credential.
        functions_group_id: Id of the security group of the functions that log in.
        placement: Where they run.
        users: What creates users.
        credentials: All that rotates here.
        adopted: What its roles may do with secrets of somebody else's that rotate here, too.
        secrets: All secrets of the database, rotated or not.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        platform: Platform,
        options: DatabaseOptions,
        deployer: str,
    ) -> None:
        """Create or refer to the server, and create the functions.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What names begin with.
            platform: What it shares with others.
            options: What it is like.
            deployer: ARN of the role with which CloudFormation reads and completes secrets.
        """
        super().__init__(scope, construct_id)
        self.id = construct_id
        self.names = names
        self.platform = platform
        self.options = options
        self.deployer = deployer
        self.credentials: list[Credential] = []
        self.adopted = AdoptedSecrets(self)
        self._taken_over: list[str] = []
        self._encryption: iam.PolicyStatement | None = None
        self._rotators: dict[str, PythonFunction] = {}
        given = options.server
        self._boundary = Boundary(
            self,
            "Boundary",
            path=names.path,
            given=platform.options.boundary,
            ceiling=list(
                DatabaseBoundary(
                    Stack.of(self), platform, names=names, ours=isinstance(given, RdsOptions)
                ).statements()
            ),
        )
        self.server: Server = (
            NewServer(self, given) if isinstance(given, RdsOptions) else ExistingServer(self, given)
        )
        self.placement, self.functions_group_id = self.place(
            self, "Functions", description=f"Functions of {names.path}"
        )
        self.users = self._users()
        self._needs = [*self.server.needs, *self.server.check(self.users)]
        admin = self.server.own_admin
        self.secrets = [admin] if admin else []
        if admin and options.admin:
            self.credentials.append(
                AdminCredential(self, "Admin", secret=admin, rules=options.admin)
            )
        for client in options.clients:
            platform.let_in(client)
            if self.server.rules_are_ours:
                let_in(
                    self,
                    client,
                    group_id=self.server.security_group_id,
                    port=given.port,
                    description=options.engine.title,
                )

    @property
    def strangers(self) -> list[str]:
        """ARNs of the roles that may read one of the secrets and are not below our path."""
        return [arn for secret in self.secrets for arn in secret.strangers]

    @property
    def needs(self) -> list[IDependable]:
        """What has to exist before a user can be created."""
        return [*self.users.ready, *self._needs]

    def allow_from(self, security_group: SecurityGroup) -> Sequence[IDependable]:
        """Open the way from a security group to the server.

        Returns:
            What has to exist before the way is open.
        """
        return security_group.open_to(
            self.server.security_group_id,
            port=self.options.server.port,
            description=self.options.engine.title,
            admitted=not self.server.rules_are_ours,
        )

    def widen_boundary(self, statement: iam.PolicyStatement) -> None:
        """Let the boundary of its roles allow something more."""
        self._boundary.widen(statement)

    def bundle(self, folder: str) -> Bundle:
        """The code of a function that logs in here."""
        return Bundle(folder, authorities=self.options.authorities)

    def read_existing(self, arn: str, key_arn: str) -> ExistingSecret:
        """Let roles of the database get at a secret of somebody else's, if they are allowed to.

        Args:
            arn: See `ExistingSecret`.
            key_arn: See `ExistingSecret`.
        """
        self.platform.admit_reading(arn)
        self._boundary.widen(at_most("", [READ], arn))
        if key_arn:
            self._boundary.widen(at_most("", ["kms:Decrypt"], key_arn))
        return ExistingSecret(self, arn=arn, key_arn=key_arn)

    def rotator(self, strategy: str) -> PythonFunction:
        """The function that rotates logins with a strategy; one for all of them."""
        if strategy not in self._rotators:
            function = self._rotating(strategy, strategy=strategy, secrets=self._secrets)
            if self.options.engine.strategies[strategy].by_admin:
                self.server.lend_admin(function.role)
            self._rotators[strategy] = function
        return self._rotators[strategy]

    def rotator_of_admin(self, secret: DatabaseSecret) -> PythonFunction:
        """The function that rotates the admin's secret, which the admin does itself.

        A function and a role of its own: what rotates logins reads the admin's secret and never
        writes it, and what rotates the admin's knows of no other.
        """
        return self._rotating(ADMIN, strategy="single", secrets=secret.arn)

    @property
    def _secrets(self) -> str:
        return self.names.secrets(Stack.of(self))

    def _rotating(self, name: str, *, strategy: str, secrets: str) -> PythonFunction:
        function = PythonFunction(
            self,
            f"Rotator{pascal(name)}",
            names=self.names,
            name=name,
            description=f"Rotates secrets of {self.names.path}",
            bundle=self.bundle(self.options.engine.folder),
            handler=self.options.engine.strategies[strategy].handler,
            key=self.platform.data_key,
            placement=self.placement,
            timeout=Duration.seconds(30),
            environment=self.options.passwords.environment(),
        )
        allow_rotate(
            function.role,
            secrets,
            function_arn=function.arn,
            key=self.platform.secrets_key,
        )
        function.ready.append(permit_rotation(function, secrets=secrets))
        # It comes and goes with settings: a log that stays would be in the way of its next one.
        RemovalPolicies.of(function).destroy(apply_to_resource_types=["AWS::Logs::LogGroup"])
        return function

    def place(
        self, scope: Construct, construct_id: str, *, description: str
    ) -> tuple[Placement, str]:
        """Say where something of ours runs that logs in here.

        Args:
            scope: The parent of its security group.
            construct_id: The group's name within the parent.
            description: Whose group it is.

        Returns:
            Where; and the id of the group, which is the one that is admitted already if there is.
        """
        site, admitted = self.platform.site, self.server.admitted_group_id
        if admitted:
            group = ExistingSecurityGroup(scope, construct_id, admitted)
            return site.placement.within(group), admitted
        own = SecurityGroup(scope, construct_id, vpc=site.network.vpc, description=description)
        return site.placement.reaching(own, self), own.group_id

    def _users(self) -> PythonFunction:
        function = PythonFunction(
            self,
            "Users",
            names=self.names,
            name=MAKERS,
            description=f"Creates the users of {self.names.path}",
            bundle=self.bundle(self.options.engine.folder),
            handler=self.options.engine.users,
            key=self.platform.data_key,
            placement=self.placement,
            timeout=Duration.minutes(1),
        )
        # By the path, because a policy that named each secret would be full at a dozen of them; the
        # policy of each secret admits the role by name.
        allow_read(function.role, self._secrets)
        self.platform.secrets_key.grant_decrypt(function.role, secret_arn=self._secrets)
        self.server.admit_to_admin(function.role)
        return function

    def allow_taking_over(self, secret: DatabaseSecret) -> None:
        """Let the function that looks after users put a present password into a secret."""
        role = self.users.role
        # By name: to secrets that nothing is taken over into, it must not write.
        role.allow(
            iam.PolicyStatement(actions=["secretsmanager:PutSecretValue"], resources=[secret.arn])
        )
        self._taken_over.append(secret.arn)
        self._encryption = self.platform.secrets_key.grant_encrypt(
            role, secret_arns=self._taken_over, instead_of=self._encryption
        )
        secret.admit_put(role)


class AdminCredential(Construct):
    """The admin's secret, rotated. Attributes: see `Credential`."""

    def __init__(
        self,
        scope: Database,
        construct_id: str,
        *,
        secret: DatabaseSecret,
        rules: RotationRules,
    ) -> None:
        """Rotate the secret.

        Args:
            scope: The database.
            construct_id: The name within it.
            secret: The secret.
            rules: When.
        """
        super().__init__(scope, construct_id)
        self.id = f"{scope.id}Admin"
        self.secret = secret
        self.strategy = "single"  # there is no other master user to alternate with
        self.function = scope.rotator_of_admin(secret)
        secret.admit_rotator(self.function.role)
        rotate(
            self,
            secret=secret,
            secret_id=secret.complete,
            function=self.function,
            rules=rules,
            after=[],
        )
