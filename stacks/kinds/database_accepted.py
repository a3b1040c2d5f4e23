"""What the rule packs find in databases and is accepted, each with the reason."""

from collections.abc import Iterator

from credential_rotation.engines import ENGINES
from credential_rotation.names import Names, pascal
from stacks.accepted import (
    BOUNDARY,
    HIPAA,
    NIST,
    SOLUTIONS,
    Accepted,
    in_standards,
    resource,
    wildcards,
)
from stacks.settings import Settings
from stacks.settings.databases import NamedDatabase

_INSTANCE, _CLUSTER = "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"
_SECRET = "AWS::SecretsManager::Secret"  # noqa: S105  # the name of a type


def accepted_of_databases(settings: Settings) -> Iterator[Accepted]:
    """List what is accepted: always, and because a team set it so and was warned."""
    for name, database in settings.databases.items():
        yield from _of_database(settings, name, database)


def _of_database(settings: Settings, name: str, database: NamedDatabase) -> Iterator[Accepted]:
    names, within = settings.names.within(name), f"/{pascal(name)}/"
    secrets = resource("secretsmanager", f"secret:{names.path}/*")
    yield wildcards(
        secrets,
        reason="The secrets of one database, as long as they name this function as what rotates "
        "them (AllowRotationLambdaArn).",
        within=f"{within}Rotator",
    )
    yield wildcards(
        secrets,
        reason="The secrets of one database, in the version in use, as long as the policy of each "
        "admits the function that creates users.",
        within=f"{within}Users/",
    )
    if not settings.permissions_boundary:
        yield _database_boundary(settings, names, within)
    for login, given in database.logins.items():
        if given.adopt_secret_arn:
            yield from _of_adopter(settings, names, f"{within}Login{pascal(login)}Adopted")
    if not database.existing:
        yield from _of_server(database, within)


def _of_server(database: NamedDatabase, within: str) -> Iterator[Accepted]:
    engine = ENGINES[database.engine]
    kind = _CLUSTER if engine.cluster else _INSTANCE
    for log, reason in engine.withheld.items():
        yield Accepted(in_standards(f"RDSLoggingEnabled[LogExport::{log}]"), kind, reason, within)
    if engine.cluster:
        yield Accepted(
            (f"{SOLUTIONS}-RDS14",),
            kind,
            "Backtracking would rewind the accounts with the data, and every secret would hold "
            "passwords that the cluster does not know any more. Backups restore to another one.",
            within,
        )
    if not database.multi_az:
        rules = (f"{SOLUTIONS}-RDS3", f"{NIST}-RDSMultiAZSupport", f"{HIPAA}-RDSMultiAZSupport")
        yield Accepted(rules, kind, "database.multi_az is off.", within)
    if not database.deletion_protection:
        rules = (
            f"{SOLUTIONS}-RDS10",
            f"{NIST}-RDSInstanceDeletionProtectionEnabled",
            f"{HIPAA}-RDSInstanceDeletionProtectionEnabled",
        )
        yield Accepted(rules, kind, "database.deletion_protection is off.", within)
    if not database.rotation.admin:
        rules = (
            f"{SOLUTIONS}-SMG4",
            f"{NIST}-SecretsManagerRotationEnabled",
            f"{HIPAA}-SecretsManagerRotationEnabled",
        )
        yield Accepted(rules, _SECRET, "rotation.admin is off.", within=f"{within}AdminSecret/")


def _of_adopter(settings: Settings, names: Names, within: str) -> Iterator[Accepted]:
    yield Accepted(
        in_standards("LambdaInsideVPC"),
        "AWS::Lambda::Function",
        "It says what rotates one secret, which it cannot read. The policy of the network's way to "
        "Secrets Manager is changed before the secret is given back.",
        within,
    )
    if not settings.permissions_boundary:
        logs = resource("logs", f"log-group:/aws/lambda/{names.prefix}-*:*")
        yield wildcards("*", logs, reason=BOUNDARY, within=within)


def _database_boundary(settings: Settings, names: Names, within: str) -> Accepted:
    resources = [
        "*",
        resource("secretsmanager", f"secret:{names.path}/*"),
        resource("logs", f"log-group:/aws/lambda/{names.prefix}-*:*"),
        resource("logs", "log-group:RDSOSMetrics:*"),
    ]
    if settings.ec2_consumer:
        bucket = "cdk-*-assets-<AWS::AccountId>-<AWS::Region>"
        resources.append(f"arn:<AWS::Partition>:s3:::{bucket}/*")
    return wildcards(*resources, reason=BOUNDARY, within=f"{within}Boundary/")
