"""In what MySQL and MariaDB differ: how verifiers are said, and where a mark is."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from mysql_user import grants
from mysql_user.grants import Grant
from mysql_user.mark import AttributeMark, Mark, RoleMark
from mysql_user.sql import Run, identifier, literal, text
from mysql_user.user import Method, User
from mysql_user.verifiers import ED25519, NATIVE, SHA2, verifier
from rotation.errors import UnsuitableError
from rotation.secret_text import SecretText


class Product(ABC):
    """A database product.

    Attributes:
        plugins: How a user may prove itself here to be given passwords; the first one is taken for
            new users.
        takes_own_verifier: Whether a user without further rights may set its own verifier.
    """

    plugins: tuple[str, ...]
    takes_own_verifier: bool

    @abstractmethod
    def identified(self, plugin: str, *passwords: SecretText) -> str:
        """What CREATE USER and ALTER USER say to give a user passwords.

        Args:
            plugin: One of `plugins`.
            passwords: The passwords; more than one where the product can say so.
        """

    @abstractmethod
    def mark(self, base: str, secret: str) -> Mark:
        """The mark of a pair."""

    @abstractmethod
    def replacing(self, user: User, password: SecretText, plugin: str) -> Sequence[str]:
        """SQL that gives a user one password and leaves it no other."""

    def replacing_own(self, password: SecretText, plugin: str) -> Sequence[str]:
        """The same for the session's own user, where `takes_own_verifier`."""
        return [f"SET PASSWORD = {literal(verifier(plugin, password).decode())}"]

    @abstractmethod
    def rights(self, run: Run) -> Collection[Grant]:
        """What the session may do on everything."""

    @abstractmethod
    def takes_patterns(self, run: Run) -> bool:
        """Whether names of schemas are patterns in grants; see `mysql_user.sql.schema`."""

    @abstractmethod
    def adding(
        self, run: Run, user: User, password: SecretText, beside: SecretText, plugin: str
    ) -> Sequence[str]:
        """SQL that gives a user a second password; see `DualTarget.add_password`.

        What of the two is accepted before is so after each of the statements, and during it.
        """

    @abstractmethod
    def default_roles(self, run: Run, user: User) -> str:
        """With which roles a user's sessions begin, as SQL; empty for none."""

    @abstractmethod
    def setting_default_roles(self, user: User, roles: str) -> str:
        """SQL that sets these."""


class MySQLProduct(Product):
    """MySQL 8.0.36 and newer, and Aurora MySQL 3."""

    plugins = (SHA2, NATIVE)
    takes_own_verifier = False

    def identified(self, plugin: str, *passwords: SecretText) -> str:
        """In hexadecimal: a verifier may hold any byte."""
        [password] = passwords
        return f"IDENTIFIED WITH {plugin} AS 0x{verifier(plugin, password).hex()}"

    def mark(self, base: str, secret: str) -> Mark:
        """An attribute."""
        return AttributeMark(base, secret)

    def replacing(self, user: User, password: SecretText, plugin: str) -> Sequence[str]:
        """The second statement, because a second password would stay."""
        return [
            f"ALTER USER {user.account} {self.identified(plugin, password)}",
            f"ALTER USER {user.account} DISCARD OLD PASSWORD",
        ]

    def rights(self, run: Run) -> Collection[Grant]:
        """Those that come by the session's roles too, as RDS gives them to its admin."""
        [[roles]] = run("SELECT CURRENT_ROLE()", doing="tell its roles")
        using = "" if roles in {None, "", "NONE"} else f" USING {roles}"
        return _everywhere(run(f"SHOW GRANTS FOR CURRENT_USER(){using}", doing="tell its rights"))

    def default_roles(self, run: Run, user: User) -> str:
        """They are shown with the user."""
        del run
        return user.default_roles

    def setting_default_roles(self, user: User, roles: str) -> str:
        """Any number of roles."""
        return f"ALTER USER {user.account} DEFAULT ROLE {roles or 'NONE'}"

    def takes_patterns(self, run: Run) -> bool:
        """Unless `partial_revokes` is on, as it may be on RDS."""
        [[partial]] = run("SELECT @@GLOBAL.partial_revokes", doing="tell how it reads grants")
        return not partial

    def adding(
        self, run: Run, user: User, password: SecretText, beside: SecretText, plugin: str
    ) -> Sequence[str]:
        """Moves AWSCURRENT from the first to the second place; one that is there goes.

        A password that was set for a version that was given up has AWSCURRENT in the second place,
        and one that the strategy single has set has it in none: then it has to be in the first one
        again before another is set.

        https://dev.mysql.com/doc/refman/8.4/en/password-management.html#dual-passwords
        """
        if user.accepts(password) and self._second(run, user, plugin).accepts(beside):
            return []
        first = [] if user.accepts(beside) else [beside]
        return [
            f"ALTER USER {user.account} {self.identified(plugin, each)} RETAIN CURRENT PASSWORD"
            for each in (*first, password)
        ]

    def _second(self, run: Run, user: User, plugin: str) -> Method:
        """The password in the second place, which SHOW CREATE USER does not show."""
        [[shown]] = run(
            "SELECT HEX(User_attributes->>'$.additional_password') FROM mysql.user"  # noqa: S608  # composed
            f" WHERE User = {text(user.name)} AND Host = {text(user.host)}",
            doing=f"look for the second password of {user.name}",
        )
        return Method(plugin, bytes.fromhex(shown or ""))


