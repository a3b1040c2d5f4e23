"""What an auditor would say to settings that are allowed, but not for production."""

from collections.abc import Iterator

from aws_cdk import Annotations
from constructs import Construct

import rotation_schedule
from stacks.settings import Settings

LONGEST_DAYS = 90
"""SecretsManager.4 wants every secret rotated within as many days."""


def advise(scope: Construct, settings: Settings) -> None:
    """Show a warning at the synth for each control that the settings do without.

    Args:
        scope: Where the warnings appear.
        settings: What the team decided.
    """
    for control, consequence in _missing(settings):
        Annotations.of(scope).add_warning_v2(control, f"{control}: {consequence}")


def _missing(settings: Settings) -> Iterator[tuple[str, str]]:
    if not settings.database.multi_az:
        yield "RDS.5", "a zone that fails takes the database with it (database.multi_az)."
    if not settings.database.deletion_protection:
        yield "RDS.8", "the stack is deleted with all its data (database.deletion_protection)."
    if not settings.rotation.admin:
        yield "SecretsManager.1", "the master user's password never changes (rotation.admin)."
    for name in _schedules(settings):
        days = rotation_schedule.parse(getattr(settings.rotation, name)).days
        if days and days > LONGEST_DAYS:
            yield "SecretsManager.4", f"a password lives {days:.0f} days (rotation.{name})."


def _schedules(settings: Settings) -> Iterator[str]:
    yield "schedule"
    if settings.rotation.admin:
        yield "admin_schedule"
