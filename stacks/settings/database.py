"""What a team decides about the database."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from credential_rotation.engine import Engine
from credential_rotation.engines import ENGINES
from stacks.settings import pem
from stacks.settings.clients import MOST_CLIENTS, Clients
from stacks.settings.field import Group, setting

FIXED = "It cannot change: a deployment with another is refused and rolls back."


def of_each(tell: Callable[[Engine], str]) -> str:
    """What is allowed for each product, in a sentence."""
    return "; ".join(f"{name}: {tell(each)}" for name, each in ENGINES.items())


class Database(Group):
    """What every database is like unless it says otherwise itself."""

    engine: Annotated[str, StringConstraints(pattern=f"^({'|'.join(ENGINES)})$")] = setting(
        "postgres", meaning=f"Product of the server. {FIXED}", allowed=", ".join(ENGINES)
    )
    engine_version: str = setting(
        "",
        meaning="Version of the product. A major version alone lets AWS bring minor upgrades. A "
        "higher major version upgrades the server at the next deployment, with minutes of downtime "
        "and no way back (docs/deploying.md). A database of another product has its own default.",
        allowed=of_each(lambda each: f"{each.versions.allowed} ({each.versions.default})")
        + "; in parentheses what it is if left out",
        control="RDS.13",
    )
    instance_class: Annotated[
        str, StringConstraints(pattern=r"^db\.[a-z][a-z0-9-]*\.[a-z0-9]+$")
    ] = setting(
        "db.t4g.medium",
        meaning="Class of the instance.",
        allowed="a class that RDS has for the product, such as db.m7g.large",
    )
    storage_gib: Annotated[int, Field(ge=20, le=65536)] = setting(
        20,
        meaning="Storage at the start, in GiB, of the type gp3.",
        allowed="20 to 65536; not for a cluster of Aurora, whose storage grows by itself",
    )
    max_storage_gib: Annotated[int, Field(ge=22, le=65536)] = setting(
        100,
        meaning="Storage to which the instance may grow by itself, in GiB.",
        allowed="22 to 65536, and at least 10 % more than database.storage_gib",
    )
    multi_az: bool = setting(
        default=True,
        meaning="Keep a standby in a second zone; in a cluster of Aurora it can be read from.",
        allowed="true or false",
        control="RDS.5",
    )
    port: Annotated[int, Field(ge=1150, le=65535)] = setting(
        6432,
        meaning=f"TCP port of the server. {FIXED}",
        allowed="1150 to 65535, but not the product's own: "
        + of_each(lambda each: str(each.port))
        + " (RDS.23)",
        control="RDS.23",
    )
    name: str = setting(
        "app",
        meaning=f"Name of the database. {FIXED}",
        allowed="a name (a-z, 0-9, _) that is no reserved word, in bytes "
        + of_each(lambda each: f"1 to {each.names.longest_database}"),
    )
    admin_username: str = setting(
        "dbadmin",
        meaning=f"Name of the master user. {FIXED}",
        allowed="a name (a-z, 0-9, _) that nobody tries first, such as admin (RDS.25), in bytes "
        + of_each(lambda each: f"1 to {each.names.longest_admin}"),
        control="RDS.25",
    )
    authorities: Annotated[str, AfterValidator(pem.authorities)] = setting(
        "",
        meaning="File with the certificate authorities that the functions trust the server by, "
        "instead of those of Amazon RDS that ship: for a region whose authorities are not among "
        "them (`make authorities` brings those), or to trust fewer.",
        allowed="a file in PEM with authorities that have not expired, from the folder of cdk.json "
        "on; or nothing",
    )
    clients: Clients = setting(
        (),
        meaning="Who gets to the database, and to the endpoint of Secrets Manager, besides the "
        "functions of this stack: an application's security group in this network or in one that "
        "is peered with it, or a range of addresses. It still needs the secret, see readers.",
        allowed=f"up to {MOST_CLIENTS} ids of security groups or CIDR blocks of private addresses; "
        "after -c separated by commas",
    )
    deletion_protection: bool = setting(
        default=True,
        meaning="Refuse to delete the stack and the server; keep secrets, keys and logs.",
        allowed="true or false",
        control="RDS.8",
    )
    backup_days: Annotated[int, Field(ge=7, le=35)] = setting(
        14,
        meaning="Days that automatic backups are kept.",
        allowed="7 to 35 (RDS.11 wants 7 at least)",
        control="RDS.11",
    )

    @field_validator("engine_version")
    @classmethod
    def _known_version(cls, version: str, info: ValidationInfo) -> str:
        if "engine" not in info.data:
            return version
        versions = ENGINES[info.data["engine"]].versions
        versions.accept(version or versions.default)
        return version or versions.default

    @field_validator("port")
    @classmethod
    def _not_the_usual_port(cls, port: int, info: ValidationInfo) -> int:
        if "engine" in info.data and port == ENGINES[info.data["engine"]].port:
            raise ValueError("it is the port that everyone tries first")
        return port

    @field_validator("name")
    @classmethod
    def _name_of_a_database(cls, name: str, info: ValidationInfo) -> str:
        if "engine" in info.data:
            ENGINES[info.data["engine"]].names.database(name)
        return name

    @field_validator("admin_username")
    @classmethod
    def _name_of_an_admin(cls, name: str, info: ValidationInfo) -> str:
        if "engine" in info.data:
            ENGINES[info.data["engine"]].names.admin(name)
        return name

    @field_validator("max_storage_gib")
    @classmethod
    def _room_to_grow(cls, most: int, info: ValidationInfo) -> int:
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
        if most * 10 < info.data.get("storage_gib", 0) * 11:
            raise ValueError(f"database.storage_gib is {info.data['storage_gib']}")
        return most

    @property
    def trusted(self) -> Path | None:
        """The authorities that functions trust, unless they are the shipped ones."""
        return Path(self.authorities) if self.authorities else None
