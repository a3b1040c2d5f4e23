"""Temporary credentials of a role that a service assumes for something of ours."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from moto.sts.models import sts_backends


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
