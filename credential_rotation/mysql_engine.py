"""MySQL and MariaDB, on an instance, and MySQL as Aurora."""

from collections.abc import Mapping
from dataclasses import replace

from aws_cdk import aws_rds as rds

from credential_rotation.engine import Engine, Strategy
from credential_rotation.identifiers import Identifiers
from credential_rotation.versions import Versions

# https://dev.mysql.com/doc/refman/8.4/en/keywords.html, the words marked as reserved, and those
# that MariaDB's grammar keeps, which has no such list.
_RESERVED = """
accessible add all alter analyze and as asc asensitive before between bigint binary blob both by
call cascade case change char character check collate column condition constraint continue convert
create cross cube cume_dist current_date current_role current_time current_timestamp current_user
cursor database databases day_hour day_microsecond day_minute day_second dec decimal declare
default delayed delete delete_domain_id dense_rank desc describe deterministic distinct
distinctrow div do_domain_ids double drop dual each else elseif empty enclosed escaped except
exists exit explain external false fetch first_value float float4 float8 for force foreign from
fulltext function generated get grant group grouping groups having high_priority hour_microsecond
hour_minute hour_second if ignore ignore_domain_ids in index infile inner inout insensitive insert
int int1 int2 int3 int4 int8 integer intersect interval into io_after_gtids io_before_gtids is
iterate join json_table key keys kill lag last_value lateral lead leading leave left library like
limit linear lines load localtime localtimestamp lock long longblob longtext loop low_priority
master_demote_to_replica master_demote_to_slave match maxvalue mediumblob mediumint mediumtext
middleint minute_microsecond minute_second mod modifies natural no_write_to_binlog not nth_value
ntile null numeric of offset on optimize optimizer_costs option optionally or order out outer
outfile over page_checksum parse_vcol_expr partition percent_rank portion precision primary
procedure purge qualify range rank read read_write reads real recursive ref_system_id references
regexp release rename repeat replace require resignal restrict return returning revoke right rlike
row row_number rows schema schemas second_microsecond select sensitive separator set show signal
smallint spatial specific sql sql_after_gtids sql_before_gtids sql_big_result sql_calc_found_rows
sql_small_result sqlexception sqlstate sqlwarning ssl starting stats_auto_recalc stats_persistent
stats_sample_pages stored straight_join system table tablesample terminated then tinyblob tinyint
tinytext to trailing trigger true undo union unique unlock unsigned update usage use using
utc_date utc_time utc_timestamp values varbinary varchar varcharacter varying vector virtual when
where while window with write xor year_month zerofill
"""

_NAMES = Identifiers(
    product="MySQL",
    # https://dev.mysql.com/doc/refman/8.4/en/user-names.html
    longest_user=32,
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
    longest_admin=16,
    longest_database=64,
    reserved=frozenset(_RESERVED.split()),
    # Users, roles and databases that are there already, or that everyone tries first.
    owned=frozenset(
        {
            *("admin", "anonymous", "event_scheduler", "none", "public", "root", "system"),
            *("information_schema", "innodb", "mysql", "performance_schema", "sys", "tmp"),
        }
    ),
    owned_prefixes=("aws_", "mysql_", "rds"),
    existing_database=r"[A-Za-z0-9_$-]{1,64}",
    existing_database_allowed="1 to 64 letters, digits, _, $ and -",
)

_HANDLERS = "mysql_user.handler"

_STRATEGIES: Mapping[str, Strategy] = {
    # One user with two passwords: its name, and all that belongs to it, never changes.
    "dual": Strategy(handler=f"{_HANDLERS}.dual_passwords", by_admin=True),
    "alternating": Strategy(handler=f"{_HANDLERS}.alternating_users", by_admin=True, twin=True),
    # A user may change its own password in clear text alone, which logs keep.
    "single": Strategy(handler=f"{_HANDLERS}.single_user", by_admin=True),
}

_PARAMETERS = {
    "tls_version": "TLSv1.2,TLSv1.3",
    # Statements of others may carry a password.
    "general_log": "0",
    "slow_query_log": "0",
    # A server that is not the right one could ask a client for its files.
    "local_infile": "0",
}