class MariaDBProduct(Product):
    """MariaDB 10.6 and newer."""

    plugins = (NATIVE, ED25519)
    takes_own_verifier = True

    def identified(self, plugin: str, *passwords: SecretText) -> str:
        """Any number of ways, each with its verifier."""
        ways = " OR ".join(
            f"{plugin} USING {literal(verifier(plugin, password).decode())}"
            for password in passwords
        )
        return f"IDENTIFIED VIA {ways}"

    def mark(self, base: str, secret: str) -> Mark:
        """A role."""
        return RoleMark(base, secret)

    def replacing(self, user: User, password: SecretText, plugin: str) -> Sequence[str]:
        """Says all ways anew."""
        return [f"ALTER USER {user.account} {self.identified(plugin, password)}"]

    def rights(self, run: Run) -> Collection[Grant]:
        """Those that come by the session's role too."""
        return _everywhere(run("SHOW GRANTS", doing="tell its rights"))

    def default_roles(self, run: Run, user: User) -> str:
        """One at most; it is not shown with the user."""
        [[role]] = run(
            "SELECT default_role FROM mysql.user"  # noqa: S608  # composed
            f" WHERE User = {text(user.name)} AND Host = {text(user.host)}",
            doing=f"look for the default role of {user.name}",
        )
        return identifier(role) if role else ""

    def setting_default_roles(self, user: User, roles: str) -> str:
        """Takes the right to change the schema mysql."""
        return f"SET DEFAULT ROLE {roles or 'NONE'} FOR {user.account}"

    def takes_patterns(self, run: Run) -> bool:
        """Always."""
        del run
        return True

    def adding(
        self, run: Run, user: User, password: SecretText, beside: SecretText, plugin: str
    ) -> Sequence[str]:
        """Says both ways at once.

        The server asks for a proof for each way in turn. Drivers begin with the native one and bear
        to be asked for another once: a second one by ed25519 is more than that.

        https://mariadb.com/kb/en/create-user/#identified-viawith-authentication_plugin
        """
        del run
        if plugin != NATIVE:
            raise UnsuitableError(
                f"The user {user.name} proves itself by {plugin}, and drivers such as PyMySQL give"
                " one proof of that kind alone: of two passwords they could use the first only",
                remedy="Rotate it by the strategy alternating or single, or let an admin have it"
                f" prove itself by {NATIVE}, with the secret's password (ALTER USER)",
            )
        return [f"ALTER USER {user.account} {self.identified(plugin, password, beside)}"]


def product_of(*, mariadb: bool) -> Product:
    """The product of a server."""
    return MariaDBProduct() if mariadb else MySQLProduct()


def _everywhere(shown: Iterable[tuple[Any, ...]]) -> Collection[Grant]:
    found = grants.read(str(row[0]) for row in shown)
    return [grant for grant in found if grant.on == grants.EVERYWHERE]
