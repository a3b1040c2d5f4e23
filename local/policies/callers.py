"""Who makes a call: found by the access key, with all policies that bind them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from moto.iam.exceptions import NotFoundException
from moto.iam.models import (
    AccessKey,
    Group,
    IAMBackend,
    ManagedPolicy,
    Role,
    User,
    get_account_id_from,
    iam_backends,
)
from moto.sts.models import AssumedRole, sts_backends

from local.identity.boundaries import boundary_of
from local.identity.sessions import RoleSession, UserSession
from local.policies.request import Policy

_PARTITION = "aws"
# https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html
_BOOTSTRAP_ROLE = re.compile(
    r"cdk-[a-z0-9]+-(deploy|cfn-exec|file-publishing|image-publishing|lookup)-role-\d{12}-[a-z0-9-]+"
)


class CredentialsRefused(Exception):  # noqa: N818  # it is the credentials that are wrong
    """AWS does not accept the credentials at all.

    Attributes:
        expired: Whether they were accepted until recently.
    """

    def __init__(self, message: str, *, expired: bool = False) -> None:
        super().__init__(message)
        self.expired = expired


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A user or a role's session.

    Attributes:
        arn: As AWS names it in its errors.
        context: The condition keys that describe a principal.
        temporary: Whether the credentials are a session's.
        deploys: Whether it is a role that CDK's bootstrap made to deploy with.
    """

    arn: str
    account: str
    context: Mapping[str, str | tuple[str, ...]]
    identity_policies: tuple[Policy, ...]
    boundary: Policy | None
    session_policy: Policy | None = None
    temporary: bool = False
    deploys: bool = False

    @property
    def user_name(self) -> str | None:
        """The name of the IAM user that it is, also in a session of his; None for a role."""
        return _text(self.context.get("aws:username"))

    @property
    def source_identity(self) -> str | None:
        """Who assumed the role in the first place, if he said so then."""
        return _text(self.context.get("aws:SourceIdentity"))

    @property
    def used_mfa(self) -> bool:
        """Whether an MFA code was shown for the session."""
        return self.context.get("aws:MultiFactorAuthPresent") == "true"


def find_caller(access_key_id: str) -> Caller:
    """Find out who was given an access key.

    Raises:
        CredentialsRefused: Nobody was, or it is not valid any more.
    """
    account = get_account_id_from(access_key_id)
    iam = iam_backends[account][_PARTITION]
    session = sts_backends[account][_PARTITION].get_assumed_role_from_access_key(access_key_id)
    if session:
        return _role_session(iam, session)
    key = iam.access_keys.get(access_key_id)
    user = iam.users.get(key.user_name or "") if key else None
    if key is None or user is None or key.status != "Active":
        raise CredentialsRefused("The security token included in the request is invalid.")
    if not isinstance(key, UserSession):
        return _user(iam, user)
    if key.expired:
        raise _expired()
    return _user(iam, user, key)


def _role_session(iam: IAMBackend, session: AssumedRole) -> Caller:
    if session.expiration.replace(tzinfo=UTC) <= datetime.now(UTC):
        raise _expired()
    try:
        role = iam.get_role_by_arn(session.role_arn)
    except NotFoundException as error:
        raise CredentialsRefused(
            "The security token included in the request is invalid."
        ) from error
    return Caller(
        arn=session.arn,
        account=session.account_id,
        context={
            **_context(role.arn, "AssumedRole", session.user_id, session.account_id, role.tags),
            **_issued(session.access_key),
            **_said(session),
        },
        identity_policies=_policies(role),
        boundary=_boundary(iam, role.permissions_boundary_arn),
        session_policy=Policy.read("session policy", session.policy) if session.policy else None,
        temporary=True,
        deploys=_BOOTSTRAP_ROLE.fullmatch(role.name) is not None,
    )


def _said(session: AssumedRole) -> dict[str, str]:
    """Return what was said when the role was assumed: its session carries no MFA context."""
    if not isinstance(session, RoleSession):
        return {}
    tags = {f"aws:PrincipalTag/{key}": value for key, value in session.session_tags.items()}
    source = session.source_identity
    return tags | ({"aws:SourceIdentity": source} if source else {})


def _user(iam: IAMBackend, user: User, session: UserSession | None = None) -> Caller:
    groups = iam.get_groups_for_user(user.name)
    return Caller(
        arn=user.arn,
        account=user.account_id,
        context={
            **_context(user.arn, "User", user.id, user.account_id, user.tags or []),
            "aws:username": user.name,
            **({**session.mfa_context(), **_issued(session)} if session else {}),
        },
        identity_policies=(
            *_policies(user),
            *(each for group in groups for each in _policies(group)),
        ),
        boundary=_boundary(iam, boundary_of(user)),
        temporary=session is not None,
    )


def _issued(key: AccessKey) -> dict[str, str]:
    """Say when temporary credentials were given out: a policy can end those of before some time.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
    """
    return {"aws:TokenIssueTime": key.create_date.replace(tzinfo=UTC).isoformat(timespec="seconds")}


def _expired() -> CredentialsRefused:
    return CredentialsRefused("The security token included in the request is expired", expired=True)


def _text(value: str | tuple[str, ...] | None) -> str | None:
    return value if isinstance(value, str) else None


def _context(
    arn: str, kind: str, user_id: str, account: str, tags: list[dict[str, str]]
) -> dict[str, str | tuple[str, ...]]:
    return {
        "aws:PrincipalArn": arn,
        "aws:PrincipalAccount": account,
        "aws:PrincipalType": kind,
        "aws:PrincipalIsAWSService": "false",
        "aws:userid": user_id,
        **{f"aws:PrincipalTag/{tag['Key']}": tag["Value"] for tag in tags},
    }


def _policies(identity: Role | User | Group) -> tuple[Policy, ...]:
    inline = [Policy.read(name, document) for name, document in identity.policies.items()]
    managed = [_managed(each) for each in identity.managed_policies.values()]
    return (*inline, *managed)


def _boundary(iam: IAMBackend, arn: str | None) -> Policy | None:
    if not arn:  # moto: None for a role made by a call, empty for one made by a template
        return None
    return _managed(iam.get_policy(arn))


def _managed(policy: ManagedPolicy) -> Policy:
    versions = {version.version_id: version.document for version in policy.versions}
    return Policy.read(policy.arn, versions[policy.default_version_id])
