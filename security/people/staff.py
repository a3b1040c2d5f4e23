"""The people, and the roles that they take on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from security.identifiers import ACCOUNT, arn
from security.parts import Parts
from security.principals import EVERYTHING, Principal
from stacks.settings.access import Access

MEMBERS: Mapping[str, tuple[str, str]] = {
    "auditor": ("auditors", "anna"),
    "rotation-operator": ("rotation-operators", "otto"),
    "break-glass": ("break-glass", "bea"),
}
"""Group and an example of a member, by the role that the group may take on."""

COLLEAGUE = "carl"
"""Somebody else."""


@dataclass(frozen=True)
class Staff:
    """Users, sessions of roles, and the contractor.

    Attributes:
        parts: Of both stacks.
        access: What the team decided about people.
    """

    parts: Parts
    access: Access

    def member(self, role: str, *, name: str = "") -> Principal:
        """A member of the group that may take a role on."""
        group, example = MEMBERS[role]
        return Principal.user(name or example, group_arn=self.parts.group(group))

    def members(self) -> Iterator[tuple[str, Principal]]:
        """A member of each group, by the role."""
        for role in MEMBERS:
            yield role, self.member(role)

    def session(self, role: str) -> Principal:
        """A session of a role."""
        return self.parts.person_role(role)

    def sessions(self) -> Iterator[Principal]:
        """A session of each role."""
        for role in (*MEMBERS, "contractor"):
            yield self.session(role)

    def readable(self) -> list[str]:
        """ARNs of the secrets that may be read in an emergency: those of all logins."""
        return [
            self.parts.secret(f"{database}/{login}")
            for database, given in self.parts.settings.databases.items()
            for login in given.logins
        ]

    def longest_session(self, role: str) -> int:
        """Seconds that a session of a role may be asked for.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-settings.html
        """
        name = f"{self.parts.ids.stack}-{role}"
        roles = self.parts.of("AWS::IAM::Role").values()
        [longest] = [each["MaxSessionDuration"] for each in roles if each.get("RoleName") == name]
        return int(longest)

    def contractor(self, *, account: str = "") -> Principal:
        """A user of the contractor's, or of another account, who may do everything there."""
        return Principal.user(
            "connie", account=account or self.access.contractor_account, policies=(EVERYTHING,)
        )


def user_arn(name: str) -> str:
    """ARN of a user."""
    return arn("iam", f"user/{name}", region="", account=ACCOUNT)


def device_arn(name: str) -> str:
    """ARN of the virtual MFA device that is named after a user."""
    return arn("iam", f"mfa/{name}", region="", account=ACCOUNT)
