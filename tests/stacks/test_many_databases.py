"""Many databases and logins, in networks of ours and of others."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.stacks.template import Template, text

Stacks = dict[str, Template]

SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-1-AbCdEf"
PRESENT = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:legacy/app-AbCdEf"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/00000000-1111-2222-3333-444444444444"
GROUP = "sg-0123456789abcdef0"
EXISTING = {
    "host": "legacy.cluster-abc.eu-west-1.rds.amazonaws.com",
    "dbname": "Legacy",
    "security_group_id": GROUP,
    "admin_secret_arn": SECRET,
    "admin_secret_key_arn": KEY,
}
VPC = {
    "network.vpc_id": "vpc-0123456789abcdef0",
    "network.subnet_ids": "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
}
ONCE = {"AWS::EC2::FlowLog", "AWS::EC2::VPC", "AWS::EC2::VPCEndpoint", "AWS::KMS::Key"}
A_LOGIN = {
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::SecretsManager::RotationSchedule",
    "AWS::SecretsManager::Secret",
    "AWS::SecretsManager::SecretTargetAttachment",
    "Custom::DatabaseUser",
}


@pytest.fixture(scope="module")
def fleet(synthesize_all: Callable[..., Stacks]) -> Stacks:
    return synthesize_all(
        databases={
            "main": {"logins": {"app": {}, "reports": {"strategy": "single", "reads": ["app"]}}},
            "stock": {"logins": {"app": {}, "batch": {"writes": ["app"]}}},
            "legacy": {"existing": EXISTING, "logins": {"app": {"present_secret_arn": PRESENT}}},
        },
        access__enabled="true",
    )


def types(template: Template) -> set[str]:
    return {each["Type"] for each in template.resources.values()}


def outside(template: Template) -> set[str]:
    """The stacks whose outputs a template reads."""
    found = json.dumps(template.raw).split('"Fn::GetStackOutput": {"StackName": "')[1:]
    return {each.partition('"')[0] for each in found}


def test_each_further_database_has_a_stack(fleet: Stacks) -> None:
    assert fleet.keys() == {
        "orders-production",
        "orders-production-access",
        "orders-production--legacy",
        "orders-production--stock",
    }


def test_a_stack_is_no_other_environments(synthesize_all: Callable[..., Stacks]) -> None:
    ours = synthesize_all(databases={"main": {}, "eu": {}})
    theirs = synthesize_all(environment="production-eu")
    assert not ours.keys() & theirs.keys()


def test_what_all_share_is_there_once(fleet: Stacks) -> None:
    shared = types(fleet["orders-production"])
    assert shared >= ONCE
    for name in ("legacy", "stock"):
        assert not ONCE & types(fleet[f"orders-production--{name}"])


def test_references_run_to_what_all_share_and_never_back(fleet: Stacks) -> None:
    assert outside(fleet["orders-production"]) == set()
    for name in ("-access", "--legacy", "--stock"):
        assert outside(fleet[f"orders-production{name}"]) == {"orders-production"}


def test_a_login_more_costs_five_resources(
    template: Template, synthesize_all: Callable[..., Stacks]
) -> None:
    more = synthesize_all(databases={"main": {"logins": {"app": {}, "other": {}}}})
    [made] = more.values()
    new = [made.resources[name]["Type"] for name in made.resources.keys() - template.resources]
    assert sorted(new) == sorted(A_LOGIN)
    kinds = {"AWS::Lambda::Function", "AWS::Lambda::Permission", "AWS::IAM::ManagedPolicy"}
    for name, each in template.resources.items():
        if each["Type"] in kinds and not name.startswith("MainUsers"):
            assert made.resources[name] == each, name


def test_a_database_elsewhere_in_the_settings_stays_in_its_stack(
    fleet: Stacks, synthesize_all: Callable[..., Stacks]
) -> None:
    turned = synthesize_all(
        databases={
            "stock": {"logins": {"batch": {"writes": ["app"]}, "app": {}}},
            "main": {"logins": {"reports": {"strategy": "single", "reads": ["app"]}, "app": {}}},
        }
    )
    for name in ("orders-production", "orders-production--stock"):
        assert turned[name].resources.keys() == fleet[name].resources.keys()


def test_without_main_the_first_stack_has_what_all_share(
    synthesize_all: Callable[..., Stacks],
) -> None:
    made = synthesize_all(databases={"stock": {}})
    assert "AWS::RDS::DBInstance" not in types(made["orders-production"])
    assert "AWS::RDS::DBInstance" in types(made["orders-production--stock"])


def test_a_database_protects_itself(synthesize_all: Callable[..., Stacks]) -> None:
    made = synthesize_all(databases={"main": {}, "stock": {"deletion_protection": False}})
    protected = {
        name: each.the("AWS::RDS::DBInstance")["DeletionProtection"] for name, each in made.items()
    }
    assert protected == {"orders-production": True, "orders-production--stock": False}


def test_a_login_is_given_rights_after_those_it_reads_exist(fleet: Stacks) -> None:
    main = fleet["orders-production"]
    reports = main.name("Custom::DatabaseUser", "MainLoginReports")
    assert main.the("Custom::DatabaseUser", "MainLoginReports")["Reads"] == ["app"]
    assert main.name("Custom::DatabaseUser", "MainLoginApp") in main.waits_for(reports)


def test_the_functions_of_a_database_share_their_groups_and_so_their_interfaces(
    fleet: Stacks,
) -> None:
    for template in fleet.values():
        groups = {
            json.dumps(each["VpcConfig"])
            for each in template.of("AWS::Lambda::Function").values()
            if "VpcConfig" in each
            and each["FunctionName"].split("-")[-1] not in {"consumer", "watch"}
        }
        assert len(groups) <= 1


def test_names_tell_database_and_login(fleet: Stacks) -> None:
    names = {
        each["Name"]
        for template in fleet.values()
        for each in template.of("AWS::SecretsManager::Secret").values()
    }
    assert names == {
        "orders/production/legacy/app",
        "orders/production/main/admin",
        "orders/production/main/app",
        "orders/production/main/reports",
        "orders/production/stock/admin",
        "orders/production/stock/app",
        "orders/production/stock/batch",
    }


def test_secrets_of_an_existing_database_say_themselves_where_it_is(fleet: Stacks) -> None:
    legacy = fleet["orders-production--legacy"]
    assert "AWS::SecretsManager::SecretTargetAttachment" not in types(legacy)
    generated = legacy.the("AWS::SecretsManager::Secret")["GenerateSecretString"]
    assert json.loads(text(generated["SecretStringTemplate"])) == {
        "username": "app",
        "masterarn": SECRET,
        "engine": "postgres",
        "host": EXISTING["host"],
        "port": 5432,
        "dbname": "Legacy",
    }


def test_an_existing_database_is_looked_at_before_anything_is_written(fleet: Stacks) -> None:
    legacy = fleet["orders-production--legacy"]
    check = legacy.the("Custom::DatabaseCheck")
    assert (check["Host"], check["Port"], check["Dbname"]) == (EXISTING["host"], "5432", "Legacy")
    waits = legacy.waits_for(legacy.name("Custom::DatabaseUser"))
    assert legacy.name("Custom::DatabaseCheck") in waits


def test_an_admin_secret_of_others_is_read_and_nothing_else(fleet: Stacks) -> None:
    legacy = fleet["orders-production--legacy"]
    about = [s for s in legacy.statements("AWS::IAM::ManagedPolicy") if SECRET in s.resources]
    assert {tuple(s.actions) for s in about} == {("secretsmanager:GetSecretValue",)}
    keys = [s for s in legacy.statements("AWS::IAM::ManagedPolicy") if KEY in s.resources]
    assert {tuple(s.actions) for s in keys} == {("kms:Decrypt",)}
    [door] = [
        s
        for s in fleet["orders-production"].statements("AWS::EC2::VPCEndpoint")
        if SECRET in s.resources
    ]
    assert door.actions == ["secretsmanager:GetSecretValue"]


def test_rules_in_a_group_of_others_can_be_left_to_them(
    fleet: Stacks, synthesize_all: Callable[..., Stacks]
) -> None:
    def into(template: Template) -> list[Any]:
        rules = template.of("AWS::EC2::SecurityGroupIngress").values()
        return [each for each in rules if each["GroupId"] == GROUP]

    [rule] = into(fleet["orders-production--legacy"])
    assert rule["FromPort"] == rule["ToPort"] == 5432
    theirs = synthesize_all(
        databases={"legacy": {"existing": {**EXISTING, "manage_ingress": False}}}
    )
    assert not into(theirs["orders-production--legacy"])
    assert "LegacyFunctionsSecurityGroupId" in theirs["orders-production--legacy"].outputs


def test_functions_can_be_put_into_a_group_that_is_admitted_already(
    synthesize_all: Callable[..., Stacks],
) -> None:
    theirs = "sg-0123456789abcdef9"
    existing = {**EXISTING, "manage_ingress": False, "client_security_group_id": theirs}
    legacy = synthesize_all(databases={"legacy": {"existing": existing}})[
        "orders-production--legacy"
    ]
    assert not types(legacy) & {"AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"}
    for each in legacy.of("AWS::Lambda::Function").values():
        assert theirs in each["VpcConfig"]["SecurityGroupIds"]
    [main] = synthesize_all(databases={"main": {"existing": existing}}).values()
    consumer = main.the("AWS::Lambda::Function", "MainConsumer")
    assert theirs in consumer["VpcConfig"]["SecurityGroupIds"]


def test_a_client_of_two_databases_has_one_rule_of_the_endpoint(
    synthesize_all: Callable[..., Stacks],
) -> None:
    made = synthesize_all(databases={"main": {}, "stock": {}}, database__clients="10.9.0.0/16")
    ports = {
        name: sorted(
            rule["FromPort"]
            for rule in each.of("AWS::EC2::SecurityGroupIngress").values()
            if rule.get("CidrIp") == "10.9.0.0/16"
        )
        for name, each in made.items()
    }
    assert ports == {"orders-production": [443, 6432], "orders-production--stock": [6432]}


def endpoint_of(synthesize_all: Callable[..., Stacks], endpoint: Any) -> Template:
    [made] = synthesize_all(**VPC, **{"network.secrets_endpoint": endpoint}).values()
    return made


def test_an_existing_network_gets_an_endpoint_of_ours(
    synthesize_all: Callable[..., Stacks],
) -> None:
    made = endpoint_of(synthesize_all, "create")
    assert not {"AWS::EC2::FlowLog", "AWS::EC2::Subnet", "AWS::EC2::VPC"} & types(made)
    assert made.the("AWS::EC2::VPCEndpoint")["SubnetIds"] == VPC["network.subnet_ids"].split(",")
    assert made.the("AWS::RDS::DBSubnetGroup")["SubnetIds"] == VPC["network.subnet_ids"].split(",")
    for each in made.of("AWS::EC2::SecurityGroup").values():
        assert each["VpcId"] == VPC["network.vpc_id"]


def test_an_existing_network_is_no_reason_to_warn(synthesize: Callable[..., Any]) -> None:
    assert not synthesize(**VPC).messages


def test_an_existing_endpoint_is_named_in_the_policies_and_gets_a_rule(
    synthesize_all: Callable[..., Stacks],
) -> None:
    endpoint = {"id": "vpce-0123456789abcdef0", "security_group_id": GROUP}
    made = endpoint_of(synthesize_all, endpoint)
    assert "AWS::EC2::VPCEndpoint" not in types(made)
    [rule] = [
        each
        for each in made.of("AWS::EC2::SecurityGroupIngress").values()
        if each["GroupId"] == GROUP
    ]
    assert rule["FromPort"] == 443
    denials = [
        s
        for s in made.statements("AWS::SecretsManager::ResourcePolicy")
        if "StringNotEquals" in s.condition
    ]
    assert len(denials) == 2
    for denial in denials:
        assert denial.condition["StringNotEquals"] == {"aws:SourceVpce": endpoint["id"]}


def test_without_an_endpoint_no_policy_asks_for_one(
    synthesize_all: Callable[..., Stacks],
) -> None:
    made = endpoint_of(synthesize_all, "none")
    assert "aws:SourceVpce" not in json.dumps(made.raw)
    anywhere = [
        name
        for name, each in made.of("AWS::EC2::SecurityGroup").items()
        for rule in each["SecurityGroupEgress"]
        if rule.get("CidrIp") == "0.0.0.0/0"
    ]
    assert [name.startswith("PlatformEndpointClients") for name in anywhere] == [True]
    assert "SecretsEndpointSecurityGroupId" not in made.outputs


def test_a_key_and_a_topic_of_others_take_the_places_of_ours(
    synthesize_all: Callable[..., Stacks],
) -> None:
    topic = "arn:aws:sns:eu-west-1:111122223333:pager"
    [made] = synthesize_all(secrets_key_arn=KEY, alarm_topic_arn=topic).values()
    assert not {"AWS::SNS::Topic", "AWS::SNS::TopicPolicy"} & types(made)
    assert len(made.of("AWS::KMS::Key")) == 1, "of data"
    assert {each["KmsKeyId"] for each in made.of("AWS::SecretsManager::Secret").values()} == {KEY}
    for each in made.of("AWS::CloudWatch::Alarm").values():
        assert each["AlarmActions"] == [topic]


def test_ten_databases_share_one_network(synthesize_all: Callable[..., Stacks]) -> None:
    made = synthesize_all(databases={f"db-{number}": {} for number in range(10)})
    assert len(made) == 11
    count = [each["Type"] for template in made.values() for each in template.resources.values()]
    assert (count.count("AWS::EC2::VPC"), count.count("AWS::EC2::VPCEndpoint")) == (1, 1)
    assert count.count("AWS::KMS::Key") == 3


def test_sixty_databases_fit_on_the_dashboard(synthesize_all: Callable[..., Stacks]) -> None:
    """What each further one adds is the same, so that three tell of sixty."""
    logins = {"app": {}, "batch": {"strategy": "single"}}

    def shown(count: int) -> list[Any]:
        made = synthesize_all(databases={f"db-{each}": {"logins": logins} for each in range(count)})
        body = made["orders-production"].the("AWS::CloudWatch::Dashboard")["DashboardBody"]
        found: list[Any] = json.loads(text(body))["widgets"]
        return found

    def metrics(widgets: list[Any]) -> int:
        return sum(len(each["properties"].get("metrics", [])) for each in widgets)

    def alarms(widgets: list[Any]) -> list[int]:
        return [len(each["properties"].get("alarms", [])) for each in widgets]

    one, two, three = (shown(count) for count in (1, 2, 3))
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
    for measure, limit in ((len, 500), (metrics, 2500)):
        each = measure(three) - measure(two)
        assert each == measure(two) - measure(one) > 0
        assert measure(one) + 59 * each <= limit
    assert max(alarms(three)) == max(alarms(two)) <= 100
    assert max(alarms(two)) == max(alarms(one))


def test_the_default_is_smaller_than_before(template: Template) -> None:
    assert len(template.resources) < 100
