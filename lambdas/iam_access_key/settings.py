"""The environment of the functions, read once."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from rotation.errors import BadSettingsError

SETTLE = timedelta(seconds=31)
"""IAM is consistent within half a minute, in all regions; it tells seconds without their fractions.

Answers alone, however many, may all come from the part of AWS that knows a key already. Where IAM
is consistent at once, KEY_SETTLE_SECONDS may say less.
"""

_USER_ARN = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:user/([\w+=,.@-]+/)*[\w+=,.@-]{1,64}")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the stack tells the functions besides how long keys live.

    Attributes:
        user_arn: ARN of the user whose key it is.
        settle: How old a key has to be before it is taken for known everywhere.
    """

    user_arn: str
    settle: timedelta = SETTLE

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Reads IAM_USER_ARN and, if set, KEY_SETTLE_SECONDS.

        Raises:
            BadSettingsError: One is missing, or nonsense.
        """
        arn = environment.get("IAM_USER_ARN", "")
        if not _USER_ARN.fullmatch(arn):
            raise _bad("IAM_USER_ARN", "must be the ARN of an IAM user")
        return cls(arn, settle=_settle(environment))

    @property
    def user_name(self) -> str:
        """The user's name."""
        return self.user_arn.rpartition("/")[2]


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
