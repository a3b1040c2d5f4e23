"""What can end a rotation step, each with a cause, a remedy and whether a retry can help.

RotationError
├── BadEventError          the invocation is no rotation step
├── BadSettingsError       the function's environment can't be used
├── BadSecretError         the secret's content can't be used
├── NotPendingError        the version is not, or no longer, the one to rotate to
├── SecretsManagerError    a call to Secrets Manager failed
├── OutOfTimeError         the function's remaining time is used up
├── UnexpectedError        a defect of ours
└── TargetError            the target ...
    ├── UnreachableError         ... does not answer
    ├── UntrustedServerError     ... is not proven to be the right one
    ├── CredentialRefusedError   ... does not accept the credential
    ├── BusyError                ... is locked by someone else
    ├── NotOursError             ... has something of that name which is not ours
    ├── GoneError                ... has no such user any more
    ├── UnsuitableError          ... is not what a database has to be before it is used
    ├── UnequalTwinsError        ... lets two users that alternate do different things
    └── RefusedChangeError       ... does not let us make the change

Secrets Manager retries a failed rotation by itself, with the same version
(https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self


class RotationError(Exception):
    """A rotation step that ended without success. Its text never holds a secret.

    Attributes:
        cause: What happened and why.
        remedy: What a person can do about it.
        retry_helps: Whether the same step may succeed later without anyone's help.
        secret: ARN of the secret, once known.
        step: Name of the step, once known.
    """

    retry_helps = False

    def __init__(self, cause: str, *, remedy: str, retry_helps: bool | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.remedy = remedy
        self.secret: str | None = None
        self.step: str | None = None
        if retry_helps is not None:
            self.retry_helps = retry_helps

    def at(self, *, secret: str, step: str) -> Self:
        """Adds where it happened, which the code that raises it need not know."""
        self.secret = secret
        self.step = step
        return self

    def __str__(self) -> str:
        where = f"{self.step} of {self.secret} failed: " if self.step else ""
        retry = "A retry can help" if self.retry_helps else "A retry does not help"
        return f"{where}{self.cause}. {self.remedy}. {retry}."


class BadEventError(RotationError):
    """The function was invoked with something that is no rotation step."""


class BadSettingsError(RotationError):
    """An environment variable of the function can't be used."""


class BadSecretError(RotationError):
    """The secret's content is not what the documented structure asks for."""


class NotPendingError(RotationError):
    """The version does not, or no longer, carry AWSPENDING, or holds nothing yet."""


class SecretsManagerError(RotationError):
    """A call to Secrets Manager failed.

    Attributes:
        code: AWS's error code, or the kind of failure on the way.
    """

    def __init__(self, cause: str, *, code: str, remedy: str, retry_helps: bool) -> None:
        super().__init__(cause, remedy=remedy, retry_helps=retry_helps)
        self.code = code


class OutOfTimeError(RotationError):
    """The time that this step may take is used up."""

    retry_helps = True


class UnexpectedError(RotationError):
    """An exception that nobody foresaw; its own text may hold anything and is not repeated."""

    retry_helps = True


class TargetError(RotationError):
    """The target of the rotation did not do what it should."""


class UnreachableError(TargetError):
    """The target does not answer, or the connection broke."""

    retry_helps = True


class UntrustedServerError(TargetError):
    """The server is not proven to be the one that the secret names; nothing was sent to it."""


class CredentialRefusedError(TargetError):
    """The target does not accept the credential."""


class BusyError(TargetError):
    """Someone else holds a lock that the change needs."""

    retry_helps = True


class NotOursError(TargetError):
    """Something is in the way, and nothing proves that it belongs to the secret."""


class GoneError(TargetError):
    """The user of the credential, or the credential itself, does not exist any more."""


class UnsuitableError(TargetError):
    """The target, or what the user may do there, is not enough for what is asked of it."""


class UnequalTwinsError(TargetError):
    """Of two users that alternate, one could not do what the other one can."""


class RefusedChangeError(TargetError):
    """The target refused a change."""


@contextmanager
def located(*, secret: str, step: str) -> Iterator[None]:
    """Lets nothing but a RotationError out, and tells it where it happened.

    Args:
        secret: ARN of the secret.
        step: What is done.

    Raises:
        RotationError: Whatever went wrong within.
    """
    try:
        yield
    except RotationError as error:
        error.at(secret=secret, step=step)
        raise
    except Exception as error:
        raise UnexpectedError(
            f"An unexpected {type(error).__name__} ended it",
            remedy="Report it with the frames of this log entry",
        ).at(secret=secret, step=step) from error
