"""Tells what holds locks, threads or connections that it lives on in a child process."""

import os
from typing import Protocol
from weakref import WeakSet


class Forkable(Protocol):
    """What has to know."""

    def forked(self) -> None:
        """Lets go of what is the parent process's."""


_watched: WeakSet[Forkable] = WeakSet()


def watch(forkable: Forkable) -> None:
    """Lets it know of forks for as long as it lives."""
    _watched.add(forkable)


def _tell() -> None:
    for forkable in tuple(_watched):
        forkable.forked()


if hasattr(os, "register_at_fork"):  # not on Windows, which has no forks
    os.register_at_fork(after_in_child=_tell)
