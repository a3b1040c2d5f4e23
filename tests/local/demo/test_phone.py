"""The phone shows codes that nobody has to wait for."""

import pyotp
import pytest

from local.demo.phone import Phone

SEED = "JBSWY3DPEHPK3PXP" * 2
NOW = 1_800_000_015.0


def code_of(step: int) -> str:
    """The code of a time, so many steps away from now."""
    return pyotp.TOTP(SEED).at(NOW, counter_offset=step)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """A clock that stands still until somebody waits."""
    state = {"now": NOW, "waited": 0}

    def sleep(seconds):
        state["now"] += seconds
        state["waited"] += seconds

    monkeypatch.setattr("local.demo.phone.time.time", lambda: state["now"])
    monkeypatch.setattr("local.demo.phone.time.sleep", sleep)
    return state


def test_the_first_two_codes_are_those_of_the_last_minute():
    assert Phone(SEED).two_codes() == (code_of(-2), code_of(-1))


def test_two_more_can_be_used_at_once(clock):
    phone = Phone(SEED)
    phone.two_codes()
    assert [phone.code(), phone.code()] == [code_of(0), code_of(1)]
    assert clock["waited"] == 0


def test_a_third_one_is_waited_for(clock):
    phone = Phone(SEED)
    assert [phone.code() for _ in range(3)] == [code_of(step) for step in range(3)]
    assert clock["waited"] == 15


def test_no_code_is_shown_that_is_too_old(clock):
    phone = Phone(SEED)
    phone.code()
    clock["now"] += 300
    assert phone.code() == code_of(10)
