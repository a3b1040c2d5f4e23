"""A writer that is stuck, and comes to life again when newer rotations are over.

Two kinds are late: one that was *given up* (a person took AWSPENDING off its version), and a
*duplicate* of a rotation that its twin has finished. With alternating users the turn of the user to
whom the late packets are comes back after two rotations more; and a rotation that takes over what
was given up makes the same change itself. So it takes three rotations before late packets show.
"""

from fakes.world import STEPS
from rotation.errors import BadSecretError
from tests.faults.bench import EVERY, Bench
from tests.faults.calls import When
from tests.faults.function import Function, defect
from tests.faults.promises import outages
from tests.faults.site import Site
from tests.faults.stuck import Stuck, StuckAt, endless_patience
from tests.faults.tally import Tally, Verdict

GIVEN_UP = "given up"
DUPLICATE = "duplicate"


def at_packets(bench: Bench, strategy: str, kind: str, *, pick: slice = EVERY) -> Tally:
    """Stuck at each packet of setSecret.

    Args:
        bench: Where.
        strategy: By which strategy.
        kind: `GIVEN_UP` or `DUPLICATE`.
        pick: Which of the packets.
    """
    with bench.site() as site:
        bench.rotated(strategy)(site)
        function = bench.function(site, strategy)
        token = _until(site, function, "setSecret")
        site.proxy.arm()
        function.step(token, "setSecret")
        site.proxy.settle()
        faults = [StuckAt("setSecret", packet) for packet in site.proxy.packets[pick]]
    return _run(bench, strategy, kind, faults, "packet of setSecret")


def at_calls(bench: Bench, strategy: str, kind: str, *, pick: slice = EVERY) -> Tally:
    """Stuck before and after each API call of each step.

    Args:
        bench: Where.
        strategy: By which strategy.
        kind: `GIVEN_UP` or `DUPLICATE`.
        pick: Which of the faults.
    """
    faults = []
    with bench.site() as site:
        bench.rotated(strategy)(site)
        function, token = bench.function(site, strategy), site.secrets.begin(site.arn)
        for name in STEPS:
            site.calls.arm()
            function.step(token, name)
            calls = range(len(site.calls.made))
            faults += [StuckAt(name, (number, when)) for number in calls for when in When]
    return _run(bench, strategy, kind, faults[pick], "API call")


def _run(bench: Bench, strategy: str, kind: str, faults: list[StuckAt], where: str) -> Tally:
    late = {GIVEN_UP: _given_up, DUPLICATE: _duplicate}[kind]

    def check(site: Site, at: StuckAt) -> Verdict:
        return late(_Case(bench, strategy, site, at))

    tally = Tally(f"stale ({kind}): {where}", strategy)
    with endless_patience(bench.subject):
        return bench.run(tally, faults, check, prepare=bench.rotated(strategy))


def _until(site: Site, function: Function, step: str) -> str:
    """Begins a rotation and runs the steps before this one."""
    token = site.secrets.begin(site.arn)
    for earlier in STEPS[: STEPS.index(step)]:
        function.step(token, earlier)
    return token


class _Case:
    """One stuck writer, and what happens while it is."""

    def __init__(self, bench: Bench, strategy: str, site: Site, at: StuckAt) -> None:
        self.site = site
        self.at = at
        self.verdict = Verdict(str(at))
        self.function = bench.function(site, strategy)
        self.token = _until(site, self.function, at.step)
        self._strategy = strategy
        self._stuck = Stuck(bench, site, strategy, at, self.token)
        self.verdict.injected = self._stuck.wait()

    def rotate(self, token: str = "") -> None:
        """A rotation that has to succeed, to a new version unless told."""
        error = self.function.rotate(token or self.site.secrets.begin(self.site.arn))
        self.verdict.wrong([str(error)] if error else [], "in the rotation that took over")
        self.verdict.out(outages(self.site, self._strategy), "while it was stuck")

    def let_go(self) -> None:
        """The late packets come."""
        self.verdict.wrong(defect(self._stuck.release()), "of the stale writer")
        self.verdict.out(outages(self.site, self._strategy), "after its packets came")

    def go_on(self) -> Verdict:
        """Life goes on, beginning with a version that is still pending."""
        pending = self.site.labels.get("AWSPENDING", "")
        if pending and pending != self.site.labels["AWSCURRENT"]:
            error = self.function.rotate(pending)
            if isinstance(error, BadSecretError) and self.at.step == "createSecret":
                self.verdict.remarks.append("stored too late: refused, healed by its remedy")
                self.site.labels.pop("AWSPENDING")
            else:
                self.verdict.wrong([str(error)] if error else [], "of the pending version")
        self.rotate()
        self.verdict.seconds = max(self.function.seconds, self._stuck.seconds)
        return self.verdict


def _given_up(case: _Case) -> Verdict:
    case.site.labels.pop("AWSPENDING", None)  # it is gone already if the last call was made
    for _ in range(3):
        case.rotate()
    case.let_go()
    return case.go_on()


def _duplicate(case: _Case) -> Verdict:
    case.rotate(case.token)
    case.rotate()
    case.rotate()
    case.let_go()
    return case.go_on()
