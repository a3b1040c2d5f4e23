"""The credential report, where moto differs.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime

from moto.core.responses import ActionResult
from moto.iam.exceptions import ReportNotPresentException
from moto.iam.models import AccessKey, IAMBackend, User
from moto.iam.responses import IamResponse

from local.moto_patch import replace, wrap

_NONE = "N/A"
_KEY = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
_COLUMNS = (
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    *(f"access_key_{slot}_{column}" for slot in (1, 2) for column in _KEY),
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
)


def install() -> None:
    """Correct moto."""
    replace(IAMBackend, "get_credential_report", _get_credential_report)
    wrap(IamResponse, "get_credential_report", _the_report_is_of_now)


def _the_report_is_of_now(original: Callable[..., ActionResult]) -> Callable[..., ActionResult]:
    """Date the report, which is made when it is asked for: moto's is of 2015."""

    def get_credential_report(self: IamResponse) -> ActionResult:
        answer = original(self)
        assert isinstance(answer.result, dict)  # noqa: S101  # moto's
        return ActionResult({**answer.result, "GeneratedTime": datetime.now(UTC)})

    return get_credential_report


def _get_credential_report(self: IAMBackend) -> str:
    """Write the report.

    moto's has no row for the root user, calls where and for what a key was used `not_supported`,
    gives a password that does not exist a date, and breaks at a comma in a name.
    """
    if not self.report_generated():
        raise ReportNotPresentException("Credential report is not present")
    text = io.StringIO()
    rows = csv.DictWriter(text, _COLUMNS, restval=_NONE, lineterminator="\n")
    rows.writeheader()
    rows.writerow(_root(self))
    rows.writerows(_row(user) for user in self.users.values())
    return text.getvalue()


def _root(backend: IAMBackend) -> dict[str, str]:
    return {
        "user": "<root_account>",
        "arn": f"arn:{backend.partition}:iam::{backend.account_id}:root",
        "password_enabled": "not_supported",
        "mfa_active": "true",
        "access_key_1_active": "false",
        "access_key_2_active": "false",
        "cert_1_active": "false",
        "cert_2_active": "false",
    }


def _row(user: User) -> dict[str, str]:
    certificates = [each.status == "Active" for each in user.signing_certificates.values()]
    active = [_flag(one) for one in [*certificates, False, False][:2]]
    return {
        "user": user.name,
        "arn": user.arn,
        "user_creation_time": _time(user.create_date),
        "password_enabled": _flag(user.password is not None),
        "password_last_used": "no_information" if user.password else _NONE,
        "mfa_active": _flag(bool(user.mfa_devices)),
        **_keys(user.access_keys),
        "cert_1_active": active[0],
        "cert_2_active": active[1],
    }


def _keys(keys: list[AccessKey]) -> dict[str, str]:
    told: dict[str, str] = {}
    for slot in (1, 2):
        values = _key(keys[slot - 1]) if slot <= len(keys) else {"active": "false"}
        told |= {f"access_key_{slot}_{column}": value for column, value in values.items()}
    return told


def _key(key: AccessKey) -> dict[str, str]:
    told = {"active": _flag(key.status == "Active"), "last_rotated": _time(key.create_date)}
    if key.last_used is None:
        return told
    return told | {
        "last_used_date": _time(key.last_used.timestamp),
        "last_used_region": key.last_used.region,
        "last_used_service": key.last_used.service,
    }


def _flag(value: bool) -> str:  # noqa: FBT001 - it is what is written
    return "true" if value else "false"


def _time(moment: datetime) -> str:
    """Write a time as AWS does; moto's have no zone and are in UTC."""
    return moment.replace(microsecond=0, tzinfo=UTC).isoformat()
