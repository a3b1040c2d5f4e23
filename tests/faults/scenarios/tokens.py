"""A token whose rotation is struck at any call: crashes, duplicates, strangers, late calls.

The issuer (IAM with STS, or a vendor) and Secrets Manager are in memory, at a simulated clock; the
issuer's answers may be half a minute behind. There is no PostgreSQL in it; the bench looks for
tokens in what the functions print.
"""

import json
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from botocore.exceptions import ClientError, ReadTimeoutError

from fakes.secrets_manager import failure
from iam_access_key.user import IamUser
from rotation.errors import RotationError
from rotation.event import Step
from rotation.observability import observed
from tests.faults.bench import EVERY, Bench
from tests.faults.calls import When
from tests.faults.crash import Crash
from tests.faults.tally import Tally, Verdict
from tests.iam_access_key.world import ARN, World
from tests.iam_access_key.years import Years

LAGS = (0, 30)
ATTEMPTS = 6
"""How often Secrets Manager tries, a minute or two apart."""

Strike = Callable[[World], None]


@dataclass
class Struck:
    """A call of the rotation around which something happens, once.

    Attributes:
        number: Which call.
        when: On which side of it.
        how: What it is called.
        strike: What happens; it may raise.
        lag: Seconds that the issuer's answers may be behind.
        issuer: Who it is.
        more: What else goes wrong from then on, by the name of the call.
        reached: Whether it happened.
        world: To whose rotation.
        errors: What Lambda would print of the functions' errors, and more: the whole chains.
    """

    number: int
    when: When
    how: str
    strike: Strike
    lag: float
    issuer: type[IamUser]
    more: frozenset[str] = frozenset()
    reached: bool = False
    world: World = field(init=False)
    errors: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.how} {self.when} call {self.number}, {self.lag:g} s behind"

    def prepare(self) -> World:
        """Makes the world to which it happens."""
        self.world = prepared(self.issuer, self.lag, seed=self.number)
        self.world.errors = self.errors
        return self.world

    def arm(self, world: World) -> None:
        """Counts the calls of both services from now on."""
        seen = {When.BEFORE: 0, When.AFTER: 0}

        def at(when: When) -> Callable[[str], None]:
            def count(name: str) -> None:
                number, seen[when] = seen[when], seen[when] + 1
                if (number, when) == (self.number, self.when):
                    self.reached = True
                    self.strike(world)
                elif self.reached and when is When.BEFORE and name in self.more:
                    raise failure("ServiceUnavailable", name, 503)

            return count

        world.iam.before = world.secrets.before = at(When.BEFORE)
        world.iam.after = world.secrets.after = at(When.AFTER)


def disarm(world: World) -> None:
    """Lets nothing happen any more."""
    world.iam.before = world.secrets.before = lambda _: None
    world.iam.after = world.secrets.after = lambda _: None


def prepared(issuer: type[IamUser], lag: float, seed: int = 0) -> World:
    """A key that was rotated, so that the next rotation has to make room too."""
    world = World(lag=lag, seed=seed, issuer=issuer)
    world.rotate()
    world.clock.pass_days(10)
    return world


def _die(_: World) -> None:
    raise Crash


def _lose(_: World) -> None:
    raise ReadTimeoutError(endpoint_url="https://aws")


def _refuse(_: World) -> None:
    raise failure("ServiceUnavailable", "AnyCall", 503)


def crashes(bench: Bench, *, issuer: type[IamUser] = IamUser, pick: slice = EVERY) -> Tally:
    """The function dies, or gets no answer, before and after each call of both services."""
    kinds: dict[str, tuple[Strike, frozenset[str]]] = {
        "crash": (_die, frozenset()),
        "no answer": (_lose, frozenset()),
        "refusal, and no deletion": (_refuse, frozenset({"delete_access_key"})),
    }
    faults = [
        Struck(number, when, how, strike, lag, issuer, more)
        for lag in LAGS
        for how, (strike, more) in kinds.items()
        for when, number in calls_of_a_rotation(issuer, lag)
        if not (how.startswith("refusal") and when is When.AFTER)
    ]
    return _run(bench, "crash around each call of both services", faults[pick], _crash)


