"""API actions that moto lacks, answered at once."""

from moto.core.common_types import TYPE_RESPONSE
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse

from local.aws.patch import replace


class MissingActionError(ServiceException):
    """The local AWS has no such action."""

    code = "UnsupportedOperation"

    def __init__(self, service: str | None, reason: str) -> None:
        super().__init__(f"The local AWS can't do this ({service}): {reason}")


def install() -> None:
    """Answer a missing action with an error that no client retries.

    moto answers 500, on which clients try again: the CDK CLI, which looks into CloudTrail after a
    failed deployment, for a minute.
    """
    call = BaseResponse.call_action

    def call_action(self: BaseResponse) -> TYPE_RESPONSE:
        try:
            return call(self)
        except NotImplementedError as error:
            return self.serialized(ActionResult(MissingActionError(self.service_name, str(error))))

    replace(BaseResponse, "call_action", call_action)
