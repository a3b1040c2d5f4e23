"""The stacks of an app, in the order in which they refer to each other."""

from dataclasses import dataclass

from aws_cdk import App

from stacks.access.access_stack import AccessStack, homes_besides_databases, rotating_functions
from stacks.deploy_role import DeployRoleStack
from stacks.rotation_stack import DatabaseStack, RotationStack
from stacks.settings import Settings
from stacks.settings.databases import MAIN


@dataclass(frozen=True)
class Composed:
    """The stacks.

    Attributes:
        rotation: What all share, with the database main.
        databases: The further databases, by name.
        rotators: Names of the functions that rotate, with wildcards.
        homes: What is between the path and the names of secrets that are no database's.
    """

    rotation: RotationStack
    databases: dict[str, DatabaseStack]
    rotators: list[str]
    homes: list[str]


def compose(app: App, settings: Settings) -> Composed:
    """Make the stacks that the settings want.

    Args:
        app: The app.
        settings: What the team decided.
    """
    rotation = RotationStack(app, settings=settings)
    databases = {
        name: DatabaseStack(app, settings=settings, name=name, rotation=rotation)
        for name in settings.databases
        if name != MAIN
    }
    credentials = [each for stack in (rotation, *databases.values()) for each in stack.credentials]
    rotators = rotating_functions(credentials, settings.names)
    homes = homes_besides_databases(credentials, settings)
    if settings.access.enabled:
        AccessStack(
            app, settings=settings, platform=rotation.platform, rotators=rotators, homes=homes
        )
    if settings.github_repository:
        DeployRoleStack(app, settings=settings)
    return Composed(rotation, databases, rotators, homes)
