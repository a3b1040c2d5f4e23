"""What a server knows about one user."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from mysql_user import lexer
from mysql_user.sql import Run, account, text
from mysql_user.verifiers import verifies
from rotation.errors import NotOursError, UnsuitableError
from rotation.secret_text import SecretText

_USUAL = {
    "REQUIRE": "NONE",
    "MAX_QUERIES_PER_HOUR": "0",
    "MAX_UPDATES_PER_HOUR": "0",
    "MAX_CONNECTIONS_PER_HOUR": "0",
    "MAX_USER_CONNECTIONS": "0",
    "MAX_STATEMENT_TIME": "0",
    "PASSWORD EXPIRE": "DEFAULT",
    "FAILED_LOGIN_ATTEMPTS": "0",
    "PASSWORD_LOCK_TIME": "0",
}
"""What a property is where a server does not show it."""

_LIMITS = "MAX_"

_HOLDS_QUOTES = "CONCAT(ssl_cipher, x509_issuer, x509_subject) RLIKE '[^ -&(-Z^-~]'"
"""MySQL's SHOW CREATE USER writes quotes and backslashes in these as if they were just letters."""

_NO_ROLE = "/*M! AND is_role = 'N' */"
"""MariaDB alone reads it: its roles are among the users. An empty host is a user's that may come
from anywhere.

https://mariadb.com/kb/en/comment-syntax/#executable-comment-syntax
"""

_BEGINNINGS = {
    "ACCOUNT",
    "ATTRIBUTE",
    "COMMENT",
    "FAILED_LOGIN_ATTEMPTS",
    "IDENTIFIED",
    "PASSWORD_LOCK_TIME",
    "REQUIRE",
    "WITH",
}
"""Words with which a part begins, besides limits, `PASSWORD …` and `DEFAULT ROLE`."""

_WITHIN = {("PASSWORD", "REQUIRE"), ("BY", "PASSWORD"), ("IDENTIFIED", "WITH")}
"""Where such a word goes on with a part."""

_OF_ONE_ALONE = {"IDENTIFIED", "ACCOUNT", "ATTRIBUTE", "COMMENT", "DEFAULT ROLE"}
"""What is not copied from one user to its twin as it is."""


@dataclass(frozen=True, slots=True)
class Method:
    """A way in which a user may prove itself.

    Attributes:
        plugin: The server's name of the way.
        verifier: What the server compares with; empty if it is not shown.
    """

    plugin: str
    verifier: bytes

    def accepts(self, password: SecretText) -> bool:
        """Whether the verifier is shown and was made of a password."""
        return verifies(self.plugin, self.verifier, password)


