"""Proofs that the sessions of a clone act as its base does.

The minor versions of November 2024 ignored `role` among what a session begins with; all before lost
it where a pool cleans a session (`DISCARD ALL`).
https://www.postgresql.org/docs/release/17.2/
"""

from database.names import Pair
from postgres_user.role import actors
from postgres_user.sql import Run
from rotation.errors import UnequalTwinsError

UPGRADE = "13.18, 14.15, 15.10, 16.6, 17.2 or newer"


def must_last(run: Run, username: str) -> None:
    """Refuses a server on which a session does not keep acting as it began.

    It asks the server's behaviour and not its version, which a provider may have mended.

    Args:
        run: A session that began with `role` set to its own user, which is always allowed.
        username: That user.

    Raises:
        UnequalTwinsError: The server forgets it.
    """
    # What of DISCARD ALL concerns `role`. RESET ALL, which is in it too, spares `role` by its own
    # rules, and would bring back time-outs that can only be taken away once the version is known.
    [[role, version]] = run(
        "SET SESSION AUTHORIZATION DEFAULT;"
        " SELECT current_setting('role'), current_setting('server_version')",
        doing="tell as whom a session acts that a pool has cleaned",
    )
    if role != username:
        raise UnequalTwinsError(
            f"PostgreSQL {version} does not let a session act as another user to its end, so what"
            " one of two alternating users creates would be denied to the other one",
            remedy=f"Upgrade the server to {UPGRADE}, or rotate a single user",
        )


def must_be_equal(run: Run, pair: Pair) -> None:
    """Refuses a session that does not act as one of the base would.

    Args:
        run: A session of either of the pair.
        pair: The two.

    Raises:
        UnequalTwinsError: It does not.
    """
    actor, expected = actors(run, pair.base)
    if actor != expected:
        raise UnequalTwinsError(
            f"A session of this user acts as {actor}, and one of {pair.base} would as {expected}",
            remedy="Nothing: the next attempt makes them equal again",
            retry_helps=True,
        )
