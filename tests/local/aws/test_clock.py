import time
from datetime import UTC, datetime, timedelta

import pytest

from local.aws.clock import Clock


def test_a_clock_starts_at_the_real_time():
    assert abs(Clock().now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_sped_up_clock_passes_days_in_a_moment():
    clock = Clock(speed=86_400 * 100)
    before = clock.now()
    time.sleep(0.02)
    assert clock.now() - before >= timedelta(days=2)


def test_a_change_of_speed_does_not_make_the_clock_jump():
    clock = Clock(speed=86_400 * 1000)
    time.sleep(0.01)
    before = clock.now()
    clock.run_at(1)
    assert timedelta(0) <= clock.now() - before < timedelta(days=1000)
    assert clock.speed == 1


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_clock_that_would_stand_or_turn_back_is_refused(speed):
    with pytest.raises(ValueError, match="must be more than 0"):
        Clock().run_at(speed)
