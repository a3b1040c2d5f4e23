"""What a team decides about rotation."""

from typing import Annotated, Literal

from pydantic import StringConstraints, ValidationInfo, field_validator

from stacks.settings import schedule
from stacks.settings.field import Group, setting


class Rotation(Group):
    """How and when the application's credential changes."""

    strategy: Literal["alternating", "single"] = setting(
        "alternating",
        meaning="`alternating`: two users in turn, so that the previous credential still works. "
        "`single`: one user whose password changes.",
        allowed="alternating or single",
    )
    schedule: str = setting(
        "rate(30 days)",
        meaning="When to rotate (UTC).",
        allowed="rate(4 hours) to rate(999 days), or cron(0 hours day month weekday *) with hours "
        "as 2 or 2/10",
        control="SecretsManager.1, SecretsManager.4",
    )
    window: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]?h$")] = setting(
        "3h",
        meaning="How long after the scheduled hour the rotation may start.",
        allowed="1h to 24h, ending on the same UTC day and before the next window opens",
    )
    on_deploy: bool = setting(
        default=False,
        meaning="Rotate also whenever a deployment changes the schedule.",
        allowed="true or false",
    )

    @field_validator("schedule")
    @classmethod
    def _known_to_secrets_manager(cls, expression: str) -> str:
        schedule.parse(expression)
        return expression

    @field_validator("window")
    @classmethod
    def _fits_the_schedule(cls, window: str, info: ValidationInfo) -> str:
        if "schedule" in info.data:
            longest = schedule.parse(info.data["schedule"]).longest_window
            if int(window.removesuffix("h")) > longest:
                raise ValueError(f"{info.data['schedule']} leaves {longest}h")
        return window
