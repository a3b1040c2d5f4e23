"""What can end the look at an account.

InventoryError
├── NotAllowedError   a permission is missing
├── NoReportError     AWS did not make the credential report
└── NoAnswerError     there are no credentials, or AWS is out of reach or refuses otherwise
"""


class InventoryError(Exception):
    """The account cannot be looked at. Its text says what happened, why, and what to do."""


class NotAllowedError(InventoryError):
    """A permission is missing.

    Attributes:
        action: Which, as policies name it.
    """

    def __init__(self, action: str, why: str) -> None:
        super().__init__(
            f"{action} is not allowed: {why}. Allow the actions of the policy in docs/inventory.md"
        )
        self.action = action


class NoReportError(InventoryError):
    """AWS did not make the credential report."""

    def __init__(self, why: str) -> None:
        super().__init__(f"there is no credential report: {why}. Try again in a few minutes")


class NoAnswerError(InventoryError):
    """There are no credentials, or AWS is out of reach or refuses for another reason."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"AWS did not answer: {why}. Check the credentials (AWS_PROFILE, or the variables "
            "AWS_ACCESS_KEY_ID and so on) and the way to AWS"
        )
