"""Versions that somebody gives up, one after the other, and the rotation that comes then.

A database where a user may have two passwords keeps those of a version that was given up. Whoever
adds the next one has to know which of the two is AWSCURRENT's.
"""

from dataclasses import dataclass

from fakes.world import STEPS
from tests.faults.bench import Bench
from tests.faults.promises import outages, unfinished
from tests.faults.site import Site
from tests.faults.tally import Tally, Verdict

_MOST = 3


@dataclass(frozen=True)
class _Case:
    last: str
    times: int

    def __str__(self) -> str:
        return f"given up after {self.last}, {self.times} times"


def after_each_step(bench: Bench, strategy: str) -> Tally:
    """AWSCURRENT is accepted after each step of each rotation.

    Args:
        bench: Where.
        strategy: By which strategy; AWSPREVIOUS has to be accepted with it.
    """
    cases = [_Case(step, times) for step in STEPS[:-1] for times in range(1, _MOST + 1)]
    return bench.run(
        Tally("versions given up", strategy),
        cases,
        lambda site, case: _check(bench, strategy, site, case),
        prepare=bench.rotated(strategy),
    )


def _check(bench: Bench, strategy: str, site: Site, case: _Case) -> Verdict:
    verdict, function = Verdict(str(case)), bench.function(site, strategy)

    def run(token: str, *steps: str) -> None:
        for step in steps:
            error = function.step(token, step)
            verdict.wrong([str(error)] if error else [], "in a rotation")
            if not site.accepts(site.document()):
                verdict.out(["AWSCURRENT does not log in"], f"after {step}")

    for _ in range(case.times):
        run(site.secrets.begin(site.arn), *STEPS[: STEPS.index(case.last) + 1])
        site.labels.pop("AWSPENDING")
    former, token = site.labels["AWSCURRENT"], site.secrets.begin(site.arn)
    run(token, *STEPS)
    verdict.wrong(unfinished(site, token, former), "at the end")
    verdict.out(outages(site, strategy), "at the end")
    verdict.seconds = function.seconds
    return verdict
