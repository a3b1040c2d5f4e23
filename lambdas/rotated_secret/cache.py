"""What is held of the secret, and when it is read again. Nothing here waits for Secrets Manager."""

import logging
import random
import threading
from dataclasses import dataclass, replace
from typing import Generic

from rotated_secret import forks
from rotated_secret.clock import Clock, Moment
from rotated_secret.errors import RotatedSecretError
from rotated_secret.reader import Reader
from rotated_secret.value import V
from rotated_secret.waiting import Flight

AGAIN_SECONDS = 0.1
"""Nobody's refusal makes it read again sooner than this after the last read began."""

UNREACHABLE_SECONDS = 10.0
"""A server that is not reached makes nobody read again sooner than this after the last read began.

While a database is down, that is all that its clients ask of Secrets Manager.
"""

LOST_SECONDS = 15.0
"""A read that takes longer is given up: its thread may have been frozen for hours."""

FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 60.0
"""When a refresh that failed is tried again; the time doubles in between."""

FIRST_BACK_OFF_SECONDS = 0.1
LONGEST_BACK_OFF_SECONDS = 5.0
"""How long nobody asks again after a failure, whoever waits for an answer; it doubles as well.

The longest is less than the patience of a caller, so that it notices when the error ends.
"""

OLD = 2.0
"""How many times `refresh_seconds` make what is held so old that a read waits for a newer one."""

TICK_SECONDS = 0.001
"""Who slept for as long as was told has slept long enough, whatever the clock's grain."""

logger = logging.getLogger("rotated_secret")


@dataclass(frozen=True, slots=True)
class Held(Generic[V]):
    """What is held.

    Attributes:
        value: One version of the secret.
        asked: When Secrets Manager was asked for it: it is as old as that, whenever it arrived.
        due: When to read it again.
    """

    value: V
    asked: Moment
    due: Moment


@dataclass(frozen=True, slots=True)
class Failing:
    """How reading fails at present.

    Attributes:
        error: The newest error.
        since: When it came.
        pause: For how long nobody asks again.
        times: How many reads have failed, one after the other.
    """

    error: RotatedSecretError
    since: Moment
    pause: float
    times: int


