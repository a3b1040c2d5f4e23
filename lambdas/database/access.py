"""What a login may do with what belongs to other logins of its database."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum

from database.names import NameLimit, Pair
from rotation.errors import BadEventError

READS = "Reads"
WRITES = "Writes"


class Access(IntEnum):
    """How much; each includes the one before."""

    NONE = 0
    READ = 1
    """Reads tables, views and sequences."""

    WRITE = 2
    """Reads and changes rows; creates, alters and empties (TRUNCATE) nothing."""


@dataclass(frozen=True, slots=True)
class AccessChange:
    """From one access to another.

    Attributes:
        owner: Whose objects they are.
        before: What was granted, as far as a deployment did it.
        now: What shall be.
    """

    owner: Pair
    before: Access
    now: Access


def changes(
    properties: Mapping[str, object], before: Mapping[str, object], *, of: Pair, limit: NameLimit
) -> list[AccessChange]:
    """What a request asks for, in the order of the owners' names.

    Args:
        properties: `Reads` and `Writes` are lists with the user names of other logins.
        before: The same before an Update. What can't be used was never granted, and is passed over.
        of: Who gets the access.
        limit: See `Pair.of`.

    Raises:
        BadEventError: A property is no list of names of others.
        BadSecretError: The database does not tell a name apart.
    """
    now = _by_owner(properties)
    old = _by_owner({name: before.get(name) for name in (READS, WRITES) if _usable(before, name)})
    found = []
    for name in sorted(now.keys() | old.keys()):
        owner = Pair.of(name, limit)
        if owner == of:
            raise BadEventError(
                f"The login {of.base} is among those whose objects it shall read or write",
                remedy=f"Take {of.base} off its own reads and writes, where it may do all anyway",
            )
        found.append(AccessChange(owner, old.get(name, Access.NONE), now.get(name, Access.NONE)))
    return found


def _by_owner(properties: Mapping[str, object]) -> dict[str, Access]:
    reads, writes = _names(properties, READS), _names(properties, WRITES)
    return dict.fromkeys(reads, Access.READ) | dict.fromkeys(writes, Access.WRITE)


def _names(properties: Mapping[str, object], name: str) -> Collection[str]:
    value = properties.get(name) or []
    if isinstance(value, list) and all(map(_is_name, value)):
        return value
    raise BadEventError(
        f"The property {name} of the custom resource is no list of user names",
        remedy=f"Correct {name.lower()} of the login: a list with the names of other logins",
    )


def _usable(properties: Mapping[str, object], name: str) -> bool:
    try:
        _names(properties, name)
    except BadEventError:
        return False
    return True


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value != "" and value.isprintable()
