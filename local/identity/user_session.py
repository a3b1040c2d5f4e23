"""What GetSessionToken gives to an IAM user."""

from datetime import UTC, datetime, timedelta

from moto.iam.models import AccessKey, User
from moto.sts.utils import random_session_token


class UserSession(AccessKey):
    """Temporary credentials of an IAM user.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html

    Attributes:
        expiration: When they end.
        authenticated: When the user showed an MFA code for them; None if he did not.
    """

    def __init__(self, user: User, *, seconds: int, with_mfa: bool) -> None:
        super().__init__(user.name, prefix="ASIA", account_id=user.account_id)
        now = datetime.now(UTC)
        self.session_token = random_session_token()
        self.expiration = now + timedelta(seconds=seconds)
        self.authenticated = now if with_mfa else None

    @property
    def expired(self) -> bool:
        """Whether they have ended."""
        return self.expiration <= datetime.now(UTC)

    def mfa_context(self) -> dict[str, str]:
        """Return the condition keys about MFA; a session without it says so.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-multifactorauthpresent
        """
        if self.authenticated is None:
            return {"aws:MultiFactorAuthPresent": "false"}
        age = datetime.now(UTC) - self.authenticated
        return {
            "aws:MultiFactorAuthPresent": "true",
            "aws:MultiFactorAuthAge": str(int(age.total_seconds())),
        }
