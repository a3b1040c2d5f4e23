"""STS's calls, where moto differs.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
"""

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.models import IAMBackend, iam_backends
from moto.sts import models
from moto.sts.exceptions import STSValidationError
from moto.sts.models import STSBackend
from moto.sts.responses import TokenResponse

from local.identity.durations import assumed_seconds, session_seconds
from local.identity.sessions import RoleSession, UserSession
from local.moto_patch import replace, wrap


def install() -> None:
    """Correct moto."""
    replace(models, "AssumedRole", RoleSession)
    replace(TokenResponse, "assume_role", _assume_role)
    replace(TokenResponse, "get_session_token", _get_session_token)
    wrap(STSBackend, "get_caller_identity", _strangers_are_the_accounts_own)
    wrap(IAMBackend, "get_user_from_access_key_id", _sessions_have_users)
    wrap(IAMBackend, "get_access_key_last_used", _sessions_name_users)


def _assume_role(self: TokenResponse) -> ActionResult:
    """Start a role's session.

    moto looks at no bound of its length, and forgets source identity and tags.
    """
    role_arn = self._get_param("RoleArn")
    origin = self.backend.get_assumed_role_from_access_key(self.get_access_key())
    seconds = assumed_seconds(
        role_arn, self._get_int_param("DurationSeconds"), chained=origin is not None
    )
    session = self.backend.assume_role(
        region_name=self.region,
        role_session_name=self._get_param("RoleSessionName"),
        role_arn=role_arn,
        policy=self._get_param("Policy"),
        duration=seconds,
        external_id=self._get_param("ExternalId"),
    )
    assert isinstance(session, RoleSession)  # noqa: S101  # see install()
    inherited = origin.source_identity if isinstance(origin, RoleSession) else None
    session.source_identity = self._get_param("SourceIdentity") or inherited
    session.session_tags = {tag["Key"]: tag["Value"] for tag in self._get_param("Tags", [])}
    return ActionResult(_answer(session))


def _answer(session: RoleSession) -> dict[str, Any]:
    told = {"Credentials": session, "AssumedRoleUser": _user_of(session)}
    return told | ({"SourceIdentity": session.source_identity} if session.source_identity else {})


def _user_of(session: RoleSession) -> dict[str, str]:
    return {"AssumedRoleId": session.user_id, "Arn": session.arn}


def _get_session_token(self: TokenResponse) -> ActionResult:
    """Start a user's session; moto hands out AWS's example keys, which belong to nobody."""
    iam = iam_backends[self.current_account][self.partition]
    user = iam.get_user_from_access_key_id(self.get_access_key())
    if user is None:
        raise STSValidationError(
            "The local AWS gives sessions to IAM users: call GetSessionToken with a user's keys"
        )
    session = UserSession(  # type: ignore[abstract] # moto's own keys are no less so
        user,
        seconds=session_seconds(self._get_int_param("DurationSeconds")),
        with_mfa=bool(self._get_param("SerialNumber")),
    )
    iam.access_keys[session.access_key_id] = session
    return ActionResult({"Credentials": session})


def _strangers_are_the_accounts_own(
    original: Callable[..., tuple[str, str, str]],
) -> Callable[..., tuple[str, str, str]]:
    """Call whoever is nobody in IAM the account's root; moto invents a user named `moto`."""

    def get_caller_identity(
        self: STSBackend, access_key_id: str, region: str
    ) -> tuple[str, str, str]:
        user_id, arn, account = original(self, access_key_id, region)
        if arn.endswith(":user/moto"):
            return account, f"arn:{self.partition}:iam::{account}:root", account
        return user_id, arn, account

    return get_caller_identity


def _sessions_have_users(original: Callable[..., Any]) -> Callable[..., Any]:
    """Find the user of a session's key too: moto knows long-term keys only."""

    def get_user_from_access_key_id(self: IAMBackend, access_key_id: str) -> Any:  # noqa: ANN401 - moto's
        key = self.access_keys.get(access_key_id)
        if isinstance(key, UserSession):
            return self.users.get(str(key.user_name))
        return original(self, access_key_id)

    return get_user_from_access_key_id


def _sessions_name_users(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Name the user of a session's key too: moto asks this for who calls."""

    def get_access_key_last_used(self: IAMBackend, access_key_id: str) -> dict[str, Any]:
        key = self.access_keys.get(access_key_id)
        if isinstance(key, UserSession):
            return {"user_name": key.user_name, "last_used": key.last_used}
        return original(self, access_key_id)

    return get_access_key_last_used
