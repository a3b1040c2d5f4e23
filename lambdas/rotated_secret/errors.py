"""What can go wrong with reading the secret. What a driver raises stays what it is.

RotatedSecretError
├── SecretUnavailableError   there is nothing yet to go on with, and Secrets Manager gives nothing
└── BadSecretError           the secret's content can't be used
"""

import copy
from typing import Self


class RotatedSecretError(Exception):
    """Reading the secret failed. Its text never holds a secret.

    Attributes:
        secret_id: ARN or name of the secret.
        cause: What happened and why.
        remedy: What a person can do about it.
        retry_helps: Whether the same call may succeed later without anyone's help.
    """

    def __init__(self, secret_id: str, cause: str, *, remedy: str, retry_helps: bool) -> None:
        super().__init__(f"{secret_id}: {cause}. {remedy}.")
        self.secret_id = secret_id
        self.cause = cause
        self.remedy = remedy
        self.retry_helps = retry_helps

    def anew(self) -> Self:
        """Another error that says the same, for one of many who are told of one failure.

        An exception collects the way that it took each time that it is raised. Raise it
        `from error.__cause__`.
        """
        return copy.copy(self)

    def __reduce__(self) -> tuple[object, ...]:
        """It can be copied, and sent to another process: as its class, its text and its facts."""
        return _rebuilt, (type(self), self.args, vars(self))


def _rebuilt(
    kind: type[RotatedSecretError], arguments: tuple[object, ...], facts: dict[str, object]
) -> RotatedSecretError:
    error = kind.__new__(kind, *arguments)
    vars(error).update(facts)
    return error


class SecretUnavailableError(RotatedSecretError):
    """Secrets Manager did not give the secret.

    Attributes:
        code: AWS's error code, or the kind of failure on the way.
    """

    def __init__(
        self, secret_id: str, cause: str, *, code: str, remedy: str, retry_helps: bool
    ) -> None:
        super().__init__(secret_id, cause, remedy=remedy, retry_helps=retry_helps)
        self.code = code


class BadSecretError(RotatedSecretError):
    """The secret's content can't be used for what the application wants of it."""
