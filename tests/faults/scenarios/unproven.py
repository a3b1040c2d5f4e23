"""A pending version that the database does not accept never becomes AWSCURRENT."""

from collections.abc import Callable
from dataclasses import dataclass

from fakes.world import STEPS
from rotation.errors import RotationError
from tests.faults.bench import Bench
from tests.faults.promises import outages, unfinished
from tests.faults.site import Site
from tests.faults.tally import Tally, Verdict


def _nothing(_: Site) -> None:
    pass


def _another_password(site: Site) -> None:
    """Someone sets the next user's password to something else than the version says."""
    user = site.document("AWSPENDING")["username"]
    site.product.set_password(user, site.document()["password"])


def _no_login(site: Site) -> None:
    site.product.shut_out(site.document("AWSPENDING")["username"])


def _login(site: Site) -> None:
    site.product.let_in(site.document("AWSPENDING")["username"])


@dataclass(frozen=True)
class _Case:
    name: str
    earlier: tuple[str, ...]
    spoil: Callable[[Site], None] = _nothing
    repair: Callable[[Site], None] = _nothing

    def __str__(self) -> str:
        return self.name


_CASES = (
    _Case("empty version", ()),
    _Case("password that was never set", STEPS[:1]),
    _Case("password that was changed since it was tested", STEPS[:3], _another_password),
    _Case("user that was locked out since it was tested", STEPS[:3], _no_login, _login),
)


def finish(bench: Bench, strategy: str) -> Tally:
    """Runs the last step although what comes before it was left out or undone.

    Args:
        bench: Where.
        strategy: By which strategy.
    """

    def check(site: Site, case: _Case) -> Verdict:
        return _finish(bench, strategy, site, case)

    tally = Tally("last step, version does not work", strategy)
    return bench.run(tally, _CASES, check, prepare=bench.rotated(strategy))


def _finish(bench: Bench, strategy: str, site: Site, case: _Case) -> Verdict:
    verdict, function = Verdict(case.name), bench.function(site, strategy)
    former, token = site.labels["AWSCURRENT"], site.secrets.begin(site.arn)
    for step in case.earlier:
        function.step(token, step)
    case.spoil(site)
    before = dict(site.labels)
    error = function.step(token, STEPS[-1])
    if not isinstance(error, RotationError):
        verdict.wrong([f"It ended in {error}"], "")
    if site.labels != before:
        verdict.outages += 1
        verdict.wrong(["The label moved"], "")
    case.repair(site)
    if again := function.rotate(token):
        verdict.wrong([str(again)], "when the steps ran again")
    verdict.wrong(unfinished(site, token, former), "when the steps had run again")
    verdict.out(outages(site, strategy), "when the steps had run again")
    verdict.seconds = function.seconds
    return verdict
