"""A function that dies, or loses its connection, at any point of a rotation."""

from collections.abc import Callable
from dataclasses import dataclass

from botocore.exceptions import ReadTimeoutError

from tests.faults.bench import EVERY, Bench
from tests.faults.calls import CallFault, When
from tests.faults.crash import Crash
from tests.faults.function import Function, defect
from tests.faults.packet_fault import Action, Packet, PacketFault
from tests.faults.promises import outages, unfinished
from tests.faults.site import Site
from tests.faults.tally import Tally, Verdict


@dataclass(frozen=True)
class CallCrash:
    """What happens around one call.

    Attributes:
        number: Which call of the rotation.
        when: On which side.
        how: Key of `STRIKES`.
    """

    number: int
    when: When
    how: str

    def __str__(self) -> str:
        return f"{self.how} {self.when} call {self.number}"


def _lose(_: Site) -> None:
    raise ReadTimeoutError(endpoint_url="https://secretsmanager")


def _die(site: Site) -> None:
    site.proxy.sever()
    raise Crash


def _vanish(site: Site) -> None:
    site.proxy.freeze()
    raise Crash


STRIKES: dict[str, Callable[[Site], None]] = {
    "no answer": _lose,
    "crash": _die,
    "crash that the server does not notice": _vanish,
}
"""What can happen around a call, by name."""


def at_calls(bench: Bench, strategy: str, *, pick: slice = EVERY) -> Tally:
    """Everything that can happen before and after each call.

    Args:
        bench: Where.
        strategy: To which strategy.
        pick: Which of the faults.
    """
    _, calls = _recorded(bench, strategy, rotations=1)
    faults = [
        CallCrash(number, when, how) for how in STRIKES for number in range(calls) for when in When
    ]
    tally = Tally("crash around each API call", strategy)
    return bench.run(tally, faults[pick], lambda site, fault: _call(bench, strategy, site, fault))


def at_packets(
    bench: Bench, strategy: str, action: Action, *, first: bool = False, pick: slice = EVERY
) -> Tally:
    """One kind of thing at each packet.

    Args:
        bench: Where.
        strategy: To which strategy.
        action: What happens.
        first: Whether it is the first rotation, which makes the twin.
        pick: Which of the packets.
    """
    packets, _ = _recorded(bench, strategy, rotations=0 if first else 1)
    tally = Tally(f"{action} each packet{', first rotation' if first else ''}", strategy)
    return bench.run(
        tally,
        packets[pick],
        lambda site, packet: _packet(bench, strategy, site, PacketFault(packet, action)),
        fresh=first,
        prepare=(lambda _: None) if first else bench.rotated(strategy),
    )


def _recorded(bench: Bench, strategy: str, *, rotations: int) -> tuple[list[Packet], int]:
    """Packets, and number of calls, of a rotation in which nothing happens."""
    with bench.site() as site:
        function = bench.function(site, strategy)
        for _ in range(rotations + 1):
            site.proxy.arm()
            site.calls.arm()
            error = function.rotate(site.secrets.begin(site.arn))
            if error:
                raise error
        site.proxy.settle()
        return site.proxy.packets, len(site.calls.made)


def _call(bench: Bench, strategy: str, site: Site, crash: CallCrash) -> Verdict:
    fault = CallFault(crash.number, crash.when, lambda: STRIKES[crash.how](site))
    site.proxy.arm()
    site.calls.arm(fault)
    verdict = Verdict(str(crash))
    _rotate(bench.function(site, strategy), strategy, site, verdict)
    verdict.injected = fault.reached.is_set()
    return verdict


def _packet(bench: Bench, strategy: str, site: Site, fault: PacketFault) -> Verdict:
    site.proxy.arm(fault)
    verdict = Verdict(str(fault))
    function = bench.function(site, strategy)
    _rotate(function, strategy, site, verdict, patient=fault.action is Action.DELAY)
    site.proxy.settle()
    verdict.injected = fault.reached.is_set()
    fault.released.set()
    site.proxy.arm()
    verdict.out(outages(site, strategy), "when the held packets came")
    return verdict


def _rotate(
    function: Function, strategy: str, site: Site, verdict: Verdict, *, patient: bool = False
) -> None:
    """Rotates through the fault: once, and if that fails once more with the same version."""
    former, token = site.labels["AWSCURRENT"], site.secrets.begin(site.arn)
    error = function.rotate(token)
    stored = site.content(token)
    verdict.out(outages(site, strategy), "when it had happened")
    verdict.wrong(defect(error), "of the function")
    if error is not None:
        if patient:
            verdict.wrong([str(error)], "although nothing was lost")
        if again := function.rotate(token):
            verdict.wrong([str(again)], "when the steps ran again")
    if stored is not None and site.content(token) != stored:
        verdict.wrong(["The content of the version changed"], "when the steps ran again")
    verdict.wrong(unfinished(site, token, former), "when the steps had run again")
    verdict.out(outages(site, strategy), "when the steps had run again")
    verdict.seconds = function.seconds
