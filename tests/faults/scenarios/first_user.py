"""The custom resource that makes the application's first user, under the same faults.

CloudFormation waits for one answer. Where its delivery fails, Lambda delivers the request again;
one that was answered FAILED, as for a function that died, comes again with the next deployment.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from tests.cloudformation.answers import Answers
from tests.faults.bench import EVERY, Bench, Check
from tests.faults.calls import CallFault, Calls, When
from tests.faults.custom_resource import invoke, other_login, request
from tests.faults.packet_fault import Action, Packet, PacketFault
from tests.faults.promises import outages
from tests.faults.scenarios.crashes import STRIKES, CallCrash
from tests.faults.site import Site
from tests.faults.tally import Tally, Verdict

T = TypeVar("T")

AT_ONCE = 3

_OTHER_NAMES = 20
"""In how many packets a user that does not exist is refused goes by its name: by that MySQL chooses
the way of proof that it pretends. So what happens to the last ones is tried with more names."""


def at_calls(bench: Bench, *, pick: slice = EVERY) -> Tally:
    """Everything that can happen before and after each API call.

    Args:
        bench: Where.
        pick: Which of the faults.
    """
    _, calls = _recorded(bench)
    faults = [CallCrash(n, when, how) for how in STRIKES for n in range(calls) for when in When]

    def check(site: Site, crash: CallCrash) -> Verdict:
        fault = CallFault(crash.number, crash.when, lambda: STRIKES[crash.how](site))
        site.calls.arm(fault)
        verdict = _until_it_exists(bench, site, Verdict(str(crash)))
        verdict.injected = fault.reached.is_set()
        return verdict

    return _run(bench, "crash around each API call", faults[pick], check)


def at_packets(bench: Bench, action: Action, *, pick: slice = EVERY) -> Tally:
    """One kind of thing at each packet.

    Args:
        bench: Where.
        action: What happens.
        pick: Which of the packets.
    """
    packets, _ = _recorded(bench)

    def check(site: Site, packet: Packet) -> Verdict:
        fault = PacketFault(packet, action)
        site.proxy.arm(fault)
        verdict = _until_it_exists(bench, site, Verdict(str(fault)))
        verdict.injected = fault.reached.is_set()
        fault.released.set()
        site.proxy.arm()
        _must_exist(site, verdict)
        _must_have_access(site, verdict)
        return verdict

    return _run(bench, f"{action} each packet", packets[pick], check)


def at_once(bench: Bench, *, rounds: int) -> Tally:
    """Three deliveries of one request: CloudFormation takes the first answer.

    Args:
        bench: Where.
        rounds: How many times.
    """

    def check(site: Site, _: int) -> Verdict:
        verdict = Verdict("three at once")
        together = threading.Barrier(AT_ONCE)

        def deliver(payload: dict[str, Any]) -> None:
            together.wait()
            invoke(bench, site, Calls(site.secrets), payload, verdict)

        with Answers() as answers, ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(deliver, [request(site, answers)] * AT_ONCE))
        _judge(answers, verdict, expected=AT_ONCE)
        _must_exist(site, verdict)
        _must_have_access(site, verdict)
        return verdict

    return _run(bench, f"{AT_ONCE} at once", list(range(rounds)), check)


def unanswered(bench: Bench) -> Tally:
    """The place to which the answer goes refuses it; Lambda then delivers the request again.

    Args:
        bench: Where.
    """

    def check(site: Site, refusals: int) -> Verdict:
        verdict = Verdict(f"answer refused {refusals} times")
        with Answers() as answers:
            answers.refusals = refusals
            payload = request(site, answers)
            while not answers.given:
                invoke(bench, site, site.calls, payload, verdict)
        _judge(answers, verdict, expected=1)
        _must_exist(site, verdict)
        _must_have_access(site, verdict)
        return verdict

    return _run(bench, "answer refused", [1, 2, 3], check)


def _run(bench: Bench, what: str, faults: Sequence[T], check: Check[T]) -> Tally:
    tally = Tally(what, "first user")
    return bench.run(
        tally,
        faults,
        check,
        fresh=True,
        first_user=False,
        again=_OTHER_NAMES,
        prepare=_make_the_other_login,
    )


def _make_the_other_login(site: Site) -> None:
    """It owns what the request's user shall read and write."""
    arn = site.add_login(other_login(site))
    site.product.create_table(site.secrets.document(arn), "before")


def _recorded(bench: Bench) -> tuple[list[Packet], int]:
    """Packets, and number of calls, of a request in which nothing happens."""
    with bench.site(first_user=False) as site, Answers() as answers:
        _make_the_other_login(site)
        site.proxy.arm()
        site.calls.arm()
        invoke(bench, site, site.calls, request(site, answers), Verdict("nothing"))
        site.proxy.settle()
        return site.proxy.packets, len(site.calls.made)


def _until_it_exists(bench: Bench, site: Site, verdict: Verdict) -> Verdict:
    """Delivers a request through the fault, and once more if it did not succeed."""
    with Answers() as answers:
        crashed = invoke(bench, site, site.calls, request(site, answers), verdict)
        if site.product.lets_in(site.user):
            _must_exist(site, verdict)
        if crashed:
            invoke(bench, site, site.calls, request(site, answers), verdict)
        elif answers.given[-1]["Status"] == "FAILED":
            answers.given.clear()
            later = {**request(site, answers), "RequestId": "a later deployment"}
            invoke(bench, site, site.calls, later, verdict)
    _judge(answers, verdict, expected=1)
    _must_exist(site, verdict)
    _must_have_access(site, verdict)
    return verdict


def _judge(answers: Answers, verdict: Verdict, *, expected: int) -> None:
    bad = [answer["Reason"] for answer in answers.given if answer["Status"] != "SUCCESS"]
    verdict.wrong(bad, "was the answer")
    if len(answers.given) != expected:
        verdict.wrong([f"{len(answers.given)} answers"], f"instead of {expected}")


def _must_have_access(site: Site, verdict: Verdict) -> None:
    """To what was there, and to what comes; nobody gets more than that."""
    if outages(site, "first user"):
        return  # which is told already
    owner, subject = other_login(site), site.product
    subject.create_table(site.secrets.document(site.arn_of(owner)), "after")
    for table in ("before", "after"):
        if refusal := subject.insert(site.document(), owner, table):
            verdict.wrong([refusal], "")
    verdict.wrong(subject.excess(site, owner), "")


def _must_exist(site: Site, verdict: Verdict) -> None:
    """The user logs in and has what is its: it is there as a whole, or not at all."""
    verdict.out(outages(site, "first user"), "although the user is let in")
    verdict.wrong(site.product.unmade(site), "")
