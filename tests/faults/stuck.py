"""A function that is stuck until it is let go."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from local.patience import patient
from rotation.deadline import STEP_SECONDS
from tests.faults.bench import Bench
from tests.faults.calls import CallFault, Calls, When
from tests.faults.function import Function
from tests.faults.packet_fault import Action, Packet, PacketFault
from tests.faults.site import Site
from tests.faults.subject import Subject

_REACH_SECONDS = 10.0


@contextmanager
def endless_patience(subject: Subject) -> Iterator[None]:
    """Lets functions wait for a stuck packet until their deadline, as one does that was frozen.

    One that gave up in the meantime would not send what comes after the packet, and that is what
    does harm.

    Args:
        subject: At whose server they wait.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subject.wait, STEP_SECONDS)
        yield


@dataclass(frozen=True)
class StuckAt:
    """Where a writer is stuck.

    Attributes:
        step: In which step.
        place: At which packet, or on which side of which call.
    """

    step: str
    place: Packet | tuple[int, When]

    def __str__(self) -> str:
        if isinstance(self.place, Packet):
            return f"{self.step} held at {self.place}"
        number, when = self.place
        return f"{self.step} held {when} call {number}"


class Stuck:
    """A function that hangs in a step, in a thread of its own."""

    def __init__(self, bench: Bench, site: Site, strategy: str, at: StuckAt, token: str) -> None:
        """Invokes it.

        Args:
            bench: Where.
            site: Whose secret it rotates.
            strategy: By which strategy.
            at: Where it hangs.
            token: The version to which it rotates.
        """
        self._site = site
        self._calls = Calls(site.secrets)
        self._function = Function(site, site.handler(strategy, self._calls), bench.errors)
        self._error: BaseException | None = None
        self._released = threading.Event()
        self._arm(at)
        self._thread = threading.Thread(target=self._run, args=(token, at.step), daemon=True)
        self._thread.start()

    def wait(self) -> bool:
        """Waits until it hangs; tells whether it does."""
        return self._reached.wait(patient(_REACH_SECONDS))

    def release(self) -> BaseException | None:
        """Lets it go on to its end."""
        self._released.set()
        self._thread.join()
        self._site.proxy.arm()
        return self._error

    @property
    def seconds(self) -> float:
        """How long the step took."""
        return self._function.seconds

    def _arm(self, at: StuckAt) -> None:
        if isinstance(at.place, Packet):
            fault = PacketFault(at.place, Action.HOLD, released=self._released)
            self._reached = fault.reached
            self._site.proxy.arm(fault)
        else:
            call = CallFault(*at.place, strike=self._hang)
            self._reached = call.reached
            self._calls.arm(call)

    def _hang(self) -> None:
        self._released.wait()

    def _run(self, token: str, step: str) -> None:
        self._error = self._function.step(token, step)
