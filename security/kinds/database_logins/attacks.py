"""Functions of a database that want more, and others that want its credentials."""

from collections.abc import Iterator

from security.attacks.attack import IDENTITY, Attack, refused
from security.attacks.deputies import sources
from security.attacks.needs import Needs
from security.attacks.readers import other_versions
from security.calls import Calls
from security.identifiers import arn
from security.kinds.applications import beyond
from security.kinds.database_logins import adoption, instance_attacks
from security.kinds.database_logins.database import DatabaseParts, databases
from security.kinds.database_logins.purposes import MONITORING, purposes
from security.kinds.others_secrets import attacks_on
from security.parts import Parts
from stacks.settings.places import foreign_secrets


def attacks(parts: Parts) -> Iterator[Attack]:
    """List everything that must be denied."""
    for database in databases(parts):
        yield from _versions(database)
        yield from _admin_rotator(database)
        yield from adoption.attacks(database)
        for who in database.instances():
            yield from instance_attacks.attacks(database, who)
        if not database.given.existing:
            theirs = arn("rds", "db:payroll-production-main")
            for identifier in database.identifiers:
                ours = arn("rds", f"db:{identifier}")
                yield from sources(MONITORING, database.monitoring(), ours, theirs)
    yield from _secrets_of_others(parts)
    yield from _applications(parts)


def _versions(database: DatabaseParts) -> Iterator[Attack]:
    """Who reads without rotating reads the version in use alone."""
    calls = Calls(database.parts)
    users = database.function("users")
    for secret in (*database.secrets.values(), database.admin):
        yield from other_versions(calls, users, secret)
    for who in database.samples():
        yield from other_versions(calls, who, database.sample)
    for rotator in database.by_admin:
        yield from other_versions(calls, rotator, database.admin)


def _admin_rotator(database: DatabaseParts) -> Iterator[Attack]:
    """What rotates the admin's secret knows of no other, and neither does its use of the key."""
    if not database.admin_rotates:
        return
    calls, who = Calls(database.parts), database.function("admin")
    for secret in database.secrets.values():
        for action in ("kms:Decrypt", "kms:GenerateDataKey"):
            what = "use the key for a login's secret"
            yield from refused(calls.key(who, action, secret, what), IDENTITY)


def _secrets_of_others(parts: Parts) -> Iterator[Attack]:
    """Those that settings of databases name, which policies of their owners may protect."""
    needs = Needs(purposes(parts))
    for secret in dict(foreign_secrets(parts.settings)):
        homes = {each.name for each in databases(parts) if secret in _foreign(each)}
        if homes:
            yield from attacks_on(Calls(parts), needs, secret, homes=homes, admitted=True)


def _foreign(database: DatabaseParts) -> set[str]:
    """ARNs of the secrets of others that the settings of a database name."""
    logins = database.given.logins.values()
    named = {each.present_secret_arn or each.adopt_secret_arn for each in logins}
    return {*named, database.admin}


def _applications(parts: Parts) -> Iterator[Attack]:
    """Each reader of a login, and what it is not a reader of."""
    own: dict[str, set[str]] = {}
    for database in databases(parts):
        for name, login in database.given.logins.items():
            for reader in login.readers:
                own.setdefault(reader, set()).add(database.secrets[name])
    for reader, secrets in own.items():
        yield from beyond(Calls(parts), reader, secrets)
