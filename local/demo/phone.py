"""A phone that shows MFA codes."""

import time

import pyotp

_STEP = 30
_EARLY_STEPS = 1
"""How much too early a code is still taken."""


class Phone:
    """An authenticator app with one virtual device (RFC 6238) that nobody has to wait for.

    Args:
        seed: The device's secret, in base 32.
    """

    def __init__(self, seed: str) -> None:
        self._codes = pyotp.TOTP(seed, interval=_STEP)
        self._shown = -1

    def two_codes(self) -> tuple[str, str]:
        """Return two codes to enable the device with: the last ones, so that the next are left."""
        self._shown = self._now() - 1
        return self._code(self._shown - 1), self._code(self._shown)

    def code(self) -> str:
        """Return a code that was not shown yet; wait if it would be too early for it."""
        self._shown = max(self._shown + 1, self._now())
        while self._shown > self._now() + _EARLY_STEPS:
            time.sleep(1)
        return self._code(self._shown)

    def _code(self, step: int) -> str:
        return self._codes.at(step * _STEP)

    def _now(self) -> int:
        return int(time.time()) // _STEP
