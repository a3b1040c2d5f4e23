"""Permissions boundaries of users, which moto lacks; those of roles it has.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html
"""

from collections.abc import Callable

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.exceptions import NoSuchEntity
from moto.iam.models import User
from moto.iam.responses import IamResponse

from local.moto_patch import add, wrap


def install() -> None:
    """Correct moto."""
    add(User, "permissions_boundary", property(_boundary))
    add(IamResponse, "put_user_permissions_boundary", _put)
    add(IamResponse, "delete_user_permissions_boundary", _delete)
    wrap(IamResponse, "create_user", _creation_sets_the_boundary)


def boundary_of(user: User) -> str | None:
    """Return the ARN of the policy that bounds a user's rights; None if there is none."""
    arn: str | None = getattr(user, "permissions_boundary_arn", None)
    return arn


def set_boundary(user: User, arn: str | None) -> None:
    """Bound a user's rights by a policy, or by none."""
    setattr(user, "permissions_boundary_arn", arn)  # noqa: B010 - moto's users have no such thing


def _boundary(user: User) -> dict[str, str] | None:
    arn = boundary_of(user)
    kind = {"PermissionsBoundaryType": "PermissionsBoundaryPolicy"}
    return {**kind, "PermissionsBoundaryArn": arn} if arn else None


def _put(self: IamResponse) -> EmptyResult:
    arn = self._get_param("PermissionsBoundary")
    self.backend.get_policy(arn)
    set_boundary(self.backend.get_user(self._get_param("UserName")), arn)
    return EmptyResult()


def _delete(self: IamResponse) -> EmptyResult:
    user = self.backend.get_user(self._get_param("UserName"))
    if not boundary_of(user):
        raise NoSuchEntity(f"User {user.name} does not have a permissions boundary.")
    set_boundary(user, None)
    return EmptyResult()


def _creation_sets_the_boundary(
    original: Callable[..., ActionResult],
) -> Callable[..., ActionResult]:
    """Take the boundary that CreateUser names; moto ignores it."""

    def create_user(self: IamResponse) -> ActionResult:
        arn = self._get_param("PermissionsBoundary")
        if arn:
            self.backend.get_policy(arn)
        answer = original(self)
        set_boundary(self.backend.get_user(self._get_param("UserName")), arn)
        return answer

    return create_user
