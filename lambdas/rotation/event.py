"""What Secrets Manager invokes the function with."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from rotation.errors import BadEventError


class Step(StrEnum):
    """The four steps, in their order."""

    CREATE = "createSecret"
    SET = "setSecret"
    TEST = "testSecret"
    FINISH = "finishSecret"


@dataclass(frozen=True, slots=True)
class RotationEvent:
    """One step of one rotation.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html

    Attributes:
        secret: ARN of the secret.
        token: Id of the version to rotate to.
        step: Which of the four.
    """

    secret: str
    token: str
    step: Step

    @classmethod
    def parse(cls, event: object) -> Self:
        """Reads an invocation's payload.

        Raises:
            BadEventError: A field is missing or not what Secrets Manager sends.
        """
        if not isinstance(event, Mapping):
            raise _bad(f"the event is a {type(event).__name__}, not an object")
        step = _text(event, "Step")
        if step not in list(Step):
            raise _bad(f"Step must be one of {', '.join(Step)}")
        return cls(_text(event, "SecretId"), _text(event, "ClientRequestToken"), Step(step))


def _text(event: Mapping[object, object], field: str) -> str:
    value = event.get(field)
    if not isinstance(value, str) or not value:
        raise _bad(f"{field} must be a text that is not empty")
    return value


def _bad(cause: str) -> BadEventError:
    return BadEventError(
        f"The invocation is no rotation step: {cause}",
        remedy="Let Secrets Manager invoke the function (RotateSecret), or send what it sends",
    )