class Cache(Generic[V]):
    """Holds the newest version, and begins to read it again when it is due or refused.

    There is one read at a time, however many ask. `fresh` takes no lock.

    Attributes:
        held: What is held; None before the first read.
    """

    def __init__(self, reader: Reader[V], *, refresh_seconds: float, clock: Clock) -> None:
        """Is empty at first.

        Args:
            reader: Reads the secret.
            refresh_seconds: How old a version becomes before it is read again.
            clock: The time.
        """
        self.held: Held[V] | None = None
        self._reader = reader
        self._refresh_seconds = refresh_seconds
        self._clock = clock
        self._monotonic = clock.monotonic
        self._wall = clock.wall
        self._lock = threading.Lock()
        self._flight: Flight | None = None
        self._asked: Moment | None = None
        self._failing: Failing | None = None
        self._rejected = ("", 0)
        """For which version it was read again how often because a target refused it."""
        forks.watch(self)

    def fresh(self) -> V | None:
        """What is held, if it is not yet due. This is the way that a read takes nearly always."""
        held = self.held
        if (
            held is not None
            and self._monotonic() < held.due.monotonic
            and self._wall() < held.due.wall
        ):
            return held.value
        return None

    def newest(self) -> V | None:
        """What is held, however old it is; begins to read again if that is due."""
        value = self.fresh()
        if value is None:
            self.refresh()
            value = self.held.value if self.held else None
        return value

    def refresh(self) -> Flight:
        """The read that is under way; begins one if there is none.

        With nothing held, shortly after a failure, it is one that has ended with that failure.
        """
        with self._lock:
            if self._flight is None and self.held is None and self._failing and self.back_off():
                return Flight.failed(self._clock.now(), self._failing.error)
            flight, is_new = self._join()
        if is_new:
            self._start(flight)
        return flight

    def refresh_refused(self, version_id: str) -> Flight | None:
        """Reads again because the target refused a version.

        Args:
            version_id: The version.

        Returns:
            The read; None if another version is held already, or this was read just now.
        """
        return self._refresh_doubted(version_id, AGAIN_SECONDS)

    def refresh_rejected(self, version_id: str) -> Flight | None:
        """Reads again because a target refused a version that may be right all the same.

        Such as an HTTP server that forbids something. As long as the version stays, each read is
        followed by a time twice as long without one.

        Args:
            version_id: The version.

        Returns:
            The read; None if another version is held already, or this was read not long ago.
        """
        whose, times = self._rejected
        times = times if whose == version_id else 0
        doubled = min(AGAIN_SECONDS * 2.0 ** min(times, 30), UNREACHABLE_SECONDS)
        before = self._flight
        flight = self._refresh_doubted(version_id, doubled if times else 0.0)
        if flight is not None and flight is not before:
            self._rejected = version_id, times + 1
        return flight

    def refresh_unreachable(self, version_id: str) -> Flight | None:
        """Reads again because the server that a version names was not reached.

        Args:
            version_id: The version.

        Returns:
            The read; None if another version is held already, or this was read not long ago.
        """
        return self._refresh_doubted(version_id, UNREACHABLE_SECONDS)

    def _refresh_doubted(self, version_id: str, not_within: float) -> Flight | None:
        with self._lock:
            if self.held is not None and self.held.value.version_id != version_id:
                return None
            if self._flight is None and (self._asked_within(not_within) or self.back_off()):
                return None
            flight, is_new = self._join()
        if is_new:
            self._start(flight)
        return flight

    @property
    def fails(self) -> bool:
        """Whether the last read failed."""
        return self._failing is not None

    def back_off(self) -> float:
        """How long nobody asks again, because of an error; 0 as a rule."""
        failing = self._failing
        if failing is None:
            return 0.0
        left = failing.pause - self._clock.now().since(failing.since)
        return left if left > TICK_SECONDS else 0.0

    def worth_waiting(self, flight: Flight, seconds: float) -> float:
        """How long a caller waits for a newer one.

        Args:
            flight: The read that brings it.
            seconds: For how long anyone waits for one and the same read, counted from its begin.

        Returns:
            Seconds; 0 if what is held is young enough to go on with.
        """
        now = self._clock.now()
        if self.held and now.since(self.held.asked) < OLD * self._refresh_seconds:
            return 0.0
        return max(0.0, seconds - now.since(flight.begun))

    def forked(self) -> None:
        """In a child process: the parent's threads, its locks and connections are not ours."""
        self._lock = threading.Lock()
        self._flight = None
        self._reader.forked()

    def _asked_within(self, seconds: float) -> bool:
        return self._asked is not None and self._clock.now().since(self._asked) < seconds

    def _join(self) -> tuple[Flight, bool]:
        now = self._clock.now()
        flight = self._flight
        if flight is not None and now.since(flight.begun) < LOST_SECONDS:
            return flight, False
        self._flight = Flight(now)
        self._asked = now
        return self._flight, True

    def _start(self, flight: Flight) -> None:
        thread = threading.Thread(
            target=self._fly, args=(flight,), name="rotated-secret", daemon=True
        )
        try:
            thread.start()
        except RuntimeError:  # no more threads can be had, as when the interpreter ends
            self._fly(flight)

    def _fly(self, flight: Flight) -> None:
        failure = None
        try:
            value = self._reader.read()
        except RotatedSecretError as error:
            failure = error
            self._note_failure(flight, error)
        else:
            self._note(flight, value)
        finally:
            flight.landed.set_result(failure)

    def _note(self, flight: Flight, value: V) -> None:
        lifetime = self._refresh_seconds * random.uniform(0.8, 1.0)  # noqa: S311  # spreads reads
        with self._lock:
            if self._flight is flight:  # else it was given up, and a newer one may have landed
                self._flight = None
                self._failing = None
                self.held = Held(value, flight.begun, flight.begun.after(lifetime))

    def _note_failure(self, flight: Flight, error: RotatedSecretError) -> None:
        logger.warning("%s", error)
        with self._lock:
            if self._flight is not flight:
                return
            self._flight = None
            now, times = self._clock.now(), self._failing.times if self._failing else 0
            pause = _growing(FIRST_BACK_OFF_SECONDS, times, LONGEST_BACK_OFF_SECONDS)
            self._failing = Failing(error, now, pause, times + 1)
            if self.held is not None:
                retry = _growing(FIRST_RETRY_SECONDS, times, LONGEST_RETRY_SECONDS)
                self.held = replace(self.held, due=now.after(retry))


def _growing(first: float, times: int, longest: float) -> float:
    """A pause that doubles, up to a quarter shorter at random: not all come back at once."""
    doubled = first * 2.0 ** min(times, 30)
    return min(doubled, longest) * random.uniform(0.75, 1.0)  # noqa: S311  # spreads, hides nothing
