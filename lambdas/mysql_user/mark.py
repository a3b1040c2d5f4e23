"""The mark by which a user is known to belong to a secret, which only an admin can set.

MySQL has attributes of a user for such, and sets them in the statement that creates the user.
MariaDB has none: there the mark is a role without any rights, whose name is made of the secret's
ARN, and which is granted to the user. Whoever may create users sets either, and no user may
set its own (docs/adr/0031).

https://dev.mysql.com/doc/refman/8.4/en/create-user.html#create-user-comments-attributes
https://mariadb.com/kb/en/roles_overview/
"""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Collection

from mysql_user.grants import Grant, Kind
from mysql_user.sql import Run, identifier, literal, text
from mysql_user.user import User

_KEY = "rotated_by"
_ROLES = "rotated by "


class Mark(ABC):
    """The mark on the second user of a pair, for one secret."""

    def __init__(self, base: str, secret: str) -> None:
        """Composes it.

        Args:
            base: First user of the pair.
            secret: ARN of the secret.
        """
        self._base = base
        self._secret = secret

    @abstractmethod
    def at_birth(self) -> str:
        """What CREATE USER says to set it; empty where it can't."""

    @abstractmethod
    def statements(self, user: User) -> list[str]:
        """SQL by which an admin sets it."""

    @abstractmethod
    def found(self, run: Run, user: User, grants: Collection[Grant]) -> str | None:
        """Which secret's mark a user bears.

        Args:
            run: The admin's session.
            user: The user.
            grants: What it may do.

        Returns:
            The ARN, or what is known of it; None if it bears none. It is the secret's own ARN only
            if the mark is for this pair.
        """


class AttributeMark(Mark):
    """MySQL's."""

    def at_birth(self) -> str:
        """Makes user and mark one change."""
        return f"ATTRIBUTE {self._attribute()}"

    def statements(self, user: User) -> list[str]:
        """Leaves other attributes as they are."""
        return [f"ALTER USER {user.account} ATTRIBUTE {self._attribute()}"]

    def found(self, run: Run, user: User, grants: Collection[Grant]) -> str | None:
        """Reads the attribute."""
        del grants
        key = f"ATTRIBUTE->>'$.{_KEY}"
        rows = run(
            f"SELECT {key}.base', {key}.secret' FROM information_schema.USER_ATTRIBUTES"  # noqa: S608  # composed
            f" WHERE USER = {text(user.name)} AND HOST = {text(user.host)}",
            doing=f"look for the mark of {user.name}",
        )
        for base, secret in rows:
            if secret:
                return str(secret) if base == self._base else f"{secret} for {base}"
        return None

    def _attribute(self) -> str:
        mark = {_KEY: {"base": self._base, "secret": self._secret}}
        return literal(json.dumps(mark, ensure_ascii=False))


class RoleMark(Mark):
    """MariaDB's."""

    def at_birth(self) -> str:
        """Nothing: until it is set, the secret's pending password proves the user."""
        return ""

    def statements(self, user: User) -> list[str]:
        """Makes the role anew: only who made it may grant it, and that may be another admin."""
        return [f"CREATE OR REPLACE ROLE {self._role()}", f"GRANT {self._role()} TO {user.account}"]

    def found(self, run: Run, user: User, grants: Collection[Grant]) -> str | None:
        """Looks among the roles."""
        del run, user
        marks = {grant.what for grant in grants if is_mark(grant)}
        if self._role() in marks:
            return self._secret
        return f"another secret ({', '.join(sorted(marks))})" if marks else None

    def _role(self) -> str:
        digest = hashlib.sha256(f"{self._base}\0{self._secret}".encode()).hexdigest()
        return identifier(f"{_ROLES}{digest[:40]}")


def is_mark(grant: Grant) -> bool:
    """Whether a grant is a mark and gives no right."""
    return grant.kind is Kind.ROLE and grant.what.startswith(f"`{_ROLES}")
