"""The account's credential report, made and fetched.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

import csv
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from credential_rotation.command.inventory.errors import NoReportError
from credential_rotation.command.inventory.iam import told
from credential_rotation.command.inventory.user import ROOT, User

if TYPE_CHECKING:
    from mypy_boto3_iam.client import IAMClient

_PAUSE = 2.0
ATTEMPTS = 60
"""How often to look whether the report is there, with two seconds in between."""

_UNREADABLE = "it has other columns than it used to have: %s is missing"


@dataclass(frozen=True)
class CredentialReport:
    """What the report says.

    Attributes:
        made: When AWS made it: AWS makes one every four hours at most.
        users: All IAM users.
    """

    made: datetime
    users: tuple[User, ...]


def fetch(iam: "IAMClient", *, pause: Callable[[float], None] = time.sleep) -> CredentialReport:
    """Have the report made, wait for it, and read it.

    Args:
        iam: The account's IAM.
        pause: Waits for so many seconds.

    Raises:
        NotAllowedError: A permission is missing.
        NoReportError: AWS did not make it, or it cannot be read.
        NoAnswerError: AWS is out of reach.
    """
    last = ""
    for _ in range(ATTEMPTS):
        with told():
            last = iam.generate_credential_report()["State"]
            if last == "COMPLETE":
                try:
                    return _read(iam)
                except (
                    iam.exceptions.CredentialReportNotPresentException,
                    iam.exceptions.CredentialReportExpiredException,
                    iam.exceptions.CredentialReportNotReadyException,
                ) as error:
                    # A report may end between the two calls; the next round makes another.
                    last = str(error)
        pause(_PAUSE)
    raise NoReportError(f"after {ATTEMPTS} attempts AWS says {last}")


def _read(iam: "IAMClient") -> CredentialReport:
    answer = iam.get_credential_report()
    rows = csv.DictReader(answer["Content"].decode().splitlines())
    try:
        users = tuple(User.of(row) for row in rows if row["user"] != ROOT)
    except KeyError as error:
        raise NoReportError(_UNREADABLE % error) from error
    return CredentialReport(answer["GeneratedTime"], users)
