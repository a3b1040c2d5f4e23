"""Someone else where the database was: without TLS, unknown, under another name, or silent."""

from dataclasses import dataclass

from fakes.world import STEPS
from rotation.errors import TargetError, UntrustedServerError
from tests.faults.bench import EVERY, Bench
from tests.faults.function import defect
from tests.faults.promises import outages
from tests.faults.site import Site
from tests.faults.tally import Tally, Verdict
from tests.postgres_user.impostor import Impostor, impostor

_LEFT_SECONDS = 1.0
"""What has to be left of a function's time when it has ended."""


@dataclass(frozen=True)
class _Case:
    step: str
    server: str
    milliseconds: int = 30_000

    def __str__(self) -> str:
        return f"{self.step} at a server that is {self.server} ({self.milliseconds} ms)"


def untrusted(bench: Bench, strategy: str, *, pick: slice = EVERY) -> Tally:
    """Servers that are not the right one: they are sent nothing that is secret.

    Args:
        bench: Where.
        strategy: By which strategy.
        pick: Which of the cases.
    """
    servers = bench.subject.untrusted(bench.authority)

    def check(site: Site, case: _Case) -> Verdict:
        verdict = Verdict(str(case))
        untrusted = servers[case.server]
        with impostor(untrusted.behaviour) as server:
            error = _step_at(bench, strategy, site, server, case, verdict)
        if not isinstance(error, UntrustedServerError):
            verdict.wrong([f"It ended in {error}"], "")
        verdict.injected = server.met > 0
        if not untrusted.may_learn(server.received):
            verdict.leaks += 1
            verdict.wrong(["It was sent more than the question for TLS"], "")
        return verdict

    cases = [_Case(step, server) for server in servers for step in STEPS[1:]]
    tally = Tally("server without TLS, unknown, misnamed", strategy)
    return bench.run(tally, cases[pick], check)


def silent(bench: Bench, strategy: str, *, pick: slice = EVERY) -> Tally:
    """Servers that don't answer, at any stage of a login, for functions with little or much time.

    Args:
        bench: Where.
        strategy: By which strategy.
        pick: Which of the cases.
    """
    servers = bench.subject.silent(bench.authority)

    def check(site: Site, case: _Case) -> Verdict:
        verdict = Verdict(str(case))
        site.context.milliseconds = case.milliseconds
        with impostor(servers[case.server]) as server:
            error = _step_at(bench, strategy, site, server, case, verdict)
        if not isinstance(error, TargetError):
            verdict.wrong([f"It ended in {error}"], "")
        if any(password.encode() in server.received for password in site.passwords()):
            verdict.leaks += 1
            verdict.wrong(["It was sent a password"], "")
        if verdict.seconds > case.milliseconds / 1000 - _LEFT_SECONDS:
            verdict.wrong(["No time was left to tell about it"], "")
        return verdict

    cases = [_Case(step, name, 900_000) for name in servers for step in STEPS[1:]]
    cases += [_Case("setSecret", name, 6_000) for name in servers]
    return bench.run(Tally("server silent or talking nonsense", strategy), cases[pick], check)


def _step_at(
    bench: Bench,
    strategy: str,
    site: Site,
    server: Impostor,
    case: _Case,
    verdict: Verdict,
) -> BaseException | None:
    """Runs a step with the database's address gone to someone else, and gives it back."""
    function = bench.function(site, strategy)
    token = site.secrets.begin(site.arn)
    for step in STEPS[: STEPS.index(case.step)]:
        function.step(token, step)
    with site.elsewhere(server.port):
        error = function.step(token, case.step)
    verdict.wrong(defect(error), "")
    again = function.rotate(token)
    verdict.wrong([str(again)] if again else [], "when the right server was back")
    verdict.out(outages(site, strategy), "when the right server was back")
    verdict.seconds = function.seconds
    return error
