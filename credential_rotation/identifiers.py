"""Names of users and databases, as a product takes them."""

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

CLONE_SUFFIX = "_clone"
"""How the name of the second user of an alternating login ends, as AWS has it."""

_PLAIN = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, kw_only=True)
class Identifiers:
    """What a product makes of names.

    Ours are lower-case ASCII, which no product folds, and which never need quotes; characters
    count as bytes.

    Attributes:
        product: Whose rules these are, as people call it.
        longest_user: Characters of a user's name.
        longest_admin: Characters of a master user's name, which RDS limits as well.
        longest_database: Characters of a database's name.
        reserved: Words that the product's grammar keeps, in lower case.
        owned: Names that the product, RDS or a convention already has.
        owned_prefixes: What such names begin with.
        existing_database: Pattern of the names that a database may have which exists already.
        existing_database_allowed: The same in words.
    """

    product: str
    longest_user: int
    longest_admin: int
    longest_database: int
    reserved: AbstractSet[str]
    owned: AbstractSet[str]
    owned_prefixes: tuple[str, ...]
    existing_database: str
    existing_database_allowed: str

    def admin(self, name: str) -> None:
        """Accept a name for the master user of a new server.

        Raises:
            ValueError: Says what is wrong with it.
        """
        self._accept(name, longest=self.longest_admin)

    def database(self, name: str) -> None:
        """Accept a name for a new database.

        Raises:
            ValueError: Says what is wrong with it.
        """
        self._accept(name, longest=self.longest_database)

    def existing(self, name: str) -> None:
        """Accept the name of a database that exists already.

        Raises:
            ValueError: The product has no database of that name.
        """
        if not re.fullmatch(self.existing_database, name):
            raise ValueError(
                f"{self.product} has no such database, but names of "
                f"{self.existing_database_allowed}"
            )

    def user(self, name: str, *, twin: bool) -> None:
        """Accept a name for a login's user.

        Args:
            name: The name.
            twin: Whether it needs room for the end of its twin's.

        Raises:
            ValueError: Says what is wrong with it.
        """
        self.rotating(name, twin=twin)
        self._accept(name, longest=self.longest_user)

    def rotating(self, name: str, *, twin: bool) -> None:
        """Accept a user's name for a rotation, in whichever characters.

        Args:
            name: The name.
            twin: Whether it needs room for the end of its twin's.

        Raises:
            ValueError: It is too long, or that of a twin.
        """
        if name.endswith(CLONE_SUFFIX):
            raise ValueError(
                f"names ending in {CLONE_SUFFIX} belong to the second user of a rotation"
            )
        _must_be_short(name, self.longest_user - (len(CLONE_SUFFIX) if twin else 0))

    def _accept(self, name: str, *, longest: int) -> None:
        if not _PLAIN.fullmatch(name):
            raise ValueError(
                "it has other characters than a-z, 0-9 and _, or begins with no letter"
            )
        _must_be_short(name, longest)
        if name in self.reserved:
            raise ValueError(f"it is a reserved word of {self.product}")
        if name in self.owned or name.startswith(self.owned_prefixes):
            raise ValueError(f"{self.product} or RDS keeps the name for itself")


def _must_be_short(name: str, longest: int) -> None:
    if len(name.encode()) > longest:
        raise ValueError(f"it has {len(name.encode())} bytes, and {longest} are the most")
