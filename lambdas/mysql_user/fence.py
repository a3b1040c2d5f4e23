"""The lock that keeps the writers of one pair of users apart.

It is a lock of the session that makes the changes (GET_LOCK), so it ends with that, whatever the
statements within have committed, and a writer whose session was ended can't change anything any
more, whatever packets of it are still on the way: the server frees the lock when the session's last
statement is over. Who gets the lock reads the pending version again before it changes anything: a
writer that was given up in the meantime stops there.

A second lock, named after the owner and taken first, tells sessions of one rotation from those of
another: who has it and not the fence finds there somebody else. All locks are of the whole server.

A session may end those of its own user (KILL), and needs no further right for that. Others end by
themselves: a session of ours that says nothing for `wait_timeout` is ended by the server.

https://dev.mysql.com/doc/refman/8.4/en/locking-functions.html
"""

import hashlib

from mysql_user.sql import Run, text
from rotation.errors import BusyError, RefusedChangeError

PATIENCE_SECONDS = 3
"""How long a writer waits for another one of the same rotation before it takes it for stuck."""

_LONGEST_NAME = 64


def enter(run: Run, base: str, owner: str, username: str, *, seconds: float) -> None:
    """Takes the lock.

    Args:
        run: The session.
        base: First user of the pair.
        owner: Whose session this is.
        username: The session's user.
        seconds: Longest wait for a session that was ended.

    Raises:
        BusyError: The lock can't be had.
    """
    own, fence = _name("rotation", base, owner), _name("rotation", base)
    if not _lock(run, own, PATIENCE_SECONDS):
        _end_holder(run, own, username, doing="end a stuck rotation")
        _must_lock(run, own, base, seconds)
    if _lock(run, fence, 0):
        return
    if not _is_in_turn(run, fence, base):
        _end_holder(run, fence, username, doing="end another rotation")
    _must_lock(run, fence, base, seconds)


def wait_in_turn(run: Run, base: str, *, seconds: float) -> None:
    """Takes the same lock for a change that neither ends others nor is ended.

    A rotation that comes meanwhile waits for it.

    Args:
        run: See `enter`.
        base: See `enter`.
        seconds: Longest wait.

    Raises:
        BusyError: The lock can't be had.
    """
    _must_lock(run, _name("access", base), base, seconds)
    _must_lock(run, _name("rotation", base), base, seconds)


def leave(run: Run) -> None:
    """Gives all locks back."""
    run("SELECT RELEASE_ALL_LOCKS()", doing="let others in")


def _lock(run: Run, name: str, seconds: float) -> bool:
    [[locked]] = run(f"SELECT GET_LOCK({text(name)}, {seconds:f})", doing="lock others out")
    return bool(locked)


def _must_lock(run: Run, name: str, base: str, seconds: float) -> None:
    if not _lock(run, name, seconds):
        raise BusyError(
            f"Another session holds the lock {name} that keeps the rotations of {base} apart",
            remedy=f"Wait, or find it by SELECT IS_USED_LOCK('{name}') and end it",
        )


def _is_in_turn(run: Run, fence: str, base: str) -> bool:
    [[same]] = run(
        f"SELECT IS_USED_LOCK({text(fence)}) = IS_USED_LOCK({text(_name('access', base))})",
        doing="tell who is there",
    )
    return bool(same)


def _end_holder(run: Run, name: str, username: str, *, doing: str) -> None:
    """Ends the session that holds a lock, if it is of our own user."""
    found = run(
        "SELECT ID FROM information_schema.PROCESSLIST"  # noqa: S608  # composed
        f" WHERE ID = IS_USED_LOCK({text(name)}) AND USER = {text(username)}",
        doing="tell who is there",
    )
    for [session] in found:
        try:
            run(f"KILL {session:d}", doing=doing)
        except RefusedChangeError:
            return  # It is gone by itself.


def _name(purpose: str, *parts: str) -> str:
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f"{purpose} {digest}"[: _LONGEST_NAME - 8]
