"""What can go wrong with reading the secret. What a driver raises stays what it is.

RotatedSecretError
├── SecretUnavailableError   there is nothing yet to go on with, and Secrets Manager gives nothing
└── BadSecretError           the secret's content can't be used
"""


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
    """The secret's content is not the JSON of a database credential."""
