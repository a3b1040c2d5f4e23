"""Database products: what is different from one to the next, and known to nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_rds as rds


@dataclass(frozen=True)
class Engine:
    """A product.

    Attributes:
        name: As secrets call it in `engine`.
        title: As people call it.
        folder: The folder of the functions that work with it.
        handlers: The functions that rotate, by strategy.
        users: The function that looks at a server that exists already, and after users.
        logs: What RDS exports to CloudWatch Logs.
        parameters: Where RDS's defaults differ, or must not change under us.
    """

    name: str
    title: str
    folder: str
    handlers: Mapping[str, str]
    users: str
    logs: tuple[str, ...]
    parameters: Mapping[str, str]

    def of_instance(self, version: str) -> rds.IInstanceEngine:
        """The CDK's engine of an RDS instance.

        Args:
            version: With or without its minor part.
        """
        return rds.DatabaseInstanceEngine.postgres(
            version=rds.PostgresEngineVersion.of(version, version.partition(".")[0])
        )


POSTGRES = Engine(
    name="postgres",
    title="PostgreSQL",
    folder="postgres_user",
    handlers={
        "alternating": "postgres_user.handler.alternating_users",
        "single": "postgres_user.handler.single_user",
    },
    users="postgres_user.users.handler",
    logs=("postgresql", "upgrade"),
    parameters={
        "rds.force_ssl": "1",
        "ssl_min_protocol_version": "TLSv1.2",
        # Passwords exist as SCRAM verifiers only, and nobody logs in with less.
        "password_encryption": "scram-sha-256",
        "rds.accepted_password_auth_method": "scram",
        # Who came and went, but no statements: those of others may carry a password.
        "log_connections": "1",
        "log_disconnections": "1",
        "log_statement": "none",
    },
)

ENGINES: Mapping[str, Engine] = {POSTGRES.name: POSTGRES}
