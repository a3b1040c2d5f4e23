"""A database server, new or existing, and what all of its logins share."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import Duration, RemovalPolicies, SecretValue, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct, IDependable

from credential_rotation.boundary_statements import DatabaseBoundary
from credential_rotation.bundle import Bundle
from credential_rotation.custom_resources import MAKERS
from credential_rotation.database_instance import Instance, InstanceOptions
from credential_rotation.database_secret import DatabaseSecret
from credential_rotation.engine import Engine
from credential_rotation.functions import Placement, PythonFunction
from credential_rotation.names import Names, pascal
from credential_rotation.platform import Platform
from credential_rotation.roles import Boundary, ServiceRole, at_most
from credential_rotation.rotation import Credential, RotationRules, permit_rotation, rotate
from credential_rotation.secret import ExistingSecret, ReadableSecret
from credential_rotation.secret_policy import READ, allow_read, allow_rotate
from credential_rotation.security_groups import ExistingSecurityGroup, SecurityGroup, let_in

ADMIN = "admin"
"""What the admin's secret and the function that rotates it are called."""


@dataclass(frozen=True, kw_only=True)
class ExistingServer:
    """A server that exists already: an RDS instance, or the writer of an Aurora cluster.

    Attributes:
        host: Its name in the network, as its certificate has it.
        port: Its TCP port.
        dbname: Name of the database.
        security_group_id: Id of the security group that decides who gets to it.
        manage_ingress: Whether that group gets rules of ours; False where somebody else sees to
            them, whose tool would take ours out again.
        client_security_group_id: Id of a group that is admitted already, which the functions are
            put into; empty for one of ours.
        admin_secret_arn: ARN of the secret of a user who may create users; it may be one that RDS
            manages.
        admin_secret_key_arn: ARN of the key of that secret; empty for AWS's own.
    """

    host: str
    port: int
    dbname: str
    security_group_id: str
    manage_ingress: bool = True
    client_security_group_id: str = ""
    admin_secret_arn: str
    admin_secret_key_arn: str = ""


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
        alternating: Whether any of its logins alternates between two users.
        clients: Ids of security groups, and ranges of addresses, that get to it.
    """

    engine: Engine
    server: InstanceOptions | ExistingServer
    authorities: Path | None = None
    passwords: PasswordRules
    admin: RotationRules | None
    alternating: bool = True
    clients: Sequence[str] = ()


class Database(Construct):
    """A server, its admin's credential, and the functions that look after its logins.

    Functions are of the database and not of a login: a login more costs five resources.

    Attributes:
        id: What outputs are called after, such as `Main`.
        names: What names begin with.
        platform: What it shares with others.
        options: What it is like.
        admin: The credential of a user who may create users.
        own_admin: The same, if it is ours.
        host: The server's name in the network.
        port: Its TCP port.
        security_group_id: Id of the security group that decides who gets to it.
        instance: The instance, if it is ours.
        functions_group_id: Id of the security group of the functions that log in.
        placement: Where they run.
        users: What creates users.
        credentials: All that rotates here.
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
        self.secrets: list[DatabaseSecret] = []
        self.instance: Instance | None = None
        self._taken_over: list[str] = []
        self._encryption: iam.PolicyStatement | None = None
        self._rotators: dict[str, PythonFunction] = {}
        self._needs: list[IDependable] = []
        server, engine = options.server, options.engine
        self._boundary = Boundary(
            self,
            "Boundary",
            path=names.path,
            given=platform.options.boundary,
            ceiling=list(
                DatabaseBoundary(
                    Stack.of(self), platform, names=names, ours=isinstance(server, InstanceOptions)
                ).statements()
            ),
        )
        if isinstance(server, InstanceOptions):
            secret = DatabaseSecret(
                self,
                "AdminSecret",
                database=self,
                name=ADMIN,
                description=f"Master user of the database {names.prefix}",
                username=server.admin_username,
            )
            self.own_admin: DatabaseSecret | None = secret
            self.admin: ReadableSecret = secret
            self.secrets.append(secret)
            self.instance = Instance(
                self,
                "Server",
                names=names,
                engine=engine,
                options=server,
                platform=platform,
                password=SecretValue.secrets_manager(secret.arn, json_field="password"),
            )
            self.host, self.port = self.instance.host, self.instance.port
            self.security_group_id = self.instance.security_group_id
            self._needs.append(secret.attach(self.instance))
        else:
            self.own_admin = None
            self.host, self.port = server.host, str(server.port)
            self.security_group_id = server.security_group_id
            self.admin = self.read_existing(server.admin_secret_arn, server.admin_secret_key_arn)
        self.placement, self.functions_group_id = self.place(
            self, "Functions", description=f"Functions of {names.path}"
        )
        self.users = self._users()
        if isinstance(server, InstanceOptions):
            if options.admin:
                self.credentials.append(
                    AdminCredential(self, "Admin", secret=secret, rules=options.admin)
                )
        else:
            self._needs.append(self._check(server))
        for client in options.clients:
            platform.let_in(client)
            if self._rules_are_ours:
                let_in(
                    self,
                    client,
                    group_id=self.security_group_id,
                    port=server.port,
                    description=engine.title,
                )

    @property
    def _rules_are_ours(self) -> bool:
        """Whether the group of the server gets rules of ours."""
        server = self.options.server
        return isinstance(server, InstanceOptions) or server.manage_ingress

    @property
    def completes(self) -> bool:
        """Whether a deployment completes its secrets with the address of the server."""
        return isinstance(self.options.server, InstanceOptions)

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
            self.security_group_id,
            port=self.options.server.port,
            description=self.options.engine.title,
            admitted=not self._rules_are_ours,
        )

    def widen_boundary(self, statement: iam.PolicyStatement) -> None:
        """Let the boundary of its roles allow something more."""
        self._boundary.widen(statement)

    def bundle(self, folder: str) -> Bundle:
        """The code of a function that logs in here."""
        return Bundle(folder, authorities=self.options.authorities)

    def read_existing(self, arn: str, key_arn: str) -> ExistingSecret:
        """Let roles of the database get at a secret of somebody else's, if they are allowed to."""
        self.platform.admit_reading(arn)
        self._boundary.widen(at_most("", [READ], arn))
        if key_arn:
            self._boundary.widen(at_most("", ["kms:Decrypt"], key_arn))
        return ExistingSecret(self, arn=arn, key_arn=key_arn)

    def rotator(self, strategy: str) -> PythonFunction:
        """The function that rotates logins with a strategy; one for all of them."""
        if strategy not in self._rotators:
            function = self._rotating(strategy, strategy=strategy, secrets=self._secrets)
            if strategy == "alternating":
                if self.own_admin:
                    allow_read(function.role, self.own_admin.arn)
                self._admit_to_admin(function.role)
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
            handler=self.options.engine.handlers[strategy],
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
        server, platform = self.options.server, self.platform
        if isinstance(server, ExistingServer) and server.client_security_group_id:
            admitted = server.client_security_group_id
            group = ExistingSecurityGroup(scope, construct_id, admitted)
            return platform.placement.within(group), admitted
        own = SecurityGroup(scope, construct_id, vpc=platform.network.vpc, description=description)
        return platform.placement.reaching(own, self), own.group_id

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
        self._admit_to_admin(function.role)
        return function

    def _admit_to_admin(self, role: ServiceRole) -> None:
        """Let a role read the admin's secret that may use the key for all of the database's."""
        if self.own_admin:
            self.own_admin.admit_reader(role)
        else:
            self.admin.grant_read(role)

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

    def _check(self, server: ExistingServer) -> IDependable:
        """Tell what is wrong with an existing server before anything is written to it."""
        return self.platform.custom_resources.make(
            self,
            "Check",
            kind="DatabaseCheck",
            function=self.users.arn,
            properties={
                "SecretArn": server.admin_secret_arn,
                "Engine": self.options.engine.name,
                "Host": server.host,
                "Port": str(server.port),
                "Dbname": server.dbname,
                "Alternating": str(self.options.alternating).lower(),
            },
            after=self.users.ready,
        )


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
