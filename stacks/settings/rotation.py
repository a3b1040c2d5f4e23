"""What a team decides about rotation."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints, ValidationInfo, field_validator

import rotation_schedule
from credential_rotation.engines import STRATEGIES, strategies
from stacks.settings.field import Group, setting

_EXPRESSIONS = (
    "rate(4 hours) to rate(999 days), or cron(0 hours day month weekday *) with hours as 2 or 2/10"
)


def _known_schedule(expression: str) -> str:
    """Accept a schedule that Secrets Manager accepts.

    Raises:
        ValueError: See `schedule.parse`.
    """
    rotation_schedule.parse(expression)
    return expression


Strategy = Annotated[str, StringConstraints(pattern=f"^({'|'.join(STRATEGIES)})?$")]
STRATEGIES_ALLOWED = f"{strategies()}; each product's first is what it is if left out"
Schedule = Annotated[str, AfterValidator(_known_schedule)]
Window = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]?h$")]


def fitting_window(window: str, expression: str | None) -> str:
    """Accept a window that a schedule leaves room for.

    Raises:
        ValueError: It leaves less.
    """
    if expression:
        longest = rotation_schedule.parse(expression).longest_window
        if int(window.removesuffix("h")) > longest:
            raise ValueError(f"{expression} leaves {longest}h")
    return window


class Rotation(Group):
    """How and when credentials change, unless a database or a login says otherwise itself."""

    strategy: Strategy = setting(
        "",
        meaning="`alternating`: two users in turn, so that the previous credential still works. "
        "`dual`: one user with two passwords, for the same. `single`: one user whose password "
        "changes.",
        allowed=STRATEGIES_ALLOWED,
    )
    schedule: Schedule = setting(
        "rate(30 days)",
        meaning="When to rotate the secret of a login (UTC).",
        allowed=_EXPRESSIONS,
        control="SecretsManager.1, SecretsManager.4",
    )
    window: Window = setting(
        "3h",
        meaning="How long after a scheduled hour the rotation may start. For the admin secret "
        "it is less where its schedule leaves less.",
        allowed="1h to 24h, ending on the same UTC day and before the next window opens",
    )
    on_deploy: bool = setting(
        default=False,
        meaning="Rotate the secret of a login also whenever a deployment changes its schedule.",
        allowed="true or false",
    )
    admin: bool = setting(
        default=True,
        meaning="Rotate the admin secret as well: the master user changes its own password.",
        allowed="true or false",
        control="SecretsManager.1",
    )
    admin_schedule: Schedule = setting(
        "cron(0 4 15 * ? *)",
        meaning="When to rotate the admin secret (UTC); best apart from the logins' windows, "
        "because a rotation of one that meets the other's is put off to its next attempt.",
        allowed=_EXPRESSIONS,
        control="SecretsManager.4",
    )

    @field_validator("window")
    @classmethod
    def _fits_the_schedule(cls, window: str, info: ValidationInfo) -> str:
        return fitting_window(window, info.data.get("schedule"))

    @property
    def admin_window(self) -> str:
        """How long after the scheduled hour the admin secret's rotation may start."""
        longest = rotation_schedule.parse(self.admin_schedule).longest_window
        return f"{min(longest, int(self.window.removesuffix('h')))}h"
