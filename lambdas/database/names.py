"""Names of database users."""

import re
from dataclasses import dataclass
from typing import Self

from rotation.errors import BadSecretError

SUFFIX = "_clone"
"""What the second user's name ends with, as with AWS's own rotation functions."""


@dataclass(frozen=True, slots=True)
class NameLimit:
    """Which names of users a database tells apart.

    Attributes:
        longest: How long one may be. A longer one would be cut, and then be someone else's.
        unit: In what that is counted: "bytes" (of UTF-8) or "characters".
        altered: Matches what the database would keep as something else, if there is such.
    """

    longest: int
    unit: str
    altered: re.Pattern[str] | None = None

    def check(self, username: str) -> None:
        """Refuses a name that the database would not keep as it is.

        Raises:
            BadSecretError: It would not.
        """
        length = len(username.encode() if self.unit == "bytes" else username)
        if length > self.longest:
            raise BadSecretError(
                f"The user name {username} has {length} {self.unit}, and the database tells"
                f" only {self.longest} apart",
                remedy=f"Use a name of at most {self.longest - len(SUFFIX)} {self.unit}",
            )
        if self.altered and (found := self.altered.search(username)):
            raise BadSecretError(
                f"The user name {username!r} holds {found[0]!r}, which the database does not keep:"
                " it would be another user's name there",
                remedy="Use letters, digits and underscores",
            )


@dataclass(frozen=True, slots=True)
class Pair:
    """The two users between whom alternating rotation switches.

    Attributes:
        base: The one that was there first.
        clone: Its twin, named after it.
    """

    base: str
    clone: str

    @classmethod
    def of(cls, username: str, limit: NameLimit) -> Self:
        """The pair to which a user belongs.

        Args:
            username: Either of the two.
            limit: Which names the database tells apart.

        Raises:
            BadSecretError: One of the names is none of these, or it is not told whose twin it is.
        """
        base = base_of(username)
        if base != username and base_of(base) != base:
            raise BadSecretError(
                f"The user name {username} ends in {SUFFIX} twice: it could be the twin of {base},"
                f" which could be the twin of {base_of(base)}",
                remedy=f"Rename the application's user to one that does not end in {SUFFIX}, in the"
                " database and in the secret",
            )
        pair = cls(base, base + SUFFIX)
        for name in (pair.base, pair.clone):
            limit.check(name)
        return pair

    def other(self, username: str) -> str:
        """The one of the two that `username` is not."""
        return self.clone if username == self.base else self.base


def base_of(username: str) -> str:
    """The name of the first user of the pair to which this one belongs."""
    return username.removesuffix(SUFFIX) or username
