"""What one rotation takes: `python -m tools.walk` prints it as JSON, by strategy.

A file counts once, a move whenever a call or a return leads into another file of ours: both say how
far a reader has to go who follows a rotation.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

import rotation
from fakes.postgres import PostgresWorld
from local.postgres import PostgresServer

LAMBDAS = str(Path(rotation.__file__).resolve().parent.parent)
"""Of the version that is on the path, which need not be the one of this file."""


class Walk:
    """The files that run, in their order."""

    def __init__(self) -> None:
        self._places: list[str] = []

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watches this thread."""
        sys.setprofile(self._see)
        try:
            yield
        finally:
            sys.setprofile(None)

    def _see(self, frame: FrameType, event: str, _: object) -> None:
        file = frame.f_code.co_filename
        if event in {"call", "return"} and file.startswith(LAMBDAS):
            place = file
            if not self._places or self._places[-1] != place:
                self._places.append(place)

    def counts(self) -> dict[str, int]:
        """How many files, how many moves between them."""
        return {"files": len(set(self._places)), "moves": max(0, len(self._places) - 1)}


def measure(world: PostgresWorld, handler: Callable[..., None]) -> dict[str, int]:
    """Rotates until both users are there, and then once more, watched."""
    for _ in range(2):
        world.rotate(handler)
    world.secrets.calls.clear()
    logins, walk = world.connections(), Walk()
    with walk.watched():
        world.rotate(handler)
    return {
        **walk.counts(),
        "calls": len(world.secrets.calls),
        "logins": world.connections() - logins,
    }


def main() -> int:
    """Measures both strategies.

    Returns:
        The exit status.
    """
    with (
        PostgresServer(settings={"log_connections": "on"}) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("RDS_CA_BUNDLE", str(server.ca))
        worlds = {name: PostgresWorld(server) for name in ("alternating", "single")}
        for world in worlds.values():
            world.create_first_user()
        found = {name: measure(world, getattr(world, name)) for name, world in worlds.items()}
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
