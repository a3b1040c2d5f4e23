"""Proving who one is with an MFA device."""

from moto.iam.models import User, iam_backends

from local.identity.mfa_device import VirtualDevice


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
