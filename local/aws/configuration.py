"""What the server needs to know, handed to its process as one JSON document."""

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, Field

from local.postgres_client import PostgresClient

ACCOUNT = "123456789012"
"""The account of all that is deployed locally: moto's default."""

HOST = "localhost"
"""Name of the server. The S3 client of the CDK CLI finds no bucket at 127.0.0.1."""


@dataclass(frozen=True)
class DatabaseServer(PostgresClient):
    """The PostgreSQL server for the first database, which runs in another process."""

    host: str
    port: int
    superuser_password: str = field(repr=False)
    authority: Path

    @property
    def engines(self) -> frozenset[str]:
        """What RDS calls the products that it can stand for."""
        return frozenset({"postgres", "aurora-postgresql"})

    @property
    def ca(self) -> Path:
        """PEM file with the authority that signed the server's certificate."""
        return self.authority


class Configuration(BaseModel, frozen=True):
    """What the server needs to know.

    Attributes:
        directory: Where logs, journals and unpacked functions go.
        region: The only region.
        runtime: Python with what the managed Lambda runtime brings.
        node: The Node.js that runs the IAM evaluator and functions of Node.js.
        node_modules: Where the evaluator is installed.
        database: The PostgreSQL server for the first database of RDS.
        speed: Seconds on the schedules' clock per real second.
    """

    directory: Path
    region: str
    runtime: Path
    node: Path
    node_modules: Path
    database: DatabaseServer
    speed: float = Field(default=1.0, gt=0)

    @property
    def rotations(self) -> Path:
        """The journal of rotations."""
        return self.directory / "rotations.jsonl"

    @property
    def decisions(self) -> Path:
        """The journal of policy decisions."""
        return self.directory / "decisions.jsonl"

    @property
    def authorities(self) -> Path:
        """The file with what functions trust database servers by."""
        return self.directory / "authorities.pem"

    @property
    def logs(self) -> Path:
        """The folder with the log of the server and of each function."""
        return self.directory / "logs"
