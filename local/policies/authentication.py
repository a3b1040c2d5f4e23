"""What a caller proves beside his signature, and what he may not do with temporary credentials."""

from dataclasses import replace
from typing import Final

from moto.iam.models import iam_backends

from local.identity.mfa import MfaFailed, prove
from local.policies.call import Call
from local.policies.callers import Caller
from local.policies.refusal import Fault

_PARTITION = "aws"
_TAKE_MFA: Final = frozenset({"sts:AssumeRole", "sts:GetSessionToken"})
_OF_USERS_ALONE: Final = frozenset({"sts:GetSessionToken", "sts:GetFederationToken"})
_OF_USERS_SESSIONS: Final = frozenset({"sts:AssumeRole", "sts:GetCallerIdentity"})


class NotAuthenticated(Exception):  # noqa: N818  # it is the caller who is wrong
    """The caller is not who he would have to be for the call.

    Attributes:
        fault: How AWS answers.
    """

    def __init__(self, message: str, fault: Fault = Fault.DENIED) -> None:
        super().__init__(message)
        self.fault = fault


def authenticated(call: Call) -> Caller:
    """Check what a call says of its caller: the MFA code, if it has one.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html

    Returns:
        The caller as this call shows him: with MFA if he has just proved it.

    Raises:
        NotAuthenticated: The code is wrong, or the call is not for temporary credentials like his.
    """
    caller = call.caller
    _check_session(call, caller)
    _check_source_identity(call, caller)
    serial_number, code = call.parameters.get("SerialNumber"), call.parameters.get("TokenCode")
    if call.name not in _TAKE_MFA or not (serial_number or code):
        return caller
    users = iam_backends[caller.account][_PARTITION].users
    try:
        prove(users.get(caller.user_name or ""), serial_number=serial_number, code=code)
    except MfaFailed as error:
        raise NotAuthenticated(str(error)) from error
    shown = {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0"}
    return replace(caller, context={**caller.context, **shown})


def _check_source_identity(call: Call, caller: Caller) -> None:
    """Refuse to become somebody else on the way through a chain of roles.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
    """
    said = call.parameters.get("SourceIdentity")
    if call.name == "sts:AssumeRole" and said and caller.source_identity not in {None, said}:
        raise NotAuthenticated(
            f"The session's source identity {caller.source_identity} can't be changed to {said}"
        )


def _check_session(call: Call, caller: Caller) -> None:
    """Refuse what temporary credentials are not for.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
    """
    if not caller.temporary:
        return
    if call.name in _OF_USERS_ALONE or (
        caller.user_name and call.service == "sts" and call.name not in _OF_USERS_SESSIONS
    ):
        raise NotAuthenticated(f"Cannot call {call.operation} with session credentials")
    if caller.user_name and call.service == "iam" and not caller.used_mfa:
        raise NotAuthenticated(
            "The security token included in the request is invalid.", Fault.UNKNOWN_CREDENTIALS
        )
