"""Names that AWS or PostgreSQL is going to accept."""

import re

CLONE_SUFFIX = "_clone"
LONGEST_IDENTIFIER = 63
"""Bytes. PostgreSQL cuts longer names off without an error, so that two names can become one."""

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_OWNED_PREFIXES = ("pg_", "rds")
"""Roles that PostgreSQL and RDS keep for themselves: pg_monitor, rdsadmin, rds_superuser."""

_OWNED_NAMES = frozenset({"admin", "none", "postgres", "public", "template0", "template1"})
"""Refused by RDS as master user (admin), by CREATE ROLE (none, public), or there already."""

# https://www.postgresql.org/docs/17/sql-keywords-appendix.html, the words marked as reserved.
_RESERVED_WORDS = """
all analyse analyze and any array as asc asymmetric authorization binary both case cast check
collate collation column concurrently constraint create cross current_catalog current_date
current_role current_schema current_time current_timestamp current_user default deferrable desc
distinct do else end except false fetch for foreign freeze from full grant group having ilike in
initially inner intersect into is isnull join lateral leading left like limit localtime
localtimestamp natural not notnull null offset on only or order outer overlaps placing primary
references returning right select session_user similar some symmetric system_user table
tablesample then to trailing true union unique user using variadic verbose when where window
with
"""
_RESERVED = frozenset(_RESERVED_WORDS.split())


def identifier(value: str, *, longest: int = LONGEST_IDENTIFIER) -> str:
    """Accept a name for a PostgreSQL role or database that never needs quotes.

    Only ASCII passes, so that characters count as bytes.

    Args:
        value: The name.
        longest: How many bytes it may have.

    Raises:
        ValueError: PostgreSQL or RDS would refuse the name, cut it off, or owns it.
    """
    if not _IDENTIFIER.fullmatch(value):
        raise ValueError("it has other characters than a-z, 0-9 and _, or begins with no letter")
    if len(value) > longest:
        raise ValueError(f"it has {len(value)} bytes")
    if value in _RESERVED:
        raise ValueError("it is a reserved word of PostgreSQL")
    if value in _OWNED_NAMES or value.startswith(_OWNED_PREFIXES):
        raise ValueError("PostgreSQL or RDS keeps the name for itself")
    return value


def admin_username(value: str) -> str:
    """Accept a name for the master user.

    Raises:
        ValueError: See `identifier`. RDS allows 16 characters.
    """
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
    return identifier(value, longest=16)


def login_username(value: str) -> str:
    """Accept a name for a login's user that leaves room for its twin's, or none.

    Raises:
        ValueError: See `identifier`; or the name is itself that of a twin.
    """
    if not value:
        return value
    if value.endswith(CLONE_SUFFIX):
        raise ValueError(f"names ending in {CLONE_SUFFIX} belong to the second user of a rotation")
    return identifier(value, longest=LONGEST_IDENTIFIER - len(CLONE_SUFFIX))


def resource_name(value: str) -> str:
    """Accept a part of the name of AWS resources: the strictest is that of an RDS instance.

    Raises:
        ValueError: Not lower-case letters, digits and single hyphens, beginning with a letter.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", value):
        raise ValueError("it is not made of lower-case letters, digits and single hyphens")
    return value


def optional_resource_name(value: str) -> str:
    """Accept a part of the name of AWS resources, or none.

    Raises:
        ValueError: See `resource_name`.
    """
    return resource_name(value) if value else value
