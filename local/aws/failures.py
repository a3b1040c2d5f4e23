"""What moto can't answer, answered at once and with the reason."""

import logging

from moto.core.common_types import TYPE_RESPONSE
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.responses import ActionResult, BaseResponse
from werkzeug.exceptions import HTTPException

from local.aws import parameters
from local.aws.parameters import OutOfBoundsError
from local.aws.quotas import QuotaExceededError
from local.moto_patch import replace

_log = logging.getLogger(__name__)


class UnsupportedError(ServiceException):
    """The local AWS can't do what was asked."""

    code = "UnsupportedOperation"

    def __init__(self, service: str | None, reason: str) -> None:
        super().__init__(f"The local AWS can't do this ({service}): {reason}")


def _refused(response: BaseResponse, refusal: ServiceException) -> TYPE_RESPONSE:
    """Answer as moto's own refusals look: its JSON services have a form of their own."""
    if response.automated_parameter_parsing:
        return response.serialized(ActionResult(refusal))
    error = JsonRESTError(refusal.code, refusal.message)
    return int(error.code), dict(error.get_headers()), str(error.description)


def install() -> None:
    """Answer what moto lacks, or fails at, with an error that no client retries.

    moto answers 500, on which clients try again for a minute, and then can't read the reason.
    """
    call = BaseResponse.call_action

    def call_action(self: BaseResponse) -> TYPE_RESPONSE:
        try:
            parameters.check(self)
            return call(self)
        except (OutOfBoundsError, QuotaExceededError) as refusal:
            return _refused(self, refusal)
        except HTTPException:
            raise
        except Exception as error:  # noqa: BLE001 - whatever moto stumbles over
            _log.warning("%s failed", self.service_name, exc_info=True)
            reason = f"{type(error).__name__}: {error}"
            return self.serialized(ActionResult(UnsupportedError(self.service_name, reason)))

    replace(BaseResponse, "call_action", call_action)
