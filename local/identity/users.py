"""Users, where moto differs.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
"""

from collections.abc import Callable

from moto.iam.exceptions import DeleteConflictException
from moto.iam.models import IAMBackend

from local.moto_patch import wrap


def install() -> None:
    """Correct moto."""
    wrap(IAMBackend, "delete_user", _deletion_needs_an_empty_user)


def _deletion_needs_an_empty_user(original: Callable[..., None]) -> Callable[..., None]:
    """Refuse to delete a user who still has something; moto would leave his keys behind."""

    def delete_user(self: IAMBackend, user_name: str) -> None:
        user = self.get_user(user_name)
        still = {
            "delete access keys": user.access_keys,
            "remove MFA devices": user.mfa_devices,
            "delete login profile": user.password,
            "remove users from group": self.get_groups_for_user(user_name),
        }
        for remedy, found in still.items():
            if found:
                raise DeleteConflictException(f"Cannot delete entity, must {remedy} first.")
        original(self, user_name)

    return delete_user
