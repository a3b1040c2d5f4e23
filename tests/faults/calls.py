"""Secrets Manager's client, with faults before and after its calls."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

import botocore.session
from botocore.exceptions import ParamValidationError
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

Strike = Callable[[], None]


class When(StrEnum):
    """On which side of a call something happens."""

    BEFORE = "before"
    """The service has not done it."""

    AFTER = "after"
    """The service has done it, and the answer is lost."""


@dataclass(eq=False)
class CallFault:
    """Something that happens around one call, once.

    Attributes:
        number: Which call since the client was armed.
        when: On which side of it.
        strike: What happens; it may raise, or wait.
        reached: Set when the call came.
    """

    number: int
    when: When
    strike: Strike
    reached: threading.Event = field(default_factory=threading.Event)

    def __str__(self) -> str:
        return f"{self.when} call {self.number}"


class Calls:
    """Stands in front of a client; parameters are checked as botocore's own clients do.

    Attributes:
        made: Names of the calls since it was armed.
    """

    def __init__(self, client: object) -> None:
        """Stands in front of `client`."""
        self.made: list[str] = []
        self._client = client
        self._fault: CallFault | None = None
        self._lock = threading.Lock()

    def arm(self, fault: CallFault | None = None) -> None:
        """Counts calls from zero again."""
        self.made = []
        self._fault = fault

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        def call(**arguments: object) -> dict[str, Any]:
            _validate(operation, arguments)
            number = len(self.made)
            self.made.append(operation)
            self._strike(number, When.BEFORE)
            with self._lock:  # the service does one thing after the other
                answer: dict[str, Any] = getattr(self._client, operation)(**arguments)
            self._strike(number, When.AFTER)
            return answer

        return call

    def _strike(self, number: int, when: When) -> None:
        fault = self._fault
        if fault is not None and (fault.number, fault.when) == (number, when):
            self._fault = None
            fault.reached.set()
            fault.strike()


@cache
def _model() -> ServiceModel:
    return botocore.session.get_session().get_service_model("secretsmanager")


def _validate(operation: str, arguments: dict[str, object]) -> None:
    name = "".join(word.capitalize() for word in operation.split("_"))
    shape = _model().operation_model(name).input_shape
    if shape is None:
        raise LookupError(f"{name} takes nothing")
    report = ParamValidator().validate(arguments, shape)
    if report.has_errors():
        raise ParamValidationError(report=report.generate_report())
