"""One rotation after the other, while applications log in all the time."""

from collections.abc import Callable

from fakes.world import STEPS
from tests.faults.bench import Bench
from tests.faults.consumers import Consumers
from tests.faults.site import Site
from tests.faults.tally import Tally, Verdict


def one_rotation_behind(bench: Bench, strategy: str, *, rounds: int) -> Tally:
    """Consumers that read the secret anew, and consumers that are one rotation behind.

    Args:
        bench: Where.
        strategy: By which strategy; AWSPREVIOUS has to be accepted with it.
        rounds: How many rotations.
    """
    return _run(
        bench,
        Tally("consumers, fresh and one rotation stale", strategy),
        rounds,
        lambda consumers: (consumers.fresh, consumers.one_rotation_stale),
    )


def on_our_library(bench: Bench, strategy: str, *, rounds: int) -> Tally:
    """Consumers on our library, which read the secret again when they are refused.

    Args:
        bench: Where.
        strategy: By which strategy.
        rounds: How many rotations.
    """
    return _run(
        bench,
        Tally("consumers on our library", strategy),
        rounds,
        lambda consumers: (consumers.with_our_library,),
    )


def _run(
    bench: Bench,
    tally: Tally,
    rounds: int,
    kinds: Callable[[Consumers], tuple[Callable[[], None], ...]],
) -> Tally:
    def check(site: Site, _: str) -> Verdict:
        consumers = Consumers(site)
        verdict = Verdict("consumers")
        consumers.during(
            lambda: rotate(bench, tally.strategy, consumers, rounds, verdict), *kinds(consumers)
        )
        verdict.failed_logins = len(consumers.failures)
        verdict.wrong(consumers.failures, "")
        tally.note = f"{rounds} rotations, {consumers.logins} logins"
        return verdict

    return bench.run(tally, ["consumers"], check)


def rotate(
    bench: Bench, strategy: str, consumers: Consumers, rounds: int, verdict: Verdict
) -> None:
    """Rotates, and lets no consumer be further behind than one rotation.

    Args:
        bench: Where.
        strategy: By which strategy.
        consumers: Who logs in meanwhile.
        rounds: How many rotations.
        verdict: Notes what failed.
    """
    site = consumers.site
    function = bench.function(site, strategy)
    for _ in range(rounds):
        token = site.secrets.begin(site.arn)
        for step in STEPS:
            if step == "setSecret":
                consumers.a_password_is_about_to_change()
            if error := function.step(token, step):
                verdict.wrong([str(error)], "in a rotation")
    verdict.seconds = function.seconds
