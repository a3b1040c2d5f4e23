"""The look at an account."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from credential_rotation.command.inventory.credential_report import fetch
from credential_rotation.command.inventory.direct_policies import direct_policies
from credential_rotation.command.inventory.finding import Finding, findings

if TYPE_CHECKING:
    from mypy_boto3_iam.client import IAMClient


@dataclass(frozen=True)
class Inventory:
    """What was found.

    Attributes:
        reported: When AWS made the credential report: up to four hours ago.
        users: How many IAM users were looked at.
        findings: What is wrong, by user.
        unreported: Names of users that are newer than the report, of which only the policies are
            known.
    """

    reported: datetime
    users: int
    findings: tuple[Finding, ...]
    unreported: tuple[str, ...]


def take(iam: "IAMClient", *, longest: timedelta) -> Inventory:
    """Look at all IAM users of an account; nothing is changed.

    Args:
        iam: The account's IAM.
        longest: How old an access key may be.

    Raises:
        InventoryError: The account cannot be looked at.
    """
    report = fetch(iam)
    policies = direct_policies(iam)
    now = datetime.now(UTC)
    found = (
        finding
        for user in sorted(report.users, key=lambda user: user.name)
        for finding in findings(user, policies.get(user.arn, ()), now=now, longest=longest)
    )
    known = {user.arn for user in report.users}
    return Inventory(
        reported=report.made,
        users=len(report.users),
        findings=tuple(found),
        unreported=tuple(sorted(arn.rpartition("/")[2] for arn in policies.keys() - known)),
    )
