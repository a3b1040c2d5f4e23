"""What everything that works with the database has around it."""

from dataclasses import dataclass

from aws_cdk import aws_kms as kms

from stacks.database import Database
from stacks.network import Network
from stacks.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Site:
    """The surroundings of a function of ours.

    Attributes:
        settings: What the team decided.
        network: Where functions run.
        database: What they log in to.
        key: Encrypts their logs.
    """

    settings: Settings
    network: Network
    database: Database
    key: kms.IKey