_SALTED = {"8.0": {"default_authentication_plugin": "caching_sha2_password"}}
"""Where RDS makes users with an unsalted SHA-1 otherwise."""

_STATEMENTS = dict.fromkeys(
    ("general", "slowquery"), "It would hold statements, and those of others may carry a password."
)
_WITHHELD = {
    **_STATEMENTS,
    "audit": "It takes an option group, which no stack could delete while a snapshot refers to it. "
    "The error log tells who was refused.",
}
_UNLOGGED = "neither statements nor logins that succeed are logged"

MYSQL = Engine(
    name="mysql",
    title="MySQL",
    folder="mysql_user",
    strategies=_STRATEGIES,
    users="mysql_user.users.handler",
    port=3306,
    dbname="",
    schemas=False,
    names=_NAMES,
    versions=Versions(
        default="8.4",
        pattern=r"(?P<major>8\.0|8\.4)(\.(?P<minor>\d{1,2})(-rds\.\d{8})?)?",
        allowed="8.0 and 8.4, also with a minor version from 8.0.36 on",
        oldest={"8.0": 36},
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.MySQL.CommonDBATasks.privilege-model.html
        lacking="a master user may give users two passwords from {version} on",
        majors_listed=False,
    ),
    product=lambda version: rds.DatabaseInstanceEngine.mysql(
        version=rds.MysqlEngineVersion.of(version, _major(version))
    ),
    logs=("error",),
    withheld=_WITHHELD,
    lacks={"RDS.9": _UNLOGGED},
    parameters={**_PARAMETERS, "require_secure_transport": "1"},
    parameters_of=_SALTED,
)

MARIADB = replace(
    MYSQL,
    name="mariadb",
    title="MariaDB",
    # https://mariadb.com/kb/en/identifier-names/
    names=replace(_NAMES, product="MariaDB", longest_user=80),
    lacks={"RDS.9": _UNLOGGED, "RDS.42": _UNLOGGED},
    versions=Versions(
        default="11.8",
        pattern=r"(?P<major>10\.6|10\.11|11\.4|11\.8)(\.(?P<minor>\d{1,2}))?",
        allowed="10.6, 10.11, 11.4 and 11.8, also with a minor version",
        majors_listed=False,
    ),
    product=lambda version: rds.DatabaseInstanceEngine.maria_db(
        version=rds.MariaDbEngineVersion.of(version, _major(version))
    ),
    parameters_of={},
    # A user of MariaDB may change its own verifier.
    strategies={
        **_STRATEGIES,
        "single": replace(_STRATEGIES["single"], by_admin=False),
    },
)

AURORA_MYSQL = replace(
    MYSQL,
    name="aurora-mysql",
    versions=Versions(
        default="8.0",
        pattern=(
            r"(?P<major>8\.0(?=$|\.mysql_aurora\.3\.)|8\.4(?=$|\.mysql_aurora\.8\.4\.))"
            r"(\.mysql_aurora\.\d\.(?P<minor>\d{1,2})\.\d{1,2})?"
        ),
        allowed="8.0 (Aurora MySQL 3) and 8.4, or as in 8.0.mysql_aurora.3.10.3, from 3.04 on",
        oldest={"8.0": 4},
        lacking="Aurora MySQL has salted verifiers (caching_sha2_password) from 3.04 on",
    ),
    product=lambda version: rds.DatabaseClusterEngine.aurora_mysql(
        version=rds.AuroraMysqlEngineVersion.of(version, _major(version))
    ),
    cluster=True,
    logs=("audit", "error"),
    withheld=_STATEMENTS,
    lacks={"RDS.14": "a mistake is undone by restoring a backup to another cluster"},
    parameters={
        **_PARAMETERS,
        "require_secure_transport": "ON",
        # Who came and went, but no statements.
        "server_audit_logging": "1",
        "server_audit_events": "CONNECT",
    },
)


def _major(version: str) -> str:
    """The first two numbers of a version, which both products count as its major part."""
    return ".".join(version.split(".")[:2])
