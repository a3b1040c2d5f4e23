"""Somebody's database, as the CDK's constructs tell it, or in words where they do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager

from credential_rotation.engines import ENGINES
from credential_rotation.errors import UnknownDatabaseError

AnyDatabase = rds.IDatabaseInstance | rds.IDatabaseCluster
"""What the CDK knows as a database."""


@dataclass(frozen=True, kw_only=True, eq=False)
class DatabaseServer:
    """A database server in words: what an imported instance or cluster does not tell.

    Attributes:
        host: Its name in the network, as its certificate has it. Of a cluster, the writer's.
        security_group: The security group that decides who gets to it.
        name: What the names of functions and secrets have of it.
        vpc: The network that it is in.
        admin: The secret of a user who may create users; it may be one that RDS manages.
        engine: Its product, as RDS calls it: `postgres`, `mysql`, `mariadb`, `aurora-postgresql`,
            `aurora-mysql`.
        port: Its TCP port; the product's usual one if left out.
        dbname: Name of the database; the one that every server has if left out.
        manage_ingress: Whether `security_group` gets a rule that admits the functions; False where
            somebody else sees to its rules.
        authorities: File of certificate authorities, in PEM, to trust instead of those of RDS.
    """

    host: str
    security_group: ec2.ISecurityGroup
    vpc: ec2.IVpc
    admin: secretsmanager.ISecret
    name: str = "database"
    engine: str = "postgres"
    port: int = 0
    dbname: str = ""
    manage_ingress: bool = True
    authorities: Path | None = None

    def __post_init__(self) -> None:
        """Complete it.

        Raises:
            UnknownDatabaseError: The engine is none of ours.
        """
        if self.engine not in ENGINES:
            raise UnknownDatabaseError(
                f"The engine {self.engine} is not known: users of {', '.join(ENGINES)} are rotated."
            )
        engine = ENGINES[self.engine]
        object.__setattr__(self, "port", self.port or engine.port)
        object.__setattr__(self, "dbname", self.dbname or engine.dbname)

    @property
    def connections(self) -> ec2.Connections:
        """Who gets to it: `client.connections.allow_to_default_port(server.connections)`."""
        return ec2.Connections(
            security_groups=[self.security_group], default_port=ec2.Port.tcp(self.port)
        )


def server_of(
    database: AnyDatabase | DatabaseServer, *, admin: secretsmanager.ISecret | None, dbname: str
) -> DatabaseServer:
    """Reads what the CDK knows of a database.

    Args:
        database: An instance or a cluster that the app creates, or a server in words.
        admin: The secret of a user who may create users; what the database tells if left out.
        dbname: Name of the database; empty for what the database tells.

    Raises:
        UnknownDatabaseError: It does not tell enough.
    """
    if isinstance(database, DatabaseServer):
        return database
    vpc = cast("ec2.IVpc | None", getattr(database, "vpc", None))
    secret = cast("secretsmanager.ISecret | None", admin or getattr(database, "secret", None))
    if vpc is None:
        raise _unknown(database, "is imported, so the CDK knows neither its network nor its engine")
    if secret is None:
        raise _unknown(database, "has no secret of its admin that the CDK knows; pass admin=")
    endpoint, engine = _endpoint(database)
    return DatabaseServer(
        host=endpoint.hostname,
        port=cast("int", endpoint.port),  # or a token that looks like one
        security_group=database.connections.security_groups[0],
        name=database.node.id,
        vpc=vpc,
        admin=secret,
        engine=engine,
        dbname=dbname or _dbname(database),
    )


def unlike(
    server: DatabaseServer, *, admin: secretsmanager.ISecret | None, dbname: str
) -> Iterator[str]:
    """Names what somebody asks for and a server has not."""
    if dbname and dbname != server.dbname:
        yield "dbname"
    if admin and admin.secret_arn != server.admin.secret_arn:
        yield "admin"


def _endpoint(database: AnyDatabase) -> tuple[rds.Endpoint, str]:
    """Where it answers, and what RDS calls its engine."""
    if isinstance(database, rds.DatabaseInstanceBase):
        engine = database.engine
        return database.instance_endpoint, str(engine.engine_type if engine else None)
    cluster = cast("rds.DatabaseCluster", database)
    return cluster.cluster_endpoint, str(cluster.engine.engine_type if cluster.engine else None)


def _dbname(database: AnyDatabase) -> str:
    """The name that the template gives it."""
    for child in database.node.children:
        if isinstance(child, rds.CfnDBInstance) and child.db_name:
            return child.db_name
        if isinstance(child, rds.CfnDBCluster) and child.database_name:
            return child.database_name
    return ""


def _unknown(database: AnyDatabase, why: str) -> UnknownDatabaseError:
    return UnknownDatabaseError(
        f"The database {database.node.path} {why}. Describe it as a DatabaseServer, with host, "
        "security_group, vpc and admin."
    )
