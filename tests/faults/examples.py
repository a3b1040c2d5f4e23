"""Examples that hypothesis makes up."""

from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from tests.faults.tally import Tally

T = TypeVar("T")

PHASES = tuple(Phase)
"""What hypothesis does, shrinking included."""


def try_examples(
    tally: Tally, count: int, examples: SearchStrategy[T], check: Callable[[T], None]
) -> Tally:
    """Tries so many examples; the first that fails is made as simple as it gets, and told.

    Args:
        tally: Counts them.
        count: How many.
        examples: Where they come from.
        check: Raises AssertionError if one is not refused as it must be.
    """

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=PHASES,
        suppress_health_check=list(HealthCheck),
    )
    @given(examples)
    def try_one(example: T) -> None:
        tally.injected += 1
        check(example)
        tally.survived += 1

    tally.wanted = count
    try:
        try_one()
    except BaseExceptionGroup as group:
        tally.findings += [_told(error) for error in group.exceptions]
    except Exception as error:  # noqa: BLE001  # whatever came of an example is a finding
        tally.findings.append(_told(error))
    return tally


def _told(error: BaseException) -> str:
    return "\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", [])])
