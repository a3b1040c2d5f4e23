"""Names of database users."""

from dataclasses import dataclass
from typing import Self

from rotation.errors import BadSecretError

SUFFIX = "_clone"
"""What the second user's name ends with, as with AWS's own rotation functions."""


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
    def of(cls, username: str, *, longest: int) -> Self:
        """The pair to which a user belongs.

        Args:
            username: Either of the two.
            longest: How many bytes (UTF-8) of a name the database tells apart. A longer one would
                be cut, and then be someone else's.

        Raises:
            BadSecretError: One of the names is too long, or it is not told whose twin it is.
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
            must_fit(name, longest=longest)
        return pair

    def other(self, username: str) -> str:
        """The one of the two that `username` is not."""
        return self.clone if username == self.base else self.base


def base_of(username: str) -> str:
    """The name of the first user of the pair to which this one belongs."""
    return username.removesuffix(SUFFIX) or username


def must_fit(username: str, *, longest: int) -> None:
    """Refuses a name that the database would cut.

    Args:
        username: Name of a user.
        longest: How many bytes (UTF-8) it may have.

    Raises:
        BadSecretError: It has more.
    """
    if len(username.encode()) > longest:
        raise BadSecretError(
            f"The user name {username} has {len(username.encode())} bytes, and the database tells"
            f" only {longest} apart",
            remedy=f"Use a name of at most {longest - len(SUFFIX)} bytes",
        )
