"""What an auditor would say to settings that are allowed, but not for production."""

from collections.abc import Iterator

from aws_cdk import Annotations
from constructs import Construct

import rotation_schedule
from credential_rotation.engines import ENGINES
from stacks.settings import Settings
from stacks.settings.databases import NamedDatabase

LONGEST_DAYS = 90
"""SecretsManager.4 wants every secret rotated within as many days."""


def advise(scope: Construct, settings: Settings) -> None:
    """Show a warning at the synth for each control that the settings do without.

    Args:
        scope: Where the warnings appear.
        settings: What the team decided.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for control, consequence, setting in _missing(settings):
        found.setdefault((control, consequence), []).append(setting)
    for (control, consequence), where in found.items():
        told = f"{control}: {consequence} ({', '.join(where)})."
        Annotations.of(scope).add_warning_v2(control, told)


def _missing(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """List controls that are done without, with the consequence and the setting."""
    for name, database in settings.databases.items():
        where = f"databases.{name}"
        if not database.existing:
            yield from _missing_of_server(where, database)
        for login, given in database.logins.items():
            yield from _seldom(given.schedule, f"{where}.logins.{login}.schedule")
    if settings.network.secrets_endpoint == "none":
        yield (
            "NoEndpoint",
            "a secret's policy cannot refuse a session that was carried out of the network",
            "network.secrets_endpoint",
        )


def _missing_of_server(where: str, database: NamedDatabase) -> Iterator[tuple[str, str, str]]:
    engine = ENGINES[database.engine]
    in_two_zones, protected = ("RDS.15", "RDS.7") if engine.cluster else ("RDS.5", "RDS.8")
    for control, consequence in engine.lacks.items():
        yield control, consequence, f"{where}.engine"
    if not database.multi_az:
        yield in_two_zones, "a zone that fails takes the database with it", f"{where}.multi_az"
    if not database.deletion_protection:
        setting = f"{where}.deletion_protection"
        yield protected, "the stack is deleted with all its data", setting
    if not database.rotation.admin:
        setting = f"{where}.rotation.admin"
        yield "SecretsManager.1", "the master user's password never changes", setting
    else:
        yield from _seldom(database.rotation.admin_schedule, f"{where}.rotation.admin_schedule")


def _seldom(schedule: str, setting: str) -> Iterator[tuple[str, str, str]]:
    days = rotation_schedule.parse(schedule).days
    if days and days > LONGEST_DAYS:
        yield "SecretsManager.4", f"a password lives {days:.0f} days", setting