@dataclass(frozen=True, slots=True)
class User:
    """A user as it is.

    Attributes:
        name: Its name.
        host: From where it may log in; together they are MySQL's account.
        methods: How it may prove itself, any of them.
        properties: What an ALTER USER would have to say, by its first words.
        locked: Whether it is shut out whatever it proves.
        default_roles: Which roles its sessions begin with, as SQL; empty for none.
    """

    name: str
    host: str
    methods: tuple[Method, ...]
    properties: Mapping[str, str]
    locked: bool
    default_roles: str

    @classmethod
    def read(cls, run: Run, username: str) -> Self | None:
        """Reads a user.

        Returns:
            None if there is none of that name.

        Raises:
            NotOursError: There are several, for different hosts.
            UnsuitableError: It can't be read safely.
            RefusedChangeError: The session may not look.
        """
        rows = run(
            f"SELECT Host, {_HOLDS_QUOTES} FROM mysql.user"  # noqa: S608  # composed
            f" WHERE User = {text(username)} {_NO_ROLE}",
            doing=f"look for the user {username}",
        )
        if not rows:
            return None
        hosts = sorted(str(host) for host, _ in rows)
        if len(hosts) > 1:
            raise NotOursError(
                f"The user name {username} stands for {len(hosts)} accounts, one for each of the"
                f" hosts {', '.join(host or '(empty)' for host in hosts)}, and this secret"
                " proves only the one that it meets from here: none was touched",
                remedy="Rename the accounts of that name that are not the application's, or give it"
                " a user of another name",
            )
        [(_, holds_quotes)] = rows
        if holds_quotes:
            raise UnsuitableError(
                f"What REQUIRE demands of the certificate of {username} holds a quote or a"
                " backslash, which the server does not show as it is",
                remedy="Let it demand no more than TLS (ALTER USER ... REQUIRE SSL): who rotates"
                " shows no certificate",
            )
        return cls.of(run, username, hosts[0])

    @classmethod
    def of(cls, run: Run, username: str, host: str) -> Self:
        """Reads a user that exists.

        Raises:
            RefusedChangeError: The session may not look.
        """
        shown = run(
            f"SHOW CREATE USER {account(username, host)}", doing=f"show the user {username}"
        )
        return cls.parse(username, host, [str(row[0]) for row in shown])

    @classmethod
    def parse(cls, username: str, host: str, shown: list[str]) -> Self:
        """Reads SHOW CREATE USER; MariaDB has a second statement for what does not fit into one.

        Args:
            username: The user's name.
            host: Its host.
            shown: The statements.
        """
        clauses: dict[str, list[str]] = {}
        for statement in shown:
            clauses |= _clauses(lexer.split(statement))
        properties = {
            key: lexer.joined(value)
            for key, value in clauses.items()
            if value and key not in _OF_ONE_ALONE
        }
        return cls(
            name=username,
            host=host,
            methods=tuple(_methods(clauses.get("IDENTIFIED", []))),
            properties=properties,
            locked=clauses.get("ACCOUNT") == ["LOCK"],
            default_roles=lexer.joined(clauses.get("DEFAULT ROLE", [])),
        )

    @property
    def all_properties(self) -> Mapping[str, str]:
        """The properties, with those that a server does not show because they are usual."""
        return {**_USUAL, **self.properties}

    @property
    def account(self) -> str:
        """The user as statements name it."""
        return account(self.name, self.host)

    def plugin(self, known: tuple[str, ...]) -> str:
        """The one way in which the user proves itself.

        Args:
            known: Ways that will do.

        Raises:
            UnsuitableError: It proves itself otherwise.
        """
        plugins = {method.plugin for method in self.methods}
        if len(plugins) == 1 and (found := plugins.pop()) in known:
            return found
        raise UnsuitableError(
            f"The user {self.name} proves itself by {', '.join(sorted(plugins)) or 'nothing'}, for"
            " which no password is set here",
            remedy=f"Let an admin have it prove itself by one of {', '.join(known)}, with the"
            " secret's password (ALTER USER)",
        )

    def accepts(self, password: SecretText) -> bool:
        """Whether one of the verifiers that are shown was made of a password."""
        return any(method.accepts(password) for method in self.methods)

    def changes_to(self, other: "User") -> str:
        """What ALTER USER has to say to make another user like this one; empty for nothing."""
        want, have = self.all_properties, other.all_properties
        keys = sorted(want.keys() | have.keys())
        changed = {key: want.get(key, "DEFAULT") for key in keys if want.get(key) != have.get(key)}
        return written(changed)


def written(properties: Mapping[str, str]) -> str:
    """Properties as CREATE USER and ALTER USER take them, in their order."""
    limits = [f"{key} {value}" for key, value in properties.items() if key.startswith(_LIMITS)]
    require = properties.get("REQUIRE")
    rest = [
        f"{key} {value}"
        for key, value in properties.items()
        if key != "REQUIRE" and not key.startswith(_LIMITS)
    ]
    return " ".join(
        [
            *([f"REQUIRE {require}"] if require else []),
            *(["WITH", *limits] if limits else []),
            *rest,
        ]
    )


def _clauses(statement: lexer.Words) -> dict[str, list[str]]:
    """What follows the user's name, by the words with which a part of it begins."""
    clauses: dict[str, list[str]] = {}
    key, before = "", ""
    for word, after in zip(statement, [*statement[1:], ""], strict=True):
        if key == "ATTRIBUTE":
            break  # It comes last, and its text is somebody's own.
        if beginning := _beginning(before, word, after):
            key = beginning
            clauses.setdefault(key, [])
        elif key and not key.endswith(f" {word}"):
            clauses[key].append(word)
        before = word
    return {key: value for key, value in clauses.items() if key != "WITH"}


def _beginning(before: str, word: str, after: str) -> str | None:
    if (before, word) in _WITHIN:
        return None
    if word == "PASSWORD" or (word, after) == ("DEFAULT", "ROLE"):
        return f"{word} {after}"
    return word if word in _BEGINNINGS or word.startswith(_LIMITS) else None


def _methods(clause: list[str]) -> Iterator[Method]:
    """Reads `WITH 'plugin' AS 'verifier'`, `BY PASSWORD 'verifier'`, `VIA a USING 'b' OR c …`."""
    if clause[:2] == ["BY", "PASSWORD"]:
        yield Method("mysql_native_password", lexer.data(clause[2]))
        return
    part: list[str] = []
    for word in [*clause[1:], "OR"]:
        if word != "OR":
            part.append(word)
            continue
        if part:
            quoted = part[0].startswith("'")
            plugin = lexer.data(part[0]).decode() if quoted else lexer.name(part[0])
            shown = part[2] if part[1:2] in (["AS"], ["USING"]) else ""
            yield Method(plugin, lexer.data(shown) if shown.startswith(("'", "0x")) else b"")
        part = []
