"""IAM's calls about MFA devices, where moto differs.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableMFADevice.html
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from moto.core.responses import ActionResult, EmptyResult
from moto.iam import models
from moto.iam.exceptions import (
    DeleteConflictException,
    EntityAlreadyExists,
    IAMException,
    NoSuchEntity,
)
from moto.iam.models import IAMBackend
from moto.iam.responses import IamResponse

from local.aws.patch import Addition, Patch
from local.identity.mfa_device import VirtualDevice


class InvalidAuthenticationCode(IAMException):
    """The codes are not two consecutive ones of the device."""

    code = "InvalidAuthenticationCode"


def patches() -> Iterator[AbstractContextManager[None]]:
    """List the corrections."""
    yield Patch(models, "VirtualMfaDevice", lambda _: VirtualDevice)
    yield Patch(IAMBackend, "enable_mfa_device", _enabling_takes_two_codes)
    yield Patch(IAMBackend, "delete_virtual_mfa_device", _an_assigned_device_stays)
    yield Patch(IamResponse, "list_mfa_devices", _the_callers_own)
    yield Addition(IamResponse, "resync_mfa_device", _resync_mfa_device)


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
