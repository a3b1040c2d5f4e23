"""A certificate whose rotation is struck at any call: crashes, lost answers, duplicates, late runs.

KMS and Secrets Manager are in memory; handshakes are real. There is no PostgreSQL in it; the bench
looks for private keys in what the functions print.
"""

import json
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace

from botocore.exceptions import ReadTimeoutError

from certificate.declaration import Usage
from fakes.secrets_manager import failure
from rotation.errors import RotationError
from rotation.event import Step
from rotation.observability import observed
from tests.certificate.world import ARN, WEB, World
from tests.faults.bench import EVERY, Bench
from tests.faults.calls import When
from tests.faults.crash import Crash
from tests.faults.tally import Tally, Verdict

STRATEGY = "certificate"
ATTEMPTS = 3
"""How often Secrets Manager tries, at least."""

Strike = Callable[[World], None]


def prepared() -> World:
    """A certificate that was rotated; for one name of a server, so that proofs take less time."""
    world = World(replace(WEB, dns_names=("localhost",), addresses=(), usages=(Usage.SERVER,)))
    world.rotate()
    return world


def _die(_: World) -> None:
    raise Crash


def _lose(_: World) -> None:
    raise ReadTimeoutError(endpoint_url="https://aws")


def _refuse(_: World) -> None:
    raise failure("ServiceUnavailable", "AnyCall", 503)


def _twins(world: World) -> None:
    disarm(world)
    token = world.labels.get("AWSPENDING") or world.labels["AWSCURRENT"]  # after the last call
    for _ in range(2):
        attempt(world, token, [])


def _give_up(world: World) -> None:
    disarm(world)
    world.labels.pop("AWSPENDING", None)
    for _ in range(2):
        settle(world, [])


def crashes(bench: Bench, *, pick: slice = EVERY) -> Tally:
    """The function dies, or gets no answer, before and after each call of both services."""
    strikes: dict[str, Strike] = {"crash": _die, "no answer": _lose, "refusal": _refuse}
    return _run(bench, "crash around each call of KMS and Secrets Manager", strikes, pick)


def duplicates(bench: Bench, *, pick: slice = EVERY) -> Tally:
    """A second and a third run do all four steps while the first one is at any call."""
    return _run(bench, "three runs at once", {"twins": _twins}, pick)


def stale(bench: Bench, *, pick: slice = EVERY) -> Tally:
    """A run hangs at any call, is given up, and comes back when two newer rotations are over."""
    return _run(bench, "stale (given up): call", {"stuck": _give_up}, pick)


def disarm(world: World) -> None:
    """Lets nothing happen any more."""
    for service in (world.kms, world.secrets):
        service.before = service.after = lambda _: None


def attempt(world: World, token: str, errors: list[str]) -> RotationError | Crash | None:
    """The four steps, until one fails, as Secrets Manager does it."""
    for step in Step:
        try:
            with observed(
                strategy=STRATEGY, step=step, secret=ARN, correlation_id=token, request_id="request"
            ):
                world.step(token, step)
        except (RotationError, Crash) as error:
            errors.append("".join(traceback.format_exception(error)))
            return error
    return None


def settle(world: World, errors: list[str]) -> str | None:
    """Lets Secrets Manager try until a rotation succeeds.

    Returns:
        What ended the last attempt, if none did.
    """
    error: RotationError | Crash | None = None
    for _ in range(ATTEMPTS):
        token = world.labels.get("AWSPENDING", "")
        if token in {"", world.labels["AWSCURRENT"]}:
            token = world.begin()
        error = attempt(world, token, errors)
        if error is None:
            return None
    return str(error)


def wrong(world: World) -> Iterator[str]:
    """What must never be, at any instant: a version in use that peers refuse."""
    current, previous = world.text(), world.text("AWSPREVIOUS")
    try:
        for text in (current, previous):
            world.strategy.test(text, world.deadline())
        world.strategy.check(previous, current)
    except RotationError as error:
        yield str(error)
    if current == previous:
        yield "AWSCURRENT and AWSPREVIOUS are the same"


def _calls_of_a_rotation() -> list[tuple[When, int]]:
    world = prepared()
    world.kms.calls.clear()
    world.secrets.calls.clear()
    world.rotate()
    calls = len(world.kms.calls) + len(world.secrets.calls)
    return [(when, number) for when in When for number in range(calls)]


def _run(bench: Bench, name: str, strikes: dict[str, Strike], pick: slice) -> Tally:
    faults = [(how, when, number) for how in strikes for when, number in _calls_of_a_rotation()][
        pick
    ]
    tally = Tally(name, STRATEGY, wanted=len(faults))
    for how, when, number in faults:
        verdict = Verdict(f"{how} {when} call {number}")
        tally.add(_struck(bench, verdict, strikes[how], when, number))
    return tally


def _struck(bench: Bench, verdict: Verdict, strike: Strike, when: When, number: int) -> Verdict:
    world, errors, seen = prepared(), list[str](), 0
    former, token = world.labels["AWSCURRENT"], world.begin()

    def count(_: str) -> None:
        nonlocal seen
        seen += 1
        if seen == number + 1:
            verdict.injected = True
            strike(world)

    for service in (world.kms, world.secrets):
        setattr(service, when.value, count)
    attempt(world, token, errors)
    disarm(world)
    verdict.wrong(list(wrong(world)), "when it had happened")
    if world.labels["AWSCURRENT"] == former and (trouble := settle(world, errors)):
        verdict.wrong([trouble], "when the steps ran again")
    if world.labels["AWSCURRENT"] == former:
        verdict.wrong(["AWSCURRENT did not move"], "at the end")
    verdict.wrong(list(wrong(world)), "at the end")
    bench.errors += errors
    bench.passwords |= _keys(world)
    return verdict


def _keys(world: World) -> set[str]:
    """The second line of every private key in a version of the secret."""
    documents = (json.loads(text) for text in world.stored.contents.values() if text)
    return {each["PrivateKey"].splitlines()[1] for each in documents if "PrivateKey" in each}
