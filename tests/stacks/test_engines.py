"""Servers of each product: how they differ, and what they share."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from credential_rotation.engines import ENGINES
from tests.stacks.template import Template, text

Stacks = dict[str, Template]

INSTANCE, CLUSTER = "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"
GROUPS = {INSTANCE: "AWS::RDS::DBParameterGroup", CLUSTER: "AWS::RDS::DBClusterParameterGroup"}
KINDS = {
    "mysql": INSTANCE,
    "mariadb": INSTANCE,
    "aurora-mysql": CLUSTER,
    "aurora-postgresql": CLUSTER,
}
FAMILIES = {
    "mysql": "mysql8.4",
    "mariadb": "mariadb11.8",
    "aurora-mysql": "aurora-mysql8.0",
    "aurora-postgresql": "aurora-postgresql17",
}
LOGS = {
    "mysql": ["error"],
    "mariadb": ["error"],
    "aurora-mysql": ["audit", "error"],
    "aurora-postgresql": ["postgresql"],
}
TLS = {
    "mysql": {"require_secure_transport": "1", "tls_version": "TLSv1.2,TLSv1.3"},
    "mariadb": {"require_secure_transport": "1", "tls_version": "TLSv1.2,TLSv1.3"},
    "aurora-mysql": {"require_secure_transport": "ON", "tls_version": "TLSv1.2,TLSv1.3"},
    "aurora-postgresql": {"rds.force_ssl": "1", "ssl_min_protocol_version": "TLSv1.2"},
}
QUIET = {"general_log": "0", "slow_query_log": "0", "local_infile": "0"}
STATEMENTS = {
    "mysql": QUIET,
    "mariadb": QUIET,
    "aurora-mysql": {**QUIET, "server_audit_events": "CONNECT"},
    "aurora-postgresql": {"log_statement": "none"},
}


@pytest.fixture(scope="module")
def stacks_of(synthesize_all: Callable[..., Stacks]) -> Stacks:
    """One database of each product besides PostgreSQL, each in a stack of its own."""
    made = synthesize_all(databases={name: {"engine": name} for name in KINDS})
    return {name: made[f"orders-production--{name}"] for name in KINDS}


def test_every_product_is_here() -> None:
    assert {"postgres", *KINDS} == set(ENGINES)


@pytest.mark.parametrize("engine", KINDS)
def test_logins_have_a_database_of_their_own_where_databases_have_no_schemas(
    stacks_of: Stacks, engine: str
) -> None:
    """Then the server has none: an attachment would write that one into each secret."""
    own = not ENGINES[engine].schemas
    made = stacks_of[engine]
    contents = [
        json.loads(text(each["GenerateSecretString"]["SecretStringTemplate"]))
        for each in made.of("AWS::SecretsManager::Secret").values()
    ]
    [login] = [each for each in contents if "masterarn" in each]
    assert login.get("dbname") == (login["username"] if own else None)
    given = made.the(KINDS[engine]).keys() & {"DBName", "DatabaseName"}
    assert bool(given) is not own


@pytest.mark.parametrize("engine", KINDS)
class TestServers:
    def test_a_server_is_encrypted_backed_up_and_protected(
        self, stacks_of: Stacks, engine: str
    ) -> None:
        server = stacks_of[engine].the(KINDS[engine])
        assert (server["Engine"], int(server["Port"])) == (engine, 6432)
        assert server["StorageEncrypted"] is server["DeletionProtection"] is True
        assert server["CopyTagsToSnapshot"] is server["EnableIAMDatabaseAuthentication"] is True
        assert (server["MasterUsername"], server["BackupRetentionPeriod"]) == ("dbadmin", 14)
        assert server["EnableCloudwatchLogsExports"] == LOGS[engine]
        for each in stacks_of[engine].of(INSTANCE).values():
            assert each["PubliclyAccessible"] is False
            assert each["AutoMinorVersionUpgrade"] is True
            assert each["MonitoringInterval"] == 60

    def test_a_major_version_alone_lets_aws_bring_minor_ones(
        self, stacks_of: Stacks, engine: str
    ) -> None:
        server = stacks_of[engine].the(KINDS[engine])
        assert server["EngineVersion"] == ENGINES[engine].versions.default
        assert stacks_of[engine].the(GROUPS[KINDS[engine]])["Family"] == FAMILIES[engine]

    def test_it_lets_nobody_in_without_tls_and_logs_no_statement(
        self, stacks_of: Stacks, engine: str
    ) -> None:
        group = GROUPS[KINDS[engine]]
        parameters = stacks_of[engine].the(group)["Parameters"]
        expected = {**TLS[engine], **STATEMENTS[engine]}
        assert {name: parameters[name] for name in expected} == expected

    def test_log_groups_exist_before_rds_would_make_them_unencrypted(
        self, stacks_of: Stacks, engine: str
    ) -> None:
        made = stacks_of[engine]
        kind = "cluster" if KINDS[engine] == CLUSTER else "instance"
        names = {f"/aws/rds/{kind}/orders-production-{engine}/{log}": log for log in LOGS[engine]}
        waited = made.waits_for(made.name(KINDS[engine]))
        groups = made.of("AWS::Logs::LogGroup").items()
        assert {each["LogGroupName"] for name, each in groups if name in waited} >= names.keys()

    def test_logins_rotate_as_the_product_does_it_best(
        self, stacks_of: Stacks, engine: str
    ) -> None:
        strategy = "alternating" if "postgres" in engine else "dual"
        folder = "postgres_user" if "postgres" in engine else "mysql_user"
        handlers = {
            each["FunctionName"].rpartition("-")[2]: each["Handler"]
            for each in stacks_of[engine].of("AWS::Lambda::Function").values()
        }
        assert set(handlers) == {"admin", strategy, "users"}
        assert handlers["users"] == f"{folder}.users.handler"
        assert handlers["admin"] == f"{folder}.handler.single_user"
        assert handlers[strategy] == ENGINES[engine].strategies[strategy].handler

    def test_the_secret_is_completed_by_the_server(self, stacks_of: Stacks, engine: str) -> None:
        made = stacks_of[engine]
        for each in made.of("AWS::SecretsManager::SecretTargetAttachment").values():
            assert each["TargetType"] == KINDS[engine]
            assert text(each["TargetId"]) == f"<{made.name(KINDS[engine])}>"


@pytest.mark.parametrize("engine", [name for name, kind in KINDS.items() if kind == CLUSTER])
class TestClusters:
    def test_a_standby_is_a_second_instance(self, stacks_of: Stacks, engine: str) -> None:
        instances = stacks_of[engine].of(INSTANCE).values()
        identifiers = [each["DBInstanceIdentifier"] for each in instances]
        assert identifiers == [f"orders-production-{engine}-{number}" for number in (1, 2)]

    def test_a_user_is_created_when_an_instance_answers(
        self, stacks_of: Stacks, engine: str
    ) -> None:
        made = stacks_of[engine]
        assert set(made.of(INSTANCE)) <= made.waits_for(made.name("Custom::DatabaseUser"))

    def test_events_of_the_cluster_and_of_its_instances_are_told(
        self, stacks_of: Stacks, engine: str
    ) -> None:
        subscriptions = stacks_of[engine].of("AWS::RDS::EventSubscription").values()
        told = {each["SourceType"]: each for each in subscriptions}
        assert {"failure", "maintenance"} <= set(told["db-cluster"]["EventCategories"])
        assert len(told["db-instance"]["SourceIds"]) == 2

    def test_the_monitoring_role_is_for_these_instances(
        self, stacks_of: Stacks, engine: str
    ) -> None:
        [trust] = [
            each
            for each in stacks_of[engine].statements("AWS::IAM::Role")
            if each.principals == ["monitoring.rds.amazonaws.com"]
        ]
        sources = [text(each) for each in trust.condition["ArnEquals"]["aws:SourceArn"]]
        assert [each.rpartition(":")[2] for each in sources] == [
            f"orders-production-{engine}-{number}" for number in (1, 2)
        ]


def test_a_function_reads_the_admins_secret_where_it_logs_in_as_the_admin_alone(
    synthesize: Callable[..., Any],
) -> None:
    made = Template(
        synthesize(
            database__engine="mariadb",
            databases__main__logins={"app": {}, "batch": {"strategy": "single"}},
        ).template
    )
    admin = f"<{made.name('AWS::SecretsManager::Secret', 'MainAdmin')}>"
    reading = {
        strategy: any(
            admin in resource
            for statement in made.statements("AWS::IAM::ManagedPolicy", f"MainRotator{strategy}")
            for resource in statement.resources
        )
        for strategy in ("Dual", "Single")
    }
    assert reading == {"Dual": True, "Single": False}
