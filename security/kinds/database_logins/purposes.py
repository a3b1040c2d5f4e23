"""What databases, their logins and the samples that use them need."""

from collections.abc import Iterator

from security.calls import Calls, assume
from security.identifiers import ACCOUNT, arn, role_arn
from security.intent import Intent
from security.kinds.applications import reads
from security.kinds.database_logins import adoption, instance
from security.kinds.database_logins.database import DatabaseParts, databases
from security.kinds.rotation import steps
from security.parts import Parts
from security.principals import EVERYTHING, Principal
from security.purposes.keys import deployer
from stacks.access.names import BREAK_GLASS

MONITORING = "monitoring.rds.amazonaws.com"


def purposes(parts: Parts) -> Iterator[Intent]:
    """List everything that must be allowed."""
    for database in databases(parts):
        yield from _rotation(database)
        yield from _users(database)
        yield from adoption.purposes(database)
        yield from _readers(database)
        if not database.given.existing:
            yield from _completion(database)
            yield from _monitoring(database)


def _rotation(database: DatabaseParts) -> Iterator[Intent]:
    calls, rotators = Calls(database.parts), database.rotators
    for name, login in database.given.logins.items():
        yield from steps(calls, rotators[login.strategy], database.secrets[name])
    for rotator in database.by_admin:
        what = "setSecret: log in as the admin, who sets the user's password, or the other one's"
        yield from _read(calls, rotator, database.admin, what)
    if database.admin_rotates:
        yield from steps(calls, database.function("admin"), database.admin)


def _users(database: DatabaseParts) -> Iterator[Intent]:
    calls, creator = Calls(database.parts), database.function("users")
    what = "log in as the admin, who creates the others"
    yield from _read(calls, creator, database.admin, what)
    for name, login in database.given.logins.items():
        secret = database.secrets[name]
        what = "whom to create, and with which password"
        if name in database.adopted:
            what = "whether the secret can be rotated as it is"
        yield from _read(calls, creator, secret, what)
        if login.present_secret_arn:
            what = "the present password of a user who exists"
            yield from _read(calls, creator, login.present_secret_arn, what)
            what = "put the present password into the login's secret"
            yield from calls.secret(creator, "PutSecretValue", secret, what)


def _readers(database: DatabaseParts) -> Iterator[Intent]:
    calls = Calls(database.parts)
    for who in database.samples():
        yield from _read(calls, who, database.sample, "log in to the database")
    for who in database.instances():
        yield from instance.purposes(database, who)
    for name, login in database.given.logins.items():
        for reader in login.readers:
            yield from reads(calls, reader, database.secrets[name])
    if database.parts.settings.access.enabled:
        # What that role may by its own policy is of another stack, whose proof is security.people.
        role = role_arn(f"{database.parts.ids.stack}-{BREAK_GLASS}")
        who = Principal.role(BREAK_GLASS, role, policies=(EVERYTHING,))
        for secret in database.ours:
            if secret not in database.secrets.values():
                continue
            what = "read a login's password in an emergency"
            yield from calls.secret(
                who, "GetSecretValue", secret, what, endpoint="", VersionStage="AWSCURRENT"
            )


def _read(calls: Calls, who: Principal, secret: str, what: str) -> Iterator[Intent]:
    yield from calls.secret(who, "GetSecretValue", secret, what, VersionStage="AWSCURRENT")


def _completion(database: DatabaseParts) -> Iterator[Intent]:
    calls = Calls(database.parts)
    for secret in database.ours:
        what = "complete the secret with the database's address"
        for operation in ("GetSecretValue", "PutSecretValue"):
            yield from calls.secret(deployer(), operation, secret, what, endpoint="")


def _monitoring(database: DatabaseParts) -> Iterator[Intent]:
    """What AmazonRDSEnhancedMonitoringRole allows, for our instances.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
    """
    role = database.monitoring()
    for identifier in database.identifiers:
        what, source = "deliver the metrics", arn("rds", f"db:{identifier}")
        yield assume(MONITORING, role, what, SourceArn=source, SourceAccount=ACCOUNT)
    for action, (stream, what) in {
        "logs:CreateLogGroup": ("", "make the log of all instances' metrics"),
        "logs:PutRetentionPolicy": ("", "keep it for 30 days"),
        "logs:CreateLogStream": ("db-EXAMPLE", "begin the log of the instance"),
        "logs:DescribeLogStreams": ("", "see which logs there are"),
        "logs:GetLogEvents": ("db-EXAMPLE", "go on where it stopped"),
        "logs:PutLogEvents": ("db-EXAMPLE", "write the metrics down"),
    }.items():
        resource = arn("logs", f"log-group:RDSOSMetrics:log-stream:{stream}")
        yield Intent(what=what, who=role, action=action, resource=resource)
