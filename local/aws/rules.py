"""Rules of EventBridge that run on a schedule; moto keeps them and never fires one.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
"""

import logging
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.events.models import EventsBackend, Rule, events_backends

from local.aws.clock import Clock
from local.aws.rotations import Outcome

_log = logging.getLogger(__name__)

_RATE = re.compile(r"rate\((?P<value>\d+) (?P<unit>minute|hour|day)s?\)")

PAUSE = 0.5
"""Real seconds between two runs of one rule; a sped-up clock may pass days meanwhile."""

Invoke = Callable[[str, dict[str, Any]], Outcome]
MayInvoke = Callable[[str, str], bool]
"""Whether EventBridge may invoke a function (its ARN) for a rule (its ARN)."""


@dataclass
class _Turn:
    """When a rule ran last, on the clock, and whether it is running."""

    last: datetime
    running: bool = False


class Rules:
    """Fires rules with a rate that invoke functions, in the background.

    A rule fires first when its interval has passed since it was seen. On a clock that runs so fast
    that several intervals pass during one run, it misses those.
    """

    def __init__(self, *, invoke: Invoke, clock: Clock, may_invoke: MayInvoke) -> None:
        self._invoke = invoke
        self._clock = clock
        self._may_invoke = may_invoke
        self._turns: dict[str, _Turn] = {}

    def fire_what_is_due(self) -> None:
        """Start each rule whose interval has passed on the clock."""
        now = self._clock.now()
        for rule, interval in _scheduled():
            turn = self._turns.setdefault(rule.arn, _Turn(now))
            if not turn.running and now >= turn.last + interval:
                turn.last, turn.running = now, True
                threading.Thread(
                    target=self._run, args=(rule, turn, now), daemon=True, name="rule"
                ).start()

    def _run(self, rule: Rule, turn: _Turn, now: datetime) -> None:
        try:
            for target in rule.targets:
                self._fire(rule, target["Arn"], now)
        except Exception:  # noqa: BLE001 - whatever it is, the next run comes
            _log.exception("the rule %s failed", rule.arn)
        finally:
            time.sleep(PAUSE)
            turn.running = False

    def _fire(self, rule: Rule, function_arn: str, now: datetime) -> None:
        if not self._may_invoke(function_arn, rule.arn):
            _log.warning("%s may not be invoked for %s", function_arn, rule.arn)
            return
        outcome = self._invoke(function_arn, _event(rule, now))
        if outcome.error is not None:
            _log.warning("%s failed for %s: %s", function_arn, rule.arn, outcome.error)


def _scheduled() -> Iterator[tuple[Rule, timedelta]]:
    """List the enabled rules that have a rate and invoke functions, each with its interval."""
    for _, _, backend in list(events_backends.iter_backends()):
        buses = backend.event_buses.values() if isinstance(backend, EventsBackend) else ()
        for bus in list(buses):
            for rule in list(bus.rules.values()):
                rate = _RATE.fullmatch(rule.scheduled_expression or "")
                functions = all(":lambda:" in target["Arn"] for target in rule.targets)
                if rate and rule.state.startswith("ENABLED") and functions:
                    yield rule, timedelta(**{f"{rate['unit']}s": int(rate["value"])})


def _event(rule: Rule, now: datetime) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": rule.account_id,
        "time": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": rule.region_name,
        "resources": [rule.arn],
        "detail": {},
    }
