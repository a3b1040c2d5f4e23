"""A virtual MFA device that knows its codes."""

import threading
import time

import pyotp
from moto.iam.models import VirtualMfaDevice

_DRIFT_STEPS = 1
"""How far a clock may be off when a code is used, in steps of 30 s: RFC 6238, section 5.2."""

_ENROLMENT_STEPS = 10
"""How old the codes of an enrolment may be. AWS takes old ones too, and then calls the device out
of sync: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_virtual.html"""


class VirtualDevice(VirtualMfaDevice):
    """A time-based device (RFC 6238); moto's takes any code."""

    def __init__(self, account_id: str, region_name: str, device_name: str) -> None:
        super().__init__(account_id, region_name, device_name)
        self._codes = pyotp.TOTP(self.base32_string_seed)
        self._lock = threading.Lock()
        self._used = -1

    def enrol(self, first: str, second: str) -> bool:
        """Take two consecutive codes, which prove that somebody has the seed.

        Returns:
            Whether they are that; if so, both are used up.
        """
        with self._lock:
            now = self._now()
            for step in range(now - _ENROLMENT_STEPS, now + _DRIFT_STEPS + 1):
                if (first, second) == (self._code(step - 1), self._code(step)):
                    self._used = max(self._used, step)
                    return True
        return False

    def accept(self, code: str) -> bool:
        """Take one code.

        Returns:
            Whether it is the device's and neither it nor a later one was used before. A code is
            good for one request, even if that fails:
            https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_sample-code.html
        """
        with self._lock:
            now = self._now()
            for step in range(max(now - _DRIFT_STEPS, self._used + 1), now + _DRIFT_STEPS + 1):
                if code == self._code(step):
                    self._used = step
                    return True
        return False

    def _now(self) -> int:
        return int(time.time()) // self._codes.interval

    def _code(self, step: int) -> str:
        return self._codes.at(step * self._codes.interval)
