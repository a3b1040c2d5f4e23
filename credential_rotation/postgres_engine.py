"""PostgreSQL, on an instance and as Aurora."""

from dataclasses import replace

from aws_cdk import aws_rds as rds

from credential_rotation.engine import Engine, Strategy
from credential_rotation.identifiers import Identifiers
from credential_rotation.versions import Versions

# https://www.postgresql.org/docs/17/sql-keywords-appendix.html, the words marked as reserved.
_RESERVED = """
all analyse analyze and any array as asc asymmetric authorization binary both case cast check
collate collation column concurrently constraint create cross current_catalog current_date
current_role current_schema current_time current_timestamp current_user default deferrable desc
distinct do else end except false fetch for foreign freeze from full grant group having ilike in
initially inner intersect into is isnull join lateral leading left like limit localtime
localtimestamp natural not notnull null offset on only or order outer overlaps placing primary
references returning right select session_user similar some symmetric system_user table
tablesample then to trailing true union unique user using variadic verbose when where window
with
"""

_NAMES = Identifiers(
    product="PostgreSQL",
    # It cuts longer names off without an error, so that two names can become one.
    longest_user=63,
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
    longest_admin=16,
    longest_database=63,
    reserved=frozenset(_RESERVED.split()),
    # Refused by RDS as master user (admin), by CREATE ROLE (none, public), or there already.
    owned=frozenset({"admin", "none", "postgres", "public", "template0", "template1"}),
    # Roles of PostgreSQL and of RDS: pg_monitor, rdsadmin, rds_superuser.
    owned_prefixes=("pg_", "rds"),
    existing_database=r"[A-Za-z_][A-Za-z0-9_]{0,62}",
    existing_database_allowed="1 to 63 letters, digits and _",
)

POSTGRES = Engine(
    name="postgres",
    title="PostgreSQL",
    folder="postgres_user",
    strategies={
        "alternating": Strategy(
            handler="postgres_user.handler.alternating_users", by_admin=True, twin=True
        ),
        "single": Strategy(handler="postgres_user.handler.single_user"),
    },
    users="postgres_user.users.handler",
    port=5432,
    dbname="postgres",
    names=_NAMES,
    versions=Versions(
        default="17",
        pattern=r"(?P<major>1[4-8])(\.(?P<minor>\d{1,2}))?",
        allowed="14 to 18, also with a minor version from 14.15, 15.10, 16.6 and 17.2 on",
        oldest={"14": 15, "15": 10, "16": 6, "17": 2},  # see postgres_user.acting
        lacking="two alternating users are equal from {version} on",
    ),
    product=lambda version: rds.DatabaseInstanceEngine.postgres(
        version=rds.PostgresEngineVersion.of(version, version.partition(".")[0])
    ),
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

AURORA_POSTGRES = replace(
    POSTGRES,
    name="aurora-postgresql",
    in_secrets="postgres",
    product=lambda version: rds.DatabaseClusterEngine.aurora_postgres(
        version=rds.AuroraPostgresEngineVersion.of(version, version.partition(".")[0])
    ),
    cluster=True,
    logs=("postgresql",),
)
