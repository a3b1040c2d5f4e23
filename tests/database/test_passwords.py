import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.passwords import ALPHABET, LEAST_BITS, PasswordRules
from rotation.errors import BadSettingsError


def test_the_default_is_safe_everywhere_and_strong() -> None:
    rules = PasswordRules()
    assert rules.bits >= LEAST_BITS
    passwords = {rules.generate().reveal() for _ in range(200)}
    assert len(passwords) == 200
    for password in passwords:
        assert len(password) == 40
        assert password.isascii()
        assert password.isalnum()
        assert password[0].isalpha()
        for kind in (string.ascii_lowercase, string.ascii_uppercase, string.digits):
            assert set(kind) & set(password)


@given(st.integers(-5, 200), st.text(ALPHABET, max_size=62))
def test_no_setting_makes_a_weak_password(length: int, excluded: str) -> None:
    environ = {"PASSWORD_LENGTH": str(length), "PASSWORD_EXCLUDE_CHARACTERS": excluded}
    try:
        rules = PasswordRules.from_environment(environ)
    except BadSettingsError:
        return
    assert rules.bits >= LEAST_BITS
    password = rules.generate().reveal()
    assert len(password) == length
    assert not set(password) & set(excluded)


@pytest.mark.parametrize("length", ["", "x", "0", "129", "-1", "²", "9" * 5000])
def test_a_length_that_makes_no_sense_is_refused(length: str) -> None:
    with pytest.raises(BadSettingsError, match="PASSWORD_LENGTH"):
        PasswordRules.from_environment({"PASSWORD_LENGTH": length})


def test_a_length_that_is_too_weak_says_how_weak() -> None:
    with pytest.raises(BadSettingsError, match="bits, and 190 are the least"):
        PasswordRules.from_environment({"PASSWORD_LENGTH": "30"})


def test_an_empty_environment_means_the_default() -> None:
    assert PasswordRules.from_environment({}) == PasswordRules()
