"""The environment of the functions, read once."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from rotation.errors import BadSettingsError

LIMIT = timedelta(days=90)
"""No active key is ever older (IAM.3, https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-3)."""

STEP_SECONDS = 60.0
"""A run that finds another one at it waits 40 seconds; a new key takes 31 to be known everywhere.

The functions' time-out leaves a last call of 13 seconds besides, and the time to log.
"""

SETTLE = timedelta(seconds=31)
"""IAM is consistent within half a minute, in all regions; it tells seconds without their fractions.

Answers alone, however many, may all come from the part of AWS that knows a key already. Where IAM
is consistent at once, KEY_SETTLE_SECONDS may say less.
"""

_USER_ARN = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:user/([\w+=,.@-]+/)*[\w+=,.@-]{1,64}")
_DAYS = re.compile(r"[1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the stack tells the functions.

    Attributes:
        user_arn: ARN of the user whose key it is.
        grace: How long the key before keeps working.
        rest: How long it is kept after that, deactivated, before it is deleted.
        notice: How long before the limit people are told.
        settle: How old a key has to be before it is taken for known everywhere.
    """

    user_arn: str
    grace: timedelta
    rest: timedelta
    notice: timedelta
    settle: timedelta = SETTLE

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Reads IAM_USER_ARN, GRACE_DAYS, REST_DAYS, NOTICE_DAYS and, if set, KEY_SETTLE_SECONDS.

        Raises:
            BadSettingsError: One is missing, or nonsense.
        """
        arn = environment.get("IAM_USER_ARN", "")
        if not _USER_ARN.fullmatch(arn):
            raise _bad("IAM_USER_ARN", "must be the ARN of an IAM user")
        return cls(
            arn,
            grace=_days(environment, "GRACE_DAYS"),
            rest=_days(environment, "REST_DAYS"),
            notice=_days(environment, "NOTICE_DAYS"),
            settle=_settle(environment),
        )

    @property
    def user_name(self) -> str:
        """The user's name."""
        return self.user_arn.rpartition("/")[2]


def _days(environment: Mapping[str, str], name: str) -> timedelta:
    value = environment.get(name, "")
    if not _DAYS.fullmatch(value):
        raise _bad(name, "must be a number of days from 1 to 99")
    return timedelta(days=int(value))


def _settle(environment: Mapping[str, str]) -> timedelta:
    value = environment.get("KEY_SETTLE_SECONDS")
    if value is None:
        return SETTLE
    if not re.fullmatch("[0-9]{1,2}", value):
        raise _bad("KEY_SETTLE_SECONDS", "must be a number of seconds from 0 to 99")
    return timedelta(seconds=int(value))


def _bad(name: str, what: str) -> BadSettingsError:
    return BadSettingsError(
        f"The environment variable {name} {what}",
        remedy="Deploy the stack: it sets the variables of its functions",
    )
