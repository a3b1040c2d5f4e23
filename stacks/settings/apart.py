"""What databases and logins must not have in common, so that AWS and the server keep them apart."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from credential_rotation.names import pascal

if TYPE_CHECKING:
    from stacks.settings.databases import NamedDatabase

RESERVED = {
    "access": "the stack for people",
    "access-key": "the access key, its functions and its secret",
    "certificates": "the certificates, their functions and their secrets",
    "deploy-role": "the stack of a pipeline's role",
    "platform": "what all databases share",
    "token": "the tokens of APIs, their functions and their secrets",
}
"""Names that no database may have, because something else has them, now or after a setting."""


def known_apart(names: Iterable[str]) -> None:
    """Refuse names that are one as soon as their hyphens go, as in logical ids and outputs.

    Raises:
        ValueError: Names both.
    """
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(pascal(name), name)
        if first != name:
            raise ValueError(f"{first} and {name} are both {pascal(name)} without their hyphens")


def not_reserved(names: Iterable[str]) -> None:
    """Refuse names that something else in the app has.

    Raises:
        ValueError: Says what has it.
    """
    for name in names:
        if name.startswith("token-"):
            raise ValueError(f"{name} could be the name of functions of a token (api_tokens)")
        if name in RESERVED:
            raise ValueError(f"{name} is the name of {RESERVED[name]}")


def one_server_each(databases: Mapping[str, "NamedDatabase"]) -> None:
    """Refuse existing servers that two databases would share to each other's harm.

    Users are the server's and not the database's: two logins of one user would each change its
    password, and the other's secret would be wrong.

    Raises:
        ValueError: Names both databases.
    """
    users: dict[tuple[str, int, str], str] = {}
    places: dict[tuple[str, int, str], str] = {}
    rules: dict[tuple[str, int, str], str] = {}
    for name, database in databases.items():
        server = database.existing
        if not server:
            continue
        at = (_writer(server.host.lower()), server.port)
        other = places.setdefault((*at, server.dbname), name)
        if other != name:
            raise ValueError(
                f"{other} and {name} are the same database; put their logins into one of them"
            )
        for user in database.users.values():
            other = users.setdefault((*at, user), name)
            if other != name:
                raise ValueError(
                    f"{other} and {name} are on the same server, and both have the user {user}"
                )
        for client in database.clients if server.manage_ingress else ():
            other = rules.setdefault((server.security_group_id, server.port, client), name)
            if other != name:
                raise ValueError(
                    f"{other} and {name} would both let the client {client} into "
                    f"{server.security_group_id}, and EC2 refuses the second rule; leave it out "
                    "of one of them"
                )


def _writer(host: str) -> str:
    """A cluster by one name, whether it is the writer's or the readers'.

    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Endpoints.Cluster.html
    """
    return host.replace(".cluster-ro-", ".cluster-", 1)


def one_login_each(databases: Mapping[str, "NamedDatabase"]) -> None:
    """Refuse a secret of others that two logins, or a login and an admin, would take.

    Raises:
        ValueError: Names both.
    """
    taken = {
        database.existing.admin_secret_arn: f"the admin of {name}"
        for name, database in databases.items()
        if database.existing
    }
    for name, database in databases.items():
        for login, given in database.logins.items():
            arn = given.present_secret_arn or given.adopt_secret_arn
            if not arn:
                continue
            here = f"{name}.logins.{login}"
            other = taken.setdefault(arn, here)
            if other != here:
                raise ValueError(f"{here} would take over the user of {arn}, as {other} has")
