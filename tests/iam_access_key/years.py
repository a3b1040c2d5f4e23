"""Years of an access key's life on a simulated clock, with failures of everything."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fakes.secrets_manager import failure
from iam_access_key.user import IamUser
from rotation.errors import RotationError
from rotation.event import Step
from tests.iam_access_key.world import LIVES, World
from tokens.lives import Lives

LOOK = timedelta(hours=6)
"""How often the reaper runs, and the promises are checked at least."""

CALLS = 60
"""More than a step makes: some failures never happen."""

RETRIES = tuple(timedelta(minutes=minutes) for minutes in (0, 1, 5, 30))
"""When Secrets Manager tries a rotation; then it waits for somebody."""


class Died(BaseException):
    """A function's process is gone."""


@dataclass
class Years:
    """A schedule, a reaper, people who mend what rings, and chance.

    Bounded, because what fails for ever cannot be survived: a rotation succeeds within the days
    that people are promised (`notice`), and the reaper within a day.

    Attributes:
        interval: Days between two rotations.
        lives: Grace and notice.
        issuer: Who issues the keys.
        seed: Of chance.
        failures: How many calls failed, or were not answered, or were the function's last.
        rotations: How many rotations succeeded.
        violations: What must not be, and was.
    """

    interval: int = 30
    lives: Lives = LIVES
    issuer: type[IamUser] = IamUser
    seed: int = 0
    failures: int = 0
    rotations: int = 0
    reaped: int = 0
    violations: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311  # the same run each time
        self.world = World(lag=30, seed=self.seed, lives=self.lives, issuer=self.issuer)
        self._moved, self._current = self.world.clock.now(), self.world.labels["AWSCURRENT"]
        self._failed_reaps = 0

    def live(self, years: float) -> None:
        """Lets time pass."""
        end = self.world.clock.now() + timedelta(days=365 * years)
        due = self._next()
        while (now := self.world.clock.now()) < end:
            if now >= due:
                self._rotate(due)
                due = self._next()
            self._reap()
            self._check()
            self.world.clock.sleep(LOOK.total_seconds())

    def _next(self) -> datetime:
        """The next window, in which the rotation begins at any time."""
        window = timedelta(hours=self._random.uniform(0, 3))
        return self.world.clock.now() + timedelta(days=self.interval) + window

    def _rotate(self, due: datetime) -> None:
        """Secrets Manager tries; if that does not help, people do, within their days."""
        if self._random.random() > 0.1:  # else the schedule is missed
            for pause in RETRIES:
                self.world.clock.sleep(pause.total_seconds())
                if self._attempt(hope=0.5):
                    return
        late = due + self.lives.notice - timedelta(days=1)
        act = due + timedelta(days=self._random.uniform(0.5, self.lives.notice.days - 1))
        while self.world.clock.now() < act:
            self._reap()
            self._check()
            self.world.clock.sleep(LOOK.total_seconds())
        for _ in range(1000):
            if self._attempt(hope=1 if self.world.clock.now() > late else 0.6):
                return
            self.world.clock.sleep(3600)
        raise AssertionError("The rotation fails for ever")

    def _attempt(self, *, hope: float) -> bool:
        world = self.world
        token = world.labels.get("AWSPENDING", "")
        if token in {"", world.labels["AWSCURRENT"]}:
            token = world.begin()
        with_failures = self._random.random() > hope
        done = self._strike(lambda: self._steps(token), with_failures=with_failures)
        if done:
            world.stored.rotated_at = world.stored.changed_at = world.clock.now()
        self._check()
        return done

    def _steps(self, token: str) -> None:
        for step in Step:
            self.world.step(token, step)
            self._check()

    def _reap(self) -> None:
        fails = self._failed_reaps < 3 and self._random.random() < 0.3  # 18 hours
        done = self._strike(self._reaped, with_failures=fails)
        self._failed_reaps = 0 if done else self._failed_reaps + 1

    def _reaped(self) -> None:
        report = self.world.reap()
        self.reaped += len(report.gone)
        if report.lost:
            self.world.look_after(report.lost)

    def _strike(self, run: Callable[[], None], *, with_failures: bool) -> bool:
        """Runs a function; something may happen around one of its calls.

        Returns:
            Whether it succeeded.
        """
        world = self.world
        if with_failures:
            number, when = self._random.randrange(CALLS), self._random.choice(["before", "after"])
            how = self._random.choice([Died(), failure("ServiceUnavailable", "AnyCall", 503)])
            count = iter(range(10_000))

            def strike(_: str) -> None:
                if next(count) == number:
                    self.failures += 1
                    raise how

            setattr(world.iam, when, strike)
            setattr(world.secrets, when, strike)
        try:
            run()
        except (RotationError, Died):
            return False
        finally:
            for service in (world.iam, world.secrets):
                service.before = service.after = lambda _: None
        return True

    def _check(self) -> None:
        now = self.world.clock.now()
        if self.world.labels["AWSCURRENT"] != self._current:
            self._current, self._moved = self.world.labels["AWSCURRENT"], now
            self.rotations += 1
        self.violations += [f"{now:%Y-%m-%d %H:%M}: {each}" for each in self._broken(now)]

    def _broken(self, now: datetime) -> Iterator[str]:
        world = self.world
        oldest = max(now - key.created for key in world.iam.keys.values() if key.active)
        if oldest > self.lives.limit:
            yield f"an active key is {oldest.days} days old"
        if not world.works():
            yield "AWSCURRENT does not work"
        in_grace = now < self._moved + self.lives.grace
        if self.rotations and in_grace and not world.works("AWSPREVIOUS"):
            yield "AWSPREVIOUS does not work in its grace"
        pending = world.labels.get("AWSPENDING")
        resting = pending in {None, world.labels["AWSCURRENT"]}
        active = sum(key.active for key in world.iam.keys.values())
        if resting and now > self._moved + self.lives.grace + timedelta(days=1) and active > 1:
            yield f"{active} keys are active outside of the grace"
