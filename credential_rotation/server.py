"""The server of a database, new or existing, and its admin's credential."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import jsii
from aws_cdk import IStableStringProducer, Lazy, SecretValue, Tokenization

from credential_rotation.database_cluster import Cluster
from credential_rotation.database_events import DatabaseEvents
from credential_rotation.database_instance import Instance
from credential_rotation.database_secret import DatabaseSecret
from credential_rotation.rds_server import RdsOptions, RdsServer
from credential_rotation.secret_policy import ANY_END, allow_read

if TYPE_CHECKING:
    from constructs import IDependable

    from credential_rotation.database import Database
    from credential_rotation.functions import PythonFunction
    from credential_rotation.roles import ServiceRole

ADMIN = "admin"
"""What the admin's secret and the function that rotates it are called."""


@dataclass(frozen=True, kw_only=True)
class ExistingServerOptions:
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
        admin_secret_complete: Whether that has the secret's random end.
        admin_secret_key_arn: ARN of the key of that secret; empty for AWS's own.
        after: What has to exist before it answers.
    """

    host: str
    port: int
    dbname: str
    security_group_id: str
    manage_ingress: bool = True
    client_security_group_id: str = ""
    admin_secret_arn: str
    admin_secret_complete: bool = True
    admin_secret_key_arn: str = ""
    after: Sequence[IDependable] = ()


@jsii.implements(IStableStringProducer)
class _Alternating:
    """Whether users alternate, asked when all logins are known."""

    def __init__(self, strategies: Collection[str]) -> None:
        self._strategies = strategies

    def produce(self) -> str:
        """As CloudFormation hands it over."""
        return str("alternating" in self._strategies).lower()


class Server(Protocol):
    """A server that is known to be there, and a user of it who may create users.

    Attributes:
        host: Its name in the network.
        port: Its TCP port, as a text.
        security_group_id: Id of the security group that decides who gets to it.
        rules_are_ours: Whether that group gets rules of ours.
        admitted_group_id: Id of a group that is admitted already; empty for none.
        completes: Whether a deployment completes secrets with the server's address.
        admin_arn: ARN of the admin's secret.
        own_admin: That secret, if it is ours.
        needs: What has to exist before the admin can log in.
    """

    host: str
    port: str
    security_group_id: str
    rules_are_ours: bool
    admitted_group_id: str
    completes: bool
    admin_arn: str
    own_admin: DatabaseSecret | None
    needs: Sequence[IDependable]

    def place(self) -> Mapping[str, str | int]:
        """What a secret holds of the server before it is completed."""

    def complete(self, secret: DatabaseSecret) -> None:
        """Add the server's address to a secret that does not hold it."""

    def admit_to_admin(self, role: ServiceRole) -> None:
        """Let a role read the admin's secret that may use the key for all of the database's."""

    def lend_admin(self, role: ServiceRole) -> None:
        """Let a role read the admin's secret that has no right to it yet."""

    def check(self, by: PythonFunction) -> Iterable[IDependable]:
        """Tell at the deployment what is wrong, before anything is written to the server."""


class NewServer:
    """A server of ours. See `Server`."""

    rules_are_ours = True
    admitted_group_id = ""
    completes = True

    def __init__(self, database: Database, options: RdsOptions) -> None:
        """Create the server and its admin's secret.

        Args:
            database: Which is on it, and is the parent of both.
            options: What it is like.
        """
        self._admin = DatabaseSecret(
            database,
            "AdminSecret",
            database=database,
            completes=self.completes,
            name=ADMIN,
            description=f"Master user of the database {database.names.prefix}",
            username=options.admin_username,
        )
        self.own_admin: DatabaseSecret | None = self._admin
        self.admin_arn = self._admin.arn
        engine = database.options.engine
        make = Cluster if engine.cluster else Instance
        self._made: RdsServer = make(
            database,
            "Server",
            names=database.names,
            engine=engine,
            options=options,
            platform=database.platform,
            password=SecretValue.secrets_manager(self.admin_arn, json_field="password"),
        )
        self.host, self.port = self._made.host, self._made.port
        self.security_group_id = self._made.security_group_id
        self.needs: Sequence[IDependable] = [self._admin.attach(self._made), *self._made.ready]
        DatabaseEvents(
            database,
            "Events",
            sources=self._made.events,
            topic_arn=database.platform.topic.arn,
        )

    def place(self) -> Mapping[str, str | int]:
        """Nothing: the address is not known at the synth."""
        return {}

    def complete(self, secret: DatabaseSecret) -> None:
        """Attach the secret to the server."""
        secret.attach(self._made)

    def admit_to_admin(self, role: ServiceRole) -> None:
        """Take the role out of the denial of the secret's policy."""
        self._admin.admit_reader(role)

    def lend_admin(self, role: ServiceRole) -> None:
        """Let it read, and take it out of the denial."""
        allow_read(role, self.admin_arn)
        self._admin.admit_reader(role)

    def check(self, by: PythonFunction) -> Iterable[IDependable]:
        """Nothing: RDS does as it is told."""
        del by
        return []


class ExistingServer:
    """A server that exists already. See `Server`."""

    completes = False
    own_admin: DatabaseSecret | None = None
    needs: Sequence[IDependable] = ()

    def __init__(self, database: Database, options: ExistingServerOptions) -> None:
        """Refer to the server, and to its admin's secret.

        Args:
            database: Which is on it.
            options: Where it is.
        """
        self._database = database
        self._options = options
        self.host, self.port = options.host, Tokenization.stringify_number(options.port)
        self.security_group_id = options.security_group_id
        self.rules_are_ours = options.manage_ingress
        self.admitted_group_id = options.client_security_group_id
        self.admin_arn = options.admin_secret_arn
        end = "" if options.admin_secret_complete else ANY_END
        self._admin = database.read_existing(self.admin_arn + end, options.admin_secret_key_arn)

    def place(self) -> Mapping[str, str | int]:
        """Its address."""
        dbname = self._options.dbname
        return {
            "engine": self._database.options.engine.word,
            "host": self._options.host,
            "port": self._options.port,
            **({"dbname": dbname} if dbname else {}),
        }

    def complete(self, secret: DatabaseSecret) -> None:
        """Nothing: the secret holds the address."""

    def admit_to_admin(self, role: ServiceRole) -> None:
        """Let it read; the secret's own policy has to let it, too."""
        self._admin.grant_read(role)

    def lend_admin(self, role: ServiceRole) -> None:
        """Let it read, in the same way."""
        self._admin.grant_read(role)

    def check(self, by: PythonFunction) -> Iterable[IDependable]:
        """Look at name, route, port, TLS, authority, login, database and the admin's rights."""
        yield self._database.platform.custom_resources.make(
            self._database,
            "Check",
            kind="DatabaseCheck",
            function=by.arn,
            properties={
                "SecretArn": self.admin_arn,
                "Engine": self._database.options.engine.word,
                "Host": self.host,
                "Port": self.port,
                **({"Dbname": self._options.dbname} if self._options.dbname else {}),
                "Alternating": Lazy.string(_Alternating(self._database.options.strategies)),
            },
            after=[*by.ready, *self._options.after],
        )
