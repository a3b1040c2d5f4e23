"""The lock that keeps the writers of one pair of users apart.

It is an advisory lock of the transaction that makes the changes, so it ends with it, and a writer
whose session was ended can't change anything any more, whatever packets of it are still on the way.
Who gets the lock reads the pending version again before it changes anything: a writer that was
given up in the meantime stops there.

https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS

Advisory locks are per database. Two secrets that name one user in two databases are not kept apart.
"""

import hashlib
from typing import Protocol

from postgres_user.sql import Run, literal
from rotation.errors import BusyError

PREFIX = "rotation "
_IN_TURN = "access "
_LONGEST_NAME = 63

ITSELF = "SET LOCAL ROLE NONE; "
"""As whom a login acts may be set for it; `postgres_user.start_up` fixes all other settings."""

PATIENCE_SECONDS = 3
"""How long a writer waits for another one of the same rotation before it takes it for stuck."""


class Begin(Protocol):
    """Begins a transaction with the lock of a pair."""

    def __call__(
        self, run: Run, base: str, owner: str, *, lock_seconds: float, statement_seconds: float
    ) -> None:
        """See `begin` and `wait_in_turn`."""


def session_name(owner: str) -> str:
    """How a session is called in `pg_stat_activity`, so that a later one can tell whose it is."""
    return f"{PREFIX}{owner}"[:_LONGEST_NAME]


def begin(
    run: Run, base: str, owner: str, *, lock_seconds: float, statement_seconds: float
) -> None:
    """Begins the transaction and takes the lock.

    Args:
        run: The session.
        base: First user of the pair.
        owner: Whose session this is.
        lock_seconds: Longest wait for any lock.
        statement_seconds: Longest statement.

    Raises:
        BusyError: The lock can't be had.
    """
    key = _key(base)
    transaction = _begin(lock_seconds, statement_seconds)
    [[locked]] = run(
        f"{transaction}; SELECT pg_try_advisory_xact_lock({key})", doing="lock others out"
    )
    if locked:
        return
    again = f"ROLLBACK; {transaction}"
    # A writer of another rotation is ended at once; one of the same may well be done soon.
    others = f"<> {literal(session_name(owner))}"
    run(f"{again}; {_end_sessions(key, others)}", doing="end another rotation")
    if _wait(run, again, key, PATIENCE_SECONDS, then=lock_seconds):
        return
    run(f"{again}; {_end_sessions(key, 'IS NOT NULL')}", doing="end a stuck rotation")
    if _wait(run, again, key, lock_seconds, then=lock_seconds):
        return
    raise BusyError(
        f"Another session holds the advisory lock {key} that keeps the rotations of {base} apart",
        remedy="Find it in pg_locks and end it",
    )


def wait_in_turn(
    run: Run, base: str, owner: str, *, lock_seconds: float, statement_seconds: float
) -> None:
    """Begins a transaction with the same lock for a change that neither ends others nor is ended.

    Its session has another name meanwhile, so a rotation that comes waits for it.

    Args:
        run: See `begin`.
        base: See `begin`.
        owner: See `begin`.
        lock_seconds: See `begin`.
        statement_seconds: See `begin`.

    Raises:
        BusyError: The lock can't be had.
    """
    name = literal(f"{_IN_TURN}{owner}"[:_LONGEST_NAME])
    run(
        f"{_begin(lock_seconds, statement_seconds)}; SET LOCAL application_name = {name};"
        f" SELECT pg_advisory_xact_lock({_key(base)})",
        doing="wait for others to be done",
    )


def _begin(lock_seconds: float, statement_seconds: float) -> str:
    statement = _milliseconds(statement_seconds)
    return (
        f"BEGIN; {ITSELF}"
        f"SET LOCAL lock_timeout = {_milliseconds(lock_seconds)}; "
        f"SET LOCAL statement_timeout = {statement}; "
        # A writer that got stuck frees the lock by itself.
        f"SET LOCAL idle_in_transaction_session_timeout = {2 * statement}"
    )


def _wait(run: Run, begin_again: str, key: int, seconds: float, *, then: float) -> bool:
    try:
        run(
            f"{begin_again}; SET LOCAL lock_timeout = {_milliseconds(seconds)};"
            f" SELECT pg_advisory_xact_lock({key});"
            f" SET LOCAL lock_timeout = {_milliseconds(then)}",
            doing="lock others out",
        )
    except BusyError:
        return False
    return True


def _end_sessions(key: int, name_condition: str) -> str:
    high, low = key >> 32 & 0xFFFFFFFF, key & 0xFFFFFFFF
    return (
        "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"  # noqa: S608  # composed
        f" WHERE locktype = 'advisory' AND granted AND classid = {high} AND objid = {low}"
        " AND objsubid = 1 AND database = datid AND datname = current_database()"
        f" AND pid <> pg_backend_pid() AND starts_with(application_name, {literal(PREFIX)})"
        f" AND application_name {name_condition}"
    )


def _key(base: str) -> int:
    digest = hashlib.sha256(f"credential rotation of {base}".encode()).digest()
    return int.from_bytes(digest[:8]) >> 1  # a positive bigint


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))
