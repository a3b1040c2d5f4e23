"""Three deliveries of one invocation at the same time, each in a sandbox of its own."""

import threading
from concurrent.futures import ThreadPoolExecutor

from fakes.world import STEPS
from tests.faults.bench import Bench
from tests.faults.calls import Calls
from tests.faults.function import Function
from tests.faults.promises import outages, unfinished
from tests.faults.site import Site
from tests.faults.tally import Tally, Verdict

AT_ONCE = 3


def each_step(bench: Bench, strategy: str, *, rounds: int) -> Tally:
    """Step by step: three begin a step together, and the next one when all three are done.

    Args:
        bench: Where.
        strategy: By which strategy.
        rounds: How many rotations.
    """
    return _run(bench, strategy, [[(step,) for step in STEPS]] * rounds, "each step")


def whole_rotations(bench: Bench, strategy: str, *, rounds: int) -> Tally:
    """Three run all four steps, each at its own pace.

    Args:
        bench: Where.
        strategy: By which strategy.
        rounds: How many rotations.
    """
    return _run(bench, strategy, [[STEPS]] * rounds, "whole rotation")


def _run(bench: Bench, strategy: str, rounds: list[list[tuple[str, ...]]], what: str) -> Tally:
    def check(site: Site, groups: list[tuple[str, ...]]) -> Verdict:
        return _rotate(bench, strategy, site, groups)

    tally = Tally(f"{AT_ONCE} at once: {what}", strategy)
    return bench.run(tally, rounds, check)


def _rotate(bench: Bench, strategy: str, site: Site, groups: list[tuple[str, ...]]) -> Verdict:
    verdict = Verdict("three at once")
    former, token = site.labels["AWSCURRENT"], site.secrets.begin(site.arn)
    handlers = [site.handler(strategy, Calls(site.secrets)) for _ in range(AT_ONCE)]
    functions = [Function(site, handler, bench.errors) for handler in handlers]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for steps in groups:
            together = threading.Barrier(AT_ONCE)

            def run(
                function: Function,
                steps: tuple[str, ...] = steps,
                together: threading.Barrier = together,
            ) -> list[str]:
                together.wait()
                return [str(error) for step in steps if (error := function.step(token, step))]

            for errors in pool.map(run, functions):
                verdict.wrong(errors, "of a duplicate")
            verdict.out(outages(site, strategy), f"after {', '.join(steps)}")
    verdict.wrong(unfinished(site, token, former), "at the end")
    verdict.seconds = max(function.seconds for function in functions)
    return verdict
