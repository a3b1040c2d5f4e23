"""What RDS refuses of databases and parameter groups, and moto lets through.

The words are those of the service where they are known; the rules are those of `CreateDBInstance`
and `CreateDBCluster`.
"""

import re
from collections.abc import Callable, Iterable

from moto.rds.exceptions import InvalidParameterCombination, InvalidParameterValue
from moto.rds.models import RDSBackend

from local.aws.cloudformation.resource import Properties
from local.aws.products import PRODUCTS, Product

_LONGEST_ADMIN = 16
_SHORTEST_PASSWORD = 8
_NOT_IN_PASSWORDS = re.compile(r'[^\x21-\x7e]|[/"@]')
_LOWEST_PORT, _HIGHEST_PORT = 1150, 65535
_OF_RDS = frozenset({"rdsadmin", "rdsproxyadmin", "rdsrepladmin"})
"""Logins that RDS keeps to itself."""

_OF_THE_CLUSTER = (
    "AllocatedStorage",
    "CopyTagsToSnapshot",
    "DBName",
    "DeletionProtection",
    "EnableCloudwatchLogsExports",
    "EnableIAMDatabaseAuthentication",
    "ManageMasterUserPassword",
    "MasterUserPassword",
    "MasterUsername",
    "Port",
    "StorageEncrypted",
)
"""What a member of a cluster cannot have of its own."""


def check_master(properties: Properties, product: Product) -> None:
    """Refuse a master user, a password or a port that RDS does not take.

    Raises:
        InvalidParameterValue: There is one.
    """
    name = str(properties.get("MasterUsername", ""))
    if not re.fullmatch(rf"[A-Za-z][A-Za-z0-9_]{{0,{_LONGEST_ADMIN - 1}}}", name):
        raise InvalidParameterValue(
            f"The parameter MasterUsername is not a valid identifier: 1 to {_LONGEST_ADMIN} letters"
            ", digits and underscores, the first a letter."
        )
    password = str(properties.get("MasterUserPassword", ""))
    if _NOT_IN_PASSWORDS.search(password):
        raise InvalidParameterValue(
            "The parameter MasterUserPassword is not a valid password. Only printable ASCII "
            "characters besides '/', '@', '\"', ' ' may be used."
        )
    if not _SHORTEST_PASSWORD <= len(password) <= product.longest_password:
        raise InvalidParameterValue(
            "The parameter MasterUserPassword is not a valid password because it is not "
            f"{_SHORTEST_PASSWORD} to {product.longest_password} characters long."
        )
    port = int(properties.get("Port", product.port))
    if not _LOWEST_PORT <= port <= _HIGHEST_PORT:
        raise InvalidParameterValue(
            f"Invalid database port: {port}. Valid port range {_LOWEST_PORT}-{_HIGHEST_PORT}"
        )


def check_database(name: str | None, product: Product) -> None:
    """Refuse a database's name that RDS does not take.

    Raises:
        InvalidParameterValue: It is one.
    """
    longest = product.longest_database
    if name is not None and not re.fullmatch(rf"[A-Za-z][A-Za-z0-9_]{{0,{longest - 1}}}", name):
        raise InvalidParameterValue(
            "DBName must begin with a letter and contain only alphanumeric characters, "
            f"{longest} at most."
        )


def check_words(
    properties: Properties, product: Product, is_reserved: Callable[[str], bool]
) -> None:
    """Refuse names that the product or RDS keeps for itself.

    Args:
        properties: Of an instance or a cluster.
        product: What it is.
        is_reserved: Asks the product's server.

    Raises:
        InvalidParameterValue: There is one.
    """
    admin = str(properties["MasterUsername"])
    if admin.lower() in _OF_RDS | product.kept or is_reserved(admin):
        raise InvalidParameterValue(
            f"MasterUsername {admin} cannot be used as it is a reserved word used by the engine"
        )
    database = properties.get("DBName", properties.get("DatabaseName"))
    if database is not None and is_reserved(str(database)):
        raise InvalidParameterValue(
            f"Database name {database} cannot be used as it is a reserved word used by the engine"
        )


def check_logs(logs: Iterable[str], product: Product, version: str) -> None:
    """Refuse to export a log that the product has not.

    Raises:
        InvalidParameterCombination: There is one.
    """
    unknown = sorted(set(logs) - product.logs)
    if unknown:
        raise InvalidParameterCombination(
            f"You cannot use the log types '{', '.join(unknown)}' with engine version "
            f"{product.engine} {version}. For supported log types, see the documentation."
        )


def check_family(group: str, family: str | None, product: Product, version: str) -> None:
    """Refuse a parameter group that was made for something else.

    Raises:
        InvalidParameterCombination: It was.
    """
    wanted = product.family(version)
    if family != wanted:
        raise InvalidParameterCombination(
            f"The parameter group {group} with DBParameterGroupFamily {family} can't be used for "
            f"this instance. Use a parameter group with DBParameterGroupFamily {wanted}."
        )


def check_parameter_group(family: str, *, clustered: bool) -> None:
    """Refuse a parameter group for what there is not.

    Args:
        family: What it is for.
        clustered: Whether it is for clusters.

    Raises:
        InvalidParameterValue: The local AWS has no such product.
    """
    products = [each for each in PRODUCTS.values() if each.clustered or not clustered]
    if not any(each.is_family(family) for each in products):
        raise InvalidParameterValue(
            f"ParameterGroupFamily {family} is not a valid parameter group family"
        )


def check_member(properties: Properties, product: Product, backend: RDSBackend) -> None:
    """Refuse an instance that cannot be a member of its cluster, or needs one.

    Raises:
        InvalidParameterCombination: It is one.
        InvalidParameterValue: There is no such cluster.
    """
    name = properties.get("DBClusterIdentifier")
    if name is None:
        if product.clustered:
            raise InvalidParameterCombination(
                f"The engine {product.engine} requires the parameter DBClusterIdentifier."
            )
        return
    cluster = backend.clusters.get(name)
    if cluster is None:
        raise InvalidParameterValue(f"DBCluster {name} not found.")
    if cluster.engine != product.engine:
        raise InvalidParameterCombination(
            f"The engine name requested for your DB instance ({product.engine}) doesn't match the "
            f"engine name of your DB cluster ({cluster.engine})."
        )
    given = [each for each in _OF_THE_CLUSTER if each in properties]
    if given:
        raise InvalidParameterCombination(
            "The requested DB Instance will be a member of a DB Cluster. Set "
            f"{', '.join(given)} for the DB Cluster."
        )
