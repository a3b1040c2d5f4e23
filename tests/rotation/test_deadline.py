import pytest

from fakes.context import Context
from rotation.deadline import RESERVE_SECONDS, STEP_SECONDS, Deadline
from rotation.errors import OutOfTimeError


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_it_counts_down_and_then_refuses() -> None:
    clock = Clock()
    deadline = Deadline(5, clock=clock)
    assert deadline.remaining() == 5
    clock.now += 4
    assert deadline.at_most(3) == 1
    assert deadline.at_most(0.5) == 0.5
    clock.now += 1
    with pytest.raises(OutOfTimeError):
        deadline.at_most(3)


def test_a_long_running_function_does_not_wait_longer_for_its_target() -> None:
    assert Deadline.of(Context(900_000)).remaining() <= STEP_SECONDS


def test_a_short_one_keeps_time_to_log() -> None:
    assert Deadline.of(Context(8_000)).remaining() <= 8 - RESERVE_SECONDS
