"""A user of somebody's database, whose password rotates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import jsii
from aws_cdk import Stack, Token
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from constructs import Construct

import rotation_schedule
from credential_rotation.adoptable import RotatedByNobodyElse, identity, must_be_adoptable
from credential_rotation.adopted_secret import AdoptedSecretOptions
from credential_rotation.adoption import AdoptedLogin, AdoptionOptions, of_another
from credential_rotation.database_rotator import DatabaseRotator
from credential_rotation.database_server import AnyDatabase, DatabaseServer, server_of, unlike
from credential_rotation.engine import Engine
from credential_rotation.engines import ENGINES
from credential_rotation.errors import BadScheduleError, TakenNameError, UnknownDatabaseError
from credential_rotation.login import Login, LoginOptions
from credential_rotation.readers import OthersReaders, Readers, must_be_roles
from credential_rotation.rotation import RotationRules
from credential_rotation.shared import Shared, slug

_GROUP = "DatabaseGroup"

WINDOW_HOURS = 3
"""How long after the scheduled hour a rotation may start, where the schedule leaves as much."""


@jsii.implements(ec2.IConnectable)
class DatabaseLogin(Construct):
    """A database user that is created at the first deployment and rotated from then on.

    Example:
        login = DatabaseLogin(self, "OrdersLogin", database=database, username="orders")
        login.grant_read(service.task_definition.task_role)

    The secret is JSON of AWS's documented structure, encrypted with a key of its own. Its policy
    denies it to everyone in the account whom `grant_read` or `readers` have not named. A secret
    that is adopted keeps its key and its policy.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        database: AnyDatabase | DatabaseServer,
        username: str,
        dbname: str = "",
        admin: secretsmanager.ISecret | None = None,
        strategy: str = "",
        schedule: str = "rate(30 days)",
        readers: Sequence[str] = (),
        rotator: DatabaseRotator | None = None,
        adopt: secretsmanager.ISecret | None = None,
        adopt_from: lambda_.IFunction | None = None,
    ) -> None:
        """Create the secret, the user and the schedule.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            database: An RDS instance, an Aurora cluster, or a server in words.
            username: Name of the user; nobody else of that name may exist.
            dbname: Name of the database on the server; the one it was created with if left out. On
                MySQL and MariaDB, where rights are on databases, the login's own: it is called
                after the user if left out.
            admin: The secret of a user who may create users; the database's own if left out.
            strategy: `alternating`, between the user and a twin whose name ends in `_clone`, or
                `dual`, one user with two passwords, which PostgreSQL has not: the previous password
                works until the next rotation, so no application sees one. Or `single`, one user
                with one password: an application that does not use the library `rotated_secret`
                may be refused once. If left out, `alternating` for PostgreSQL and else `dual`.
            schedule: When to rotate, as `rate(…)` or `cron(…)` of Secrets Manager, in UTC.
            readers: ARNs of roles that may read the secret and that the app does not create. Of
                a secret that is adopted, its own policy says so: the endpoint lets them through.
            rotator: The functions; those that the stack has for the database if left out, or new
                ones if it has none.
            adopt: The secret of a user who exists already, instead of one of ours. Its rotation is
                taken over, and given back when this goes; nothing else of it changes. Its policy
                and its key's have to let the functions (docs/adopting.md).
            adopt_from: The function that rotates `adopt` at present, and gets it back.

        Raises:
            SynthError: The database does not tell enough, or a name does not fit.
        """
        super().__init__(scope, construct_id)
        if rotator and not rotator._serves(database):  # noqa: SLF001  # of this package alone
            raise UnknownDatabaseError(
                f"The rotator of {self.node.path} is that of another database,"
                f" {rotator.server.name}: pass the one of the database that the login is on."
            )
        self._rotator = rotator or _rotator(self, database, admin=admin, dbname=dbname)
        engine = self._rotator.database.options.engine
        own = "" if engine.schemas else dbname or username
        _must_be_served(
            self, self._rotator.server, admin=admin, dbname=dbname if engine.schemas else ""
        )
        strategy = strategy or engine.strategy
        _must_fit(self, engine, strategy=strategy, username=username)
        must_be_roles(self, readers)
        must_be_adoptable(self, adopt, adopt_from, admin=self._rotator.server.admin)
        name = slug(username)
        shared = Shared.of(self._rotator)  # of its stack, which may be another one
        names = shared.take(self._rotator.database.names.within(name), path=self.node.path)
        rules = _rules(self, schedule)
        if adopt:
            shared.adopt(identity(adopt), path=self.node.path)
            self.node.add_validation(RotatedByNobodyElse(adopt))
            former = adopt_from.function_arn if adopt_from else ""
            options = AdoptionOptions(
                secret=AdoptedSecretOptions.of(adopt, function_arn=former),
                username=username,
                strategy=strategy,
                rules=rules,
                readers=readers,
            )
            function = AdoptedLogin(
                self,
                f"Adopted{of_another(options.secret.identity)}",
                database=self._rotator.database,
                name=name,
                options=options,
            ).function
            self._readers: Readers | OthersReaders = OthersReaders(self, adopt)
        else:
            login = Login(
                self,
                "Login",
                database=self._rotator.database,
                name=name,
                options=LoginOptions(
                    username=username,
                    strategy=strategy,
                    rules=rules,
                    dbname=own,
                    readers=readers,
                ),
            )
            function = login.function
            self._readers = Readers(
                self,
                platform=self._rotator.database.platform,
                names=names,
                secret=login.secret,
                readers=readers,
            )
        self._rotator._watch(function, strategy=strategy)  # noqa: SLF001  # of this package alone
        self.secret: secretsmanager.ISecret = self._readers.secret

    @property
    def connections(self) -> ec2.Connections:
        """Who gets to the database: `client.connections.allow_to_default_port(login)`."""
        server = self._rotator.server
        if Stack.of(server.security_group) is Stack.of(self):
            return server.connections
        # Rules belong to this stack: the other one would wait for it, as this one does for that.
        found = self.node.try_find_child(_GROUP)
        group = cast("ec2.ISecurityGroup | None", found) or (
            ec2.SecurityGroup.from_security_group_id(
                self, _GROUP, server.security_group.security_group_id
            )
        )
        return ec2.Connections(security_groups=[group], default_port=ec2.Port.tcp(server.port))

    @property
    def alarms(self) -> Sequence[str]:
        """Names of the alarms that ring when its rotation fails or does not happen."""
        return self._rotator.alarms

    @property
    def alarm_topic(self) -> sns.ITopic:
        """Where the alarms ring: nobody hears them before something subscribes to it."""
        return self._rotator.alarm_topic

    def grant_read(self, grantee: iam.IGrantable) -> iam.Grant:
        """Let a role read the version in use, and no other: it has to ask for AWSCURRENT.

        Args:
            grantee: A role of this stack, or what has one, such as a function.

        Raises:
            CannotGrantError: It is no role, or one of another stack of the app.
        """
        return self._readers.grant(grantee)

    def ecs_secret(self, field: str, task: ecs.TaskDefinition) -> ecs.Secret:
        """A field of the secret as a variable of a container, which ECS reads when it starts.

        The CDK's own `ecs.Secret.from_secrets_manager` asks for no stage, which the policy denies.
        A task keeps what it started with: it has to be started anew within two rotations.

        Args:
            field: `username`, `password`, `host`, `port` or `dbname`.
            task: Whose execution role reads it.

        Raises:
            CannotGrantError: The execution role is of another stack, or there is no such field.
        """
        return self._readers.for_container(field, task)


