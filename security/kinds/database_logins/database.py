"""A database of the settings, with what a template has of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from credential_rotation.adoption import adopter_of
from credential_rotation.names import pascal
from security.parts import Parts
from security.principals import Principal
from stacks.settings.databases import MAIN, Login, NamedDatabase

_INSTANCE = "AWS::EC2::Instance"

_COMPATIBLE = {"aurora-mysql": "mysql", "aurora-postgresql": "postgres"}

_BY_ADMIN = {
    "postgres": {"alternating"},
    # Two passwords, or a twin's, are given by an admin; a user of MariaDB may change its own
    # verifier, and one of MySQL may not.
    "mariadb": {"alternating", "dual"},
    "mysql": {"alternating", "dual", "single"},
}
"""Strategies that log in as the admin, by what Aurora is compatible with."""


@dataclass(frozen=True)
class DatabaseParts:
    """Functions, roles and secrets of a database.

    Attributes:
        parts: Of the deployment.
        name: The database's name.
        given: What the team decided about it.
    """

    parts: Parts
    name: str
    given: NamedDatabase

    @property
    def secrets(self) -> Mapping[str, str]:
        """ARNs of the logins' secrets, by the logins' names."""
        return {
            name: login.adopt_secret_arn or self.parts.secret(f"{self.name}/{name}")
            for name, login in self.given.logins.items()
        }

    @property
    def adopted(self) -> Mapping[str, Login]:
        """The logins whose secrets are somebody else's, by their names."""
        return {name: each for name, each in self.given.logins.items() if each.adopt_secret_arn}

    def adopter(self, login: Login) -> Principal:
        """The code of the function that adopts a login's secret, and gives it back."""
        return self.function(adopter_of(login.adopt_secret_arn))

    @property
    def admin(self) -> str:
        """ARN of the admin's secret, which may be somebody else's."""
        if self.given.existing:
            return self.given.existing.admin_secret_arn
        return self.parts.secret(f"{self.name}/admin")

    @property
    def ours(self) -> list[str]:
        """ARNs of its secrets that are of a template."""
        admin = [] if self.given.existing else [self.admin]
        logins = [arn for name, arn in self.secrets.items() if name not in self.adopted]
        return [*logins, *admin]

    @property
    def admin_rotates(self) -> bool:
        """Whether a function rotates the admin's secret."""
        return self.given.rotation.admin and not self.given.existing

    def function(self, name: str) -> Principal:
        """The code of one of its functions."""
        return self.parts.function(f"{self.name}-{name}")

    @property
    def rotators(self) -> Mapping[str, Principal]:
        """The code of the functions that rotate logins, by their strategy."""
        strategies = {login.strategy for login in self.given.logins.values()}
        return {strategy: self.function(strategy) for strategy in sorted(strategies)}

    @property
    def by_admin(self) -> list[Principal]:
        """Those of them that log in as the admin."""
        strategies = _BY_ADMIN[_COMPATIBLE.get(self.given.engine, self.given.engine)]
        return [each for strategy, each in self.rotators.items() if strategy in strategies]

    def monitoring(self) -> Principal:
        """The role with which RDS writes the metrics of instances of ours."""
        return self.parts.role(f"{pascal(self.name)}ServerMonitoringRole")

    @property
    def identifiers(self) -> list[str]:
        """The identifiers of its instances, if they are ours."""
        server = f"{self.parts.ids.stack}-{self.name}"
        if not self.given.engine.startswith("aurora-"):
            return [server]
        return [f"{server}-{number}" for number in range(1, 2 + self.given.multi_az)]

    @property
    def sample(self) -> str:
        """ARN of the secret that samples log in with."""
        return next(iter(self.secrets.values()))

    def samples(self) -> list[Principal]:
        """Who logs in with it: a function and a program on an instance, if a team wants them."""
        settings = self.parts.settings
        if self.name != MAIN:
            return []
        function = [self.function("consumer")] if settings.consumer else []
        return [*function, *self.instances()]

    def instances(self) -> list[Principal]:
        """The program on the instance, with the role that is attached, if a team wants one."""
        if self.name != MAIN or not self.parts.settings.ec2_consumer:
            return []
        role = self.parts.role(f"{pascal(self.name)}Ec2ConsumerRole")
        return [replace(role, name="the instance")]

    def user_data(self) -> str:
        """What the instance does when it boots."""
        [instance] = self.parts.of(_INSTANCE)
        return str(self.parts.ids.property(instance, "UserData"))


def databases(parts: Parts) -> Iterator[DatabaseParts]:
    """List the databases of the settings."""
    for name, given in parts.settings.databases.items():
        yield DatabaseParts(parts, name, given)
