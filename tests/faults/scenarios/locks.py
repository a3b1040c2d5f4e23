"""A lock that someone else holds."""

from dataclasses import dataclass

from rotation.errors import RotationError
from tests.faults.bench import Bench
from tests.faults.promises import outages
from tests.faults.site import Site
from tests.faults.subject import Hold
from tests.faults.tally import Tally, Verdict


@dataclass(frozen=True)
class _Case:
    name: str
    hold: Hold
    milliseconds: int

    def __str__(self) -> str:
        return f"{self.name} ({self.milliseconds} ms)"


def held(bench: Bench, strategy: str) -> Tally:
    """Each ends in an error that says that a retry helps, in time, and then a retry helps.

    Args:
        bench: Where.
        strategy: By which strategy.
    """

    def check(site: Site, case: _Case) -> Verdict:
        return _held(bench, strategy, site, case)

    holds = bench.subject.holds(strategy)
    cases = [_Case(name, hold, ms) for name, hold in holds.items() for ms in (6_000, 900_000)]
    return bench.run(
        Tally("lock held by someone else", strategy),
        cases,
        check,
        fresh=True,
        workers=1,
        prepare=bench.rotated(strategy),
    )


def _held(bench: Bench, strategy: str, site: Site, case: _Case) -> Verdict:
    verdict = Verdict(str(case))
    site.context.milliseconds = case.milliseconds
    function, token = bench.function(site, strategy), site.secrets.begin(site.arn)
    with case.hold(site):
        error = function.rotate(token)
        if not (isinstance(error, RotationError) and error.retry_helps):
            verdict.wrong([f"It ended in {error}"], "while the lock was held")
        verdict.out(outages(site, strategy), "while the lock was held")
    if again := function.rotate(token):
        verdict.wrong([str(again)], "when the lock was free")
    verdict.out(outages(site, strategy), "when the lock was free")
    verdict.seconds = function.seconds
    if verdict.seconds > case.milliseconds / 1000 - _LEFT_SECONDS:
        verdict.wrong(["No time was left to tell about it"], "")
    return verdict


_LEFT_SECONDS = 1.0
"""What has to be left of a function's time when it has ended."""