def _rules(login: Construct, schedule: str) -> RotationRules:
    window = WINDOW_HOURS
    if not Token.is_unresolved(schedule):
        try:
            window = min(window, rotation_schedule.parse(schedule).longest_window)
        except (TypeError, ValueError) as error:
            raise BadScheduleError(
                f"schedule = {schedule!r} of {login.node.path} can't be used: {error}. Let it be"
                " like rate(30 days) or cron(0 3 ? * SUN *)"
            ) from error
    return RotationRules(schedule, f"{window}h")


def _must_fit(login: Construct, engine: Engine, *, strategy: str, username: str) -> None:
    """Refuses what the product does not have."""
    if strategy not in engine.strategies:
        raise UnknownDatabaseError(
            f"The strategy of {login.node.path} is {strategy}, and {engine.title} has"
            f" {', '.join(engine.strategies)}."
        )
    if Token.is_unresolved(username):
        raise UnknownDatabaseError(
            f"The username of {login.node.path} is known when it is deployed, and the names of its"
            " secret and functions are made of it before: pass it as it is."
        )
    if not slug(username):
        raise UnknownDatabaseError(
            f"The user of {login.node.path} cannot be called {username!r}: the names of its secret"
            " and functions have its letters and digits of ASCII."
        )
    try:
        engine.names.rotating(username, twin=engine.strategies[strategy].twin)
    except ValueError as error:
        raise UnknownDatabaseError(
            f"The user of {login.node.path} cannot be called {username}: {error}."
        ) from error


def _must_be_served(
    login: Construct,
    server: DatabaseServer,
    *,
    admin: secretsmanager.ISecret | None,
    dbname: str,
) -> None:
    """Refuses what the functions that a login shares with others would do otherwise."""
    for name in unlike(server, admin=admin, dbname=dbname):
        raise UnknownDatabaseError(
            f"{login.node.path} has another {name} than the functions that it shares with other"
            f" logins of {server.name}. Pass it as database=DatabaseServer(…) with that {name}"
            " and a name of its own, which has functions of its own."
        )


def _rotator(
    login: Construct,
    database: AnyDatabase | DatabaseServer,
    *,
    admin: secretsmanager.ISecret | None,
    dbname: str,
) -> DatabaseRotator:
    """Finds or makes what the logins of a database share in a stack."""
    shared = Shared.of(login)
    if database in shared.rotators:
        found = shared.rotators[database]
        if found.node.scope is shared and ENGINES[found.server.engine].schemas:
            # Another login has made it, maybe with a dbname that is none of this one's.
            own = server_of(database, admin=found.server.admin, dbname=dbname)
            _must_be_served(login, found.server, admin=None, dbname=own.dbname)
        return found
    server = server_of(database, admin=admin, dbname=dbname)
    construct_id = f"Rotator-{server.name}"
    if shared.node.try_find_child(construct_id):
        raise TakenNameError(
            f"The database of {login.node.path} is called {server.name}, as that of another login"
            " of the stack is, and functions and secrets are called after it. Describe it as a"
            " DatabaseServer with a name of its own; logins of one database pass one and the same."
        )
    return DatabaseRotator(
        shared,
        construct_id,
        database=database,
        admin=admin,
        dbname=dbname if ENGINES[server.engine].schemas else "",
    )
