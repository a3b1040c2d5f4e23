"""Who makes a call: found by the access key, with all policies that bind them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from moto.iam.exceptions import NotFoundException
from moto.iam.models import (
    Group,
    IAMBackend,
    ManagedPolicy,
    Role,
    User,
    get_account_id_from,
    iam_backends,
)
from moto.sts.models import AssumedRole, sts_backends

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
        deploys: Whether it is a role that CDK's bootstrap made to deploy with.
    """

    arn: str
    account: str
    context: Mapping[str, str | tuple[str, ...]]
    identity_policies: tuple[Policy, ...]
    boundary: Policy | None
    session_policy: Policy | None = None
    deploys: bool = False


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
    if key is None or key.user_name is None or key.status != "Active":
        raise CredentialsRefused("The security token included in the request is invalid.")
    return _user(iam, iam.get_user(key.user_name))


def _role_session(iam: IAMBackend, session: AssumedRole) -> Caller:
    if session.expiration.replace(tzinfo=UTC) <= datetime.now(UTC):
        raise CredentialsRefused(
            "The security token included in the request is expired", expired=True
        )
    try:
        role = iam.get_role_by_arn(session.role_arn)
    except NotFoundException as error:
        raise CredentialsRefused(
            "The security token included in the request is invalid."
        ) from error
    return Caller(
        arn=session.arn,
        account=session.account_id,
        context=_context(role.arn, "AssumedRole", session.user_id, session.account_id, role.tags),
        identity_policies=_policies(role),
        boundary=_boundary(iam, role.permissions_boundary_arn),
        session_policy=Policy.read("session policy", session.policy) if session.policy else None,
        deploys=_BOOTSTRAP_ROLE.fullmatch(role.name) is not None,
    )


def _user(iam: IAMBackend, user: User) -> Caller:
    groups = iam.get_groups_for_user(user.name)
    return Caller(
        arn=user.arn,
        account=user.account_id,
        context={
            **_context(user.arn, "User", user.id, user.account_id, user.tags or []),
            "aws:username": user.name,
        },
        identity_policies=(
            *_policies(user),
            *(each for group in groups for each in _policies(group)),
        ),
        boundary=None,
    )


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
