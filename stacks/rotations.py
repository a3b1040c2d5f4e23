"""The two rotations: the application's and the admin's."""

from aws_cdk import RemovalPolicies
from constructs import Construct

from stacks.application_user import ApplicationUser
from stacks.database_rotation import DatabaseRotation, PasswordRules
from stacks.rotation import RotationRules
from stacks.secrets import AdminSecret, ApplicationSecret
from stacks.site import Site


class ApplicationRotation(DatabaseRotation):
    """Changes the application's credential, with the admin's help where two users alternate."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        site: Site,
        secret: ApplicationSecret,
        admin: AdminSecret,
        user: ApplicationUser,
        strategy: str,
        rules: RotationRules,
        passwords: PasswordRules,
    ) -> None:
        """Create the function and the schedule.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            site: See `DatabaseRotation`.
            secret: What is rotated.
            admin: The credential that the strategy may need besides.
            user: Whose credential it is; it has to exist first.
            strategy: See `DatabaseRotation`.
            rules: See `DatabaseRotation`.
            passwords: See `DatabaseRotation`.
        """
        super().__init__(
            scope,
            construct_id,
            site=site,
            name=f"{site.names.prefix}-rotation",
            strategy=strategy,
            secret=secret,
            admin=admin if strategy == "alternating" else None,
            rules=rules,
            passwords=passwords,
        )
        self.schedule.node.add_dependency(user)  # nobody can rotate who cannot log in yet


class AdminRotation(DatabaseRotation):
    """Changes the master user's password, which the master user does itself.

    A function and a role of their own: what rotates the application's secret reads the admin's and
    never writes it, and what rotates the admin's knows of no other.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        site: Site,
        secret: AdminSecret,
        user: ApplicationUser,
        rules: RotationRules,
        passwords: PasswordRules,
    ) -> None:
        """Create the function and the schedule.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            site: See `DatabaseRotation`.
            secret: What is rotated.
            user: Who is created with the admin's credential, before that changes.
            rules: See `DatabaseRotation`.
            passwords: See `DatabaseRotation`.
        """
        super().__init__(
            scope,
            construct_id,
            site=site,
            name=f"{site.names.prefix}-admin-rotation",
            strategy="single",  # there is no other master user to alternate with
            secret=secret,
            admin=None,
            rules=rules,
            passwords=passwords,
        )
        self.schedule.node.add_dependency(user)
        # It comes and goes with a setting: a log that stays would be in the way of its next one.
        RemovalPolicies.of(self).destroy(apply_to_resource_types=["AWS::Logs::LogGroup"])
