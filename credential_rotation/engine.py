"""What a database product is to the rest: all that differs from one to the next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aws_cdk import aws_rds as rds

from credential_rotation.identifiers import Identifiers
from credential_rotation.versions import Versions


@dataclass(frozen=True, kw_only=True)
class Strategy:
    """How a product's logins rotate.

    Attributes:
        handler: The function's entry point.
        by_admin: Whether it logs in as the admin, and so reads the admin's secret.
        twin: Whether a login has a second user.
    """

    handler: str
    by_admin: bool = False
    twin: bool = False


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A product: one such object, which `credential_rotation.engines` names and nothing else.

    Attributes:
        name: As settings and RDS call it.
        in_secrets: As secrets call it (`engine`); the name if left out. It is a part of what
            generates a secret, and so never changes (see `DatabaseSecret`).
        title: As people call it. Rules of security groups are called after it.
        folder: The folder of the functions that work with it.
        strategies: How logins rotate, by the strategy's name; the first is the default. `single`
            is also how an admin's own secret rotates.
        users: The function that looks at a server that exists already, and after users.
        port: The port that everyone tries first.
        dbname: The database that every server has; empty where a login needs none.
        names: What it makes of names.
        versions: Versions of new servers.
        product: The CDK's engine of a version: of an instance, or of a cluster.
        schemas: Whether a database has schemas, of which each login has its own. Else a schema is
            a database, and each login has a database of its own, called after its user.
        cluster: Whether it is Aurora, where a cluster has what an instance has elsewhere.
        logs: What RDS exports to CloudWatch Logs.
        withheld: Logs that standards want exported and that are not, each with the reason.
        lacks: Controls of AWS's standard that its servers do without, each with the consequence.
        parameters: Where RDS's defaults differ, or must not change under us.
        parameters_of: The same for one major version.
    """

    name: str
    title: str
    folder: str
    strategies: Mapping[str, Strategy]
    users: str
    port: int
    dbname: str
    names: Identifiers
    versions: Versions
    product: Callable[[str], rds.IEngine]
    schemas: bool = True
    cluster: bool = False
    logs: tuple[str, ...]
    withheld: Mapping[str, str] = field(default_factory=dict)
    lacks: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str]
    parameters_of: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    in_secrets: str = ""

    @property
    def word(self) -> str:
        """What secrets say in `engine`."""
        return self.in_secrets or self.name

    @property
    def strategy(self) -> str:
        """The strategy of logins that ask for none."""
        return next(iter(self.strategies))

    def parameters_for(self, version: str) -> dict[str, str]:
        """The parameters of a server of a version."""
        return {**self.parameters, **self.parameters_of.get(self.versions.major(version), {})}