def duplicates(bench: Bench, *, issuer: type[IamUser] = IamUser, pick: slice = EVERY) -> Tally:
    """A second and a third run do all four steps while the first one is at any call."""

    def twins(world: World) -> None:
        disarm(world)
        token = world.labels.get("AWSPENDING") or world.labels["AWSCURRENT"]  # after the last call
        for _ in range(2):
            attempt(world, token)

    return _run(bench, "three runs at once", _at_each_call(issuer, "twins", twins, pick), _crash)


def strangers(bench: Bench, *, issuer: type[IamUser] = IamUser, pick: slice = EVERY) -> Tally:
    """Somebody makes a key for the user while the rotation is at any call."""

    def make(world: World) -> None:
        with suppress(ClientError):  # if there is no room, there is no stranger
            world.iam.make(by="stranger")

    return _run(
        bench, "a stranger makes a key", _at_each_call(issuer, "stranger", make, pick), _stranger
    )


def stale(bench: Bench, *, issuer: type[IamUser] = IamUser, pick: slice = EVERY) -> Tally:
    """A run hangs at any call, is given up, and comes back when two newer rotations are over."""

    def give_up(world: World) -> None:
        disarm(world)
        world.labels.pop("AWSPENDING", None)
        for _ in range(2):
            world.clock.pass_days(10)
            settle(world)

    return _run(
        bench, "stale (given up): call", _at_each_call(issuer, "stuck", give_up, pick), _stale
    )


def years(_: Bench, *, issuer: type[IamUser] = IamUser, lives: int) -> Tally:
    """Ten years of schedules, rotations and reapers that fail, and people who mend them in time."""
    tally = Tally("10 years of one key, everything failing", strategy_of(issuer), wanted=lives)
    failures = 0
    for seed in range(lives):
        verdict, life = Verdict(f"life {seed}"), Years(seed=seed, issuer=issuer)
        life.live(10)
        failures += life.failures
        verdict.wrong(life.violations, "")
        tally.add(verdict)
    tally.note = f"{failures:,} failures"
    return tally


def strategy_of(issuer: type[IamUser]) -> str:
    """How the table calls it."""
    return issuer.kind if issuer.lists else f"{issuer.kind}, unlisted"


def _at_each_call(issuer: type[IamUser], how: str, strike: Strike, pick: slice) -> list[Struck]:
    return [
        Struck(number, when, how, strike, lag, issuer)
        for lag in LAGS
        for when, number in calls_of_a_rotation(issuer, lag)
    ][pick]


def calls_of_a_rotation(issuer: type[IamUser], lag: float) -> list[tuple[When, int]]:
    """Where something can happen until the label has moved, polling included."""
    world, seen = prepared(issuer, lag), {When.BEFORE: 0, When.AFTER: 0}

    def count(when: When) -> Callable[[str], None]:
        def one_more(_: str) -> None:
            seen[when] += 1

        return one_more

    world.iam.before = world.secrets.before = count(When.BEFORE)
    world.iam.after = world.secrets.after = count(When.AFTER)
    world.rotate()
    return [(when, number) for when in When for number in range(seen[when])]


def attempt(world: World, token: str) -> RotationError | Crash | None:
    """The four steps, until one fails, as Secrets Manager does it."""
    for step in Step:
        try:
            with observed(
                strategy=world.strategy.name,
                step=step,
                secret=ARN,
                correlation_id=token,
                request_id="request",
            ):
                world.step(token, step)
        except (RotationError, Crash) as error:
            world.errors.append("".join(traceback.format_exception(error)))
            return error
    world.stored.rotated_at = world.stored.changed_at = world.clock.now()
    return None


def settle(world: World) -> str | None:
    """Lets Secrets Manager try until a rotation succeeds.

    Returns:
        What ended the last attempt, if none did.
    """
    error: RotationError | Crash | None = None
    for _ in range(ATTEMPTS):
        token = world.labels.get("AWSPENDING", "")
        if token in {"", world.labels["AWSCURRENT"]}:
            token = world.begin()
        error = attempt(world, token)
        if error is None:
            return None
        world.clock.sleep(120)
    return str(error)


