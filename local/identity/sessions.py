"""Sessions: of a role, of a user with MFA, and of a service that assumes a role."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from moto.iam.models import AccessKey, User
from moto.sts.models import AssumedRole, sts_backends
from moto.sts.utils import random_session_token


class RoleSession(AssumedRole):
    """A role's session that remembers what was said when the role was assumed; moto's forgets it.

    Attributes:
        source_identity: Who it was in the first place; it stays through a chain of roles.
            https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
        session_tags: Tags of the session; they go before the role's own.
    """

    source_identity: str | None = None
    session_tags: Mapping[str, str] = {}


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


@dataclass(frozen=True)
class ServiceSession:
    """Credentials that a service hands on.

    Attributes:
        since: When they were issued.
        until: When they stop being accepted.
    """

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    since: datetime
    until: datetime

    def lasts(self, seconds: float) -> bool:
        """Whether the credentials are still accepted that many seconds from now."""
        return datetime.now(UTC) + timedelta(seconds=seconds) < self.until


def begin_session(role_arn: str, *, region: str, name: str, seconds: int) -> ServiceSession:
    """Assume a role as a service does, which has asked before whether it may.

    Args:
        role_arn: The role.
        region: Where the service is.
        name: What the session is called.
        seconds: How long it lasts.
    """
    _, partition, _, _, account, _ = role_arn.split(":", 5)
    since = datetime.now(UTC)
    session = sts_backends[account][partition].assume_role(
        region_name=region,
        role_session_name=name,
        role_arn=role_arn,
        policy="",
        duration=seconds,
        external_id="",
    )
    return ServiceSession(
        access_key_id=session.access_key_id,
        secret_access_key=session.secret_access_key,
        session_token=session.session_token,
        since=since,
        until=session.expiration.replace(tzinfo=UTC),
    )
