"""What everything that works with the database has around it."""

from dataclasses import dataclass
from pathlib import Path

from aws_cdk import aws_kms as kms

from stacks.database import Database
from stacks.names import Names
from stacks.network import Network


@dataclass(frozen=True, kw_only=True)
class Site:
    """The surroundings of a function of ours.

    Attributes:
        names: What the names of functions begin with.
        network: Where functions run.
        database: What they log in to.
        key: Encrypts their logs.
        authorities: A file of what they trust the database by, instead of what ships.
    """

    names: Names
    network: Network
    database: Database
    key: kms.IKey
    authorities: Path | None = None
