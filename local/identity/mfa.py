"""MFA devices with real codes, and the calls about them."""

import threading
import time
from collections.abc import Callable

import pyotp
from moto.core.responses import ActionResult, EmptyResult
from moto.iam import models
from moto.iam.exceptions import (
    DeleteConflictException,
    EntityAlreadyExists,
    IAMException,
    NoSuchEntity,
)
from moto.iam.models import IAMBackend, User, VirtualMfaDevice, iam_backends
from moto.iam.responses import IamResponse

from local.moto_patch import add, replace, wrap

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


class MfaFailed(Exception):  # noqa: N818  # nothing is broken, somebody is not who he says
    """No device of the user has shown that code."""


def prove(user: User | None, *, serial_number: str | None, code: str | None) -> None:
    """Check an MFA code, which is used up by it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html

    Args:
        user: Who calls; None if it is no IAM user, who alone has devices.
        serial_number: The device's, as the request names it.
        code: The code in the request.

    Raises:
        MfaFailed: The caller has no such device, or the code is wrong or was used before. The words
            are those that AWS answers.
    """
    if not serial_number or not code:
        raise MfaFailed(
            "MultiFactorAuthentication failed, must provide both MFA serial number and one time "
            "pass code."
        )
    device = _device(user, serial_number) if user else None
    if device is None:
        raise MfaFailed(
            "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your "
            "MFA serial number is valid and associated with this user."
        )
    if not device.accept(code):
        raise MfaFailed("MultiFactorAuthentication failed with invalid MFA one time pass code. ")


def _device(user: User, serial_number: str) -> VirtualDevice | None:
    partition = user.arn.split(":")[1]
    device = iam_backends[user.account_id][partition].virtual_mfa_devices.get(serial_number)
    assigned = serial_number in user.mfa_devices
    return device if assigned and isinstance(device, VirtualDevice) else None


class InvalidAuthenticationCode(IAMException):
    """The codes are not two consecutive ones of the device."""

    code = "InvalidAuthenticationCode"


def install() -> None:
    """Correct moto."""
    replace(models, "VirtualMfaDevice", VirtualDevice)
    wrap(IAMBackend, "enable_mfa_device", _enabling_takes_two_codes)
    wrap(IAMBackend, "delete_virtual_mfa_device", _an_assigned_device_stays)
    wrap(IamResponse, "list_mfa_devices", _the_callers_own)
    add(IamResponse, "resync_mfa_device", _resync_mfa_device)


def _enabling_takes_two_codes(original: Callable[..., None]) -> Callable[..., None]:
    """Let only two consecutive codes of an unassigned device enable it; moto asks for nothing."""

    def enable_mfa_device(
        self: IAMBackend, user_name: str, serial_number: str, first: str, second: str
    ) -> None:
        device = _existing(self, serial_number)
        if device.user:
            raise EntityAlreadyExists("MFA device is already in use.")
        _check(device, first, second)
        original(self, user_name, serial_number, first, second)

    return enable_mfa_device


def _an_assigned_device_stays(original: Callable[..., None]) -> Callable[..., None]:
    """Refuse to delete a device that is in use; moto's user would keep one that is gone."""

    def delete_virtual_mfa_device(self: IAMBackend, serial_number: str) -> None:
        if _existing(self, serial_number).user:
            raise DeleteConflictException(
                "Cannot delete MFA device that is in use, must deactivate it first."
            )
        original(self, serial_number)

    return delete_virtual_mfa_device


def _the_callers_own(original: Callable[..., ActionResult]) -> Callable[..., ActionResult]:
    """List the caller's devices if nobody is named; moto finds no user without a name."""

    def list_mfa_devices(self: IamResponse) -> ActionResult:
        if not self._get_param("UserName"):
            caller = self.backend.get_user_from_access_key_id(self.get_access_key())
            self.params["UserName"] = caller.name if caller else None
        return original(self)

    return list_mfa_devices


def _resync_mfa_device(self: IamResponse) -> EmptyResult:
    """Take two consecutive codes of a device again; moto lacks it."""
    user = self.backend.get_user(self._get_param("UserName"))
    serial_number = self._get_param("SerialNumber")
    if serial_number not in user.mfa_devices:
        raise _unknown(serial_number)
    first, second = (self._get_param(f"AuthenticationCode{number}") for number in (1, 2))
    _check(_existing(self.backend, serial_number), first, second)
    return EmptyResult()


def _existing(backend: IAMBackend, serial_number: str) -> VirtualDevice:
    device = backend.virtual_mfa_devices.get(serial_number)
    if not isinstance(device, VirtualDevice):
        raise _unknown(serial_number)
    return device


def _unknown(serial_number: str) -> NoSuchEntity:
    return NoSuchEntity(f"MFA device with serial number {serial_number} does not exist.")


def _check(device: VirtualDevice, first: str, second: str) -> None:
    if not device.enrol(first, second):
        raise InvalidAuthenticationCode("Authentication code for device is not valid.")
