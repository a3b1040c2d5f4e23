"""The mark by which a user is known to belong to a secret.

It is the role's comment. Setting it takes CREATEROLE and, from PostgreSQL 16 on, the ADMIN OPTION
on the role (https://www.postgresql.org/docs/current/sql-comment.html): the user itself can't, so it
proves that an admin did, and our code is the one that makes comments like this.
"""

import re

from postgres_user.sql import identifier, literal

_SECRET = re.compile(r"Login of .*, rotated by (arn:\S+)", re.DOTALL)


def text(base: str, secret: str) -> str:
    """What the comment says.

    Args:
        base: First user of the pair.
        secret: ARN of the secret.
    """
    return f"Login of {base}, rotated by {secret}"


def statement(username: str, base: str, secret: str) -> str:
    """SQL that marks a user."""
    return f"COMMENT ON ROLE {identifier(username)} IS {literal(text(base, secret))}"


def secret_in(comment: str | None) -> str | None:
    """The ARN of the secret that a comment names, if it is a mark."""
    found = _SECRET.fullmatch(comment or "")
    return found[1] if found else None
