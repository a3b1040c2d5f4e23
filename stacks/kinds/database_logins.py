"""The admin and the logins of a database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from credential_rotation.adopted_secret import AdoptedSecretOptions
from credential_rotation.adoption import AdoptedLogin, AdoptionOptions, AnyLogin, of_another
from credential_rotation.consumer import Consumer
from credential_rotation.database import (
    Database,
    DatabaseOptions,
    PasswordRules,
)
from credential_rotation.engines import ENGINES
from credential_rotation.instance import Ec2Consumer
from credential_rotation.login import Login, LoginOptions
from credential_rotation.monitoring import CredentialGroup
from credential_rotation.names import pascal
from credential_rotation.platform import Platform
from credential_rotation.rds_server import RdsOptions
from credential_rotation.rotation import RotationRules
from credential_rotation.server import ExistingServerOptions
from stacks.accepted import Accepted
from stacks.access.names import BREAK_GLASS, role_arn
from stacks.kinds.database_accepted import accepted_of_databases
from stacks.settings import Settings
from stacks.settings.databases import MAIN, NamedDatabase

if TYPE_CHECKING:
    from stacks.rotation_stack import CredentialStack


class DatabaseLogins:
    """A database with all of its logins. See `Kind`."""

    proof = "security.kinds.database_logins"

    def add(
        self, stack: CredentialStack, platform: Platform, settings: Settings, *, database: str
    ) -> Iterable[CredentialGroup]:
        """Add the database, if there is one of that name."""
        given = settings.databases.get(database)
        if given is None:
            return []
        made = Database(
            stack,
            pascal(database),
            names=settings.names.within(database),
            platform=platform,
            options=_options(given, settings),
            deployer=stack.deployer,
        )
        logins = {name: _login(made, name, given) for name in given.logins}
        for name, login in given.logins.items():
            for other in (*login.reads, *login.writes):  # who has to exist before
                logins[name].user.node.add_dependency(logins[other].user)
        for each in logins.values():
            _open_to_people(stack, each, settings)
        if database == MAIN:
            _add_samples(stack, made, next(iter(logins.values())), settings)
        server = made.server
        if server.own_admin and not given.rotation.admin:
            stack.tell(**{f"{made.id}AdminSecretName": server.own_admin.name})
        stack.tell(
            **{
                f"{made.id}Endpoint": f"{server.host}:{server.port}",
                f"{made.id}FunctionsSecurityGroupId": made.functions_group_id,
                f"{made.id}SecurityGroupId": server.security_group_id,
            }
        )
        group = CredentialGroup(
            id=made.id,
            names=made.names,
            secrets=f"{made.names.path}/",
            credentials=made.credentials,
            strangers=made.strangers,
            helpers=[made.users],
        )
        return [group]

    def accepted(self, settings: Settings) -> Iterable[Accepted]:
        """List what the rule packs find in it and is accepted."""
        return accepted_of_databases(settings)


def _own_database(given: NamedDatabase, login: str) -> str:
    """The database of a login that has one of its own; a user that exists stays where it is."""
    exists = bool(given.logins[login].present_secret_arn)
    return "" if ENGINES[given.engine].schemas or exists else given.users[login]


def _login(database: Database, name: str, given: NamedDatabase) -> AnyLogin:
    login, scope_id = given.logins[name], f"Login{pascal(name)}"
    rules = RotationRules(login.schedule, login.window, given.rotation.on_deploy)
    if login.adopt_secret_arn:
        secret = AdoptedSecretOptions.named(
            login.adopt_secret_arn,
            key_arn=login.adopt_secret_key_arn,
            function_arn=login.adopt_function_arn,
        )
        return AdoptedLogin(
            database,
            f"{scope_id}Adopted{of_another(secret.arn)}",
            database=database,
            name=name,
            options=AdoptionOptions(
                secret=secret,
                username=given.users[name],
                strategy=login.strategy,
                rules=rules,
                readers=login.readers,
            ),
        )
    return Login(
        database,
        scope_id,
        database=database,
        name=name,
        options=LoginOptions(
            username=given.users[name],
            strategy=login.strategy,
            rules=rules,
            dbname=_own_database(given, name),
            readers=login.readers,
            reads=[given.users[other] for other in login.reads],
            writes=[given.users[other] for other in login.writes],
            present_secret_arn=login.present_secret_arn,
            present_secret_key_arn=login.present_secret_key_arn,
        ),
    )


def _open_to_people(stack: CredentialStack, login: AnyLogin, settings: Settings) -> None:
    """Who reads in an emergency; or whom the owner of a secret has to let read it."""
    if isinstance(login, AdoptedLogin):
        stack.tell(**{f"{login.id}RolesToAdmit": login.roles})
    elif settings.access.enabled:
        login.secret.admit_person(role_arn(stack, settings, BREAK_GLASS))


def _add_samples(
    stack: CredentialStack,
    database: Database,
    login: AnyLogin,
    settings: Settings,
) -> None:
    if settings.consumer:
        consumer = Consumer(database, "Consumer", database=database, login=login)
        stack.tell(ConsumerFunctionName=consumer.function.name)
    if settings.ec2_consumer:
        instance = Ec2Consumer(database, "Ec2Consumer", database=database, login=login)
        stack.tell(ConsumerInstanceId=instance.instance_id)


def _options(given: NamedDatabase, settings: Settings) -> DatabaseOptions:
    rotation, password = given.rotation, settings.password
    return DatabaseOptions(
        engine=ENGINES[given.engine],
        server=_server(given),
        authorities=given.trusted,
        passwords=PasswordRules(password.length, password.exclude_characters),
        admin=(
            RotationRules(rotation.admin_schedule, rotation.admin_window)
            if rotation.admin
            else None
        ),
        strategies=sorted({each.strategy for each in given.logins.values()}),
        clients=given.clients,
    )


def _server(given: NamedDatabase) -> RdsOptions | ExistingServerOptions:
    if given.existing:
        existing = given.existing
        return ExistingServerOptions(
            host=existing.host,
            port=existing.port,
            dbname=existing.dbname,
            security_group_id=existing.security_group_id,
            manage_ingress=existing.manage_ingress,
            client_security_group_id=existing.client_security_group_id,
            admin_secret_arn=existing.admin_secret_arn,
            admin_secret_key_arn=existing.admin_secret_key_arn,
        )
    return RdsOptions(
        engine_version=given.engine_version,
        instance_class=given.instance_class,
        storage_gib=given.storage_gib,
        max_storage_gib=given.max_storage_gib,
        multi_az=given.multi_az,
        port=given.port,
        dbname=given.name,
        admin_username=given.admin_username,
        backup_days=given.backup_days,
        protected=given.deletion_protection,
    )


DATABASE_LOGINS = DatabaseLogins()