def wrong(world: World) -> Iterator[str]:
    """What must never be, at any instant."""
    if not world.works():
        yield "AWSCURRENT does not sign requests"
    if any(key.by == "stranger" for key in world.iam.deleted.values()):
        yield "a key of a stranger was deleted"


def _finished(world: World, verdict: Verdict) -> None:
    """Nothing of ours is lost; a vendor's token may be left to the reaper, or be told to people."""
    told: frozenset[str] = frozenset()
    if not world.strategy.issuer.exclusive:
        world.clock.sleep(60)  # until nobody is at it
        told = world.reap().lost
    ours = {id_: key.name for id_, key in world.iam.keys.items() if key.by == "us"}
    held = {world.id(), world.id("AWSPREVIOUS")}
    lost = {id_ for id_, name in ours.items() if not {id_, name} & told} - held
    verdict.wrong([f"{len(lost)} key(s) of ours lost"] if lost else [], "at the end")
    verdict.wrong(list(wrong(world)), "at the end")


def _crash(struck: Struck) -> Verdict:
    world, verdict = struck.prepare(), Verdict(str(struck))
    former, token = world.labels["AWSCURRENT"], world.begin()
    struck.arm(world)
    error = attempt(world, token)
    disarm(world)
    verdict.injected = struck.reached
    verdict.wrong(list(wrong(world)), "when it had happened")
    if error is not None:
        world.clock.sleep(60)
        if world.labels["AWSCURRENT"] == former and (trouble := settle(world)):
            verdict.wrong([trouble], "when the steps ran again")
    if world.labels["AWSCURRENT"] == former:
        verdict.wrong(["AWSCURRENT did not move"], "at the end")
    _finished(world, verdict)
    return verdict


def _stranger(struck: Struck) -> Verdict:
    """The rotation goes on, or is refused until a person has looked at the key."""
    world, verdict = struck.prepare(), Verdict(str(struck))
    token = world.begin()
    struck.arm(world)
    attempt(world, token)
    disarm(world)
    verdict.injected = struck.reached
    for _ in range(3):
        world.clock.sleep(120)
        attempt(world, world.labels.get("AWSPENDING") or world.begin())
        world.reap()
        verdict.wrong(list(wrong(world)), "while it was there")
    theirs = [id_ for id_, key in world.iam.keys.items() if key.by == "stranger"]
    for key_id in theirs if world.strategy.issuer.exclusive else []:
        verdict.remarks.append("refused until somebody looked")
        world.iam.remove(key_id)
        world.iam.deleted.pop(key_id)
        world.clock.sleep(60)
        if trouble := settle(world):
            verdict.wrong([trouble], "when it was gone")
    _finished(world, verdict)
    return verdict


def _stale(struck: Struck) -> Verdict:
    world, verdict = struck.prepare(), Verdict(str(struck))
    token = world.begin()
    struck.arm(world)
    attempt(world, token)
    disarm(world)
    verdict.injected = struck.reached
    verdict.wrong(list(wrong(world)), "when it came back")
    world.clock.pass_days(10)
    world.reap()
    world.clock.pass_days(10)
    world.reap()
    if trouble := settle(world):
        verdict.wrong([trouble], "in the next rotation")
    _finished(world, verdict)
    return verdict


def _run(
    bench: Bench, name: str, faults: list[Struck], check: Callable[[Struck], Verdict]
) -> Tally:
    tally = Tally(name, strategy_of(faults[0].issuer), wanted=len(faults))
    for struck in faults:
        tally.add(check(struck))
        bench.errors += struck.errors
        bench.passwords |= _keys(struck.world)
    return tally


def _keys(world: World) -> set[str]:
    """Every secret access key in a version of the secret."""
    documents = (json.loads(text) for text in world.stored.contents.values() if text)
    return {each["SecretAccessKey"] for each in documents if "SecretAccessKey" in each}
