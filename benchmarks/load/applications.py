"""Applications in a process of their own.

Started as `python -m benchmarks.load.applications` with a `Task` as JSON on standard input, it
prints a line when its pools are open, waits for another line of input, and prints one for each
operation (see `Record`) until standard input is closed. Each library has processes of its own: in
one process the refusals of one would take the time of another one's logins.
"""

import asyncio
import logging
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack

from benchmarks.load.libraries import library
from benchmarks.load.record import Record, Task
from benchmarks.load.way import AsyncOperation, AsyncWay, Operation, Way

WORKERS = 2
"""Threads or coroutines of each way."""

PAUSE_SECONDS = 1.0
"""Between two operations of a worker: two processors serve all, and are to wait for nobody."""

_over = threading.Event()


def main() -> None:
    """Run until standard input is closed; operations under way come to their end."""
    task = Task.read(sys.stdin.readline())
    logging.disable(logging.CRITICAL)  # pools and handles tell of each refusal, which is counted
    chosen = library(task)
    if task.coroutines:
        asyncio.run(_coroutines(chosen.async_ways()))
    else:
        _threads(chosen.ways())


def _begin() -> None:
    """Tell that all is ready, and wait until the others are."""
    _say("ready")
    sys.stdin.readline()
    threading.Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    sys.stdin.read()
    _over.set()


def _threads(ways: list[Way]) -> None:
    with ExitStack() as stack:
        threads = [
            threading.Thread(target=_repeat, args=(way.name, operate))
            for way in ways
            for operate in [way.open(stack)] * WORKERS
        ]
        _begin()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def _repeat(way: str, operate: Operation) -> None:
    while not _over.is_set():
        begun, error = time.monotonic(), None
        try:
            operate()
        except Exception as failure:  # noqa: BLE001 - whatever it is, the operation failed
            error = failure
        _say(Record.of(way, begun, error).text)
        _over.wait(PAUSE_SECONDS)


async def _coroutines(ways: list[AsyncWay]) -> None:
    async with AsyncExitStack() as stack:
        operations = [(way.name, await way.open(stack)) for way in ways]
        _begin()
        async with asyncio.TaskGroup() as group:
            for name, operate in operations * WORKERS:
                group.create_task(_repeat_async(name, operate))


async def _repeat_async(way: str, operate: AsyncOperation) -> None:
    while not _over.is_set():
        begun, error = time.monotonic(), None
        try:
            await operate()
        except Exception as failure:  # noqa: BLE001 - as above
            error = failure
        _say(Record.of(way, begun, error).text)
        await asyncio.sleep(PAUSE_SECONDS)


def _say(line: str, *, write: Callable[[str], object] = sys.stdout.write) -> None:
    """Write a line at once, and whole: threads share the stream."""
    write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
