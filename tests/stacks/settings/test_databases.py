"""Many databases, many logins, networks that exist."""

import json
from pathlib import Path
from typing import Any

import pytest

from stacks.settings import Settings, SettingsError, read_settings
from stacks.settings.network import ExistingEndpoint

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-1-AbCdEf"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/00000000-1111-2222-3333-444444444444"
EXISTING = {
    "host": "orders.cluster-abc.eu-west-1.rds.amazonaws.com",
    "dbname": "Orders",
    "security_group_id": "sg-0123456789abcdef0",
    "admin_secret_arn": SECRET,
}
VPC = {
    "network.vpc_id": "vpc-0123456789abcdef0",
    "network.subnet_ids": "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
}


def read(**context: Any) -> Settings:
    return read_settings(
        {"name": "orders", **{key.replace("__", "."): each for key, each in context.items()}}
    )


def problem(**context: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        read(**context)
    return str(caught.value).partition("\n")[2]


def test_a_name_alone_is_one_database_with_one_login() -> None:
    [(name, database)] = read().databases.items()
    assert (name, dict(database.users)) == ("main", {"app": "app"})
    assert database.existing is None


def test_what_a_database_leaves_out_is_as_the_groups_say() -> None:
    settings = read(
        database__port=6000,
        rotation__strategy="single",
        databases={
            "orders": {"multi_az": False, "logins": {"a": {}, "b-c": {"strategy": "alternating"}}},
            "stock": {"port": 7000, "rotation": {"schedule": "rate(7 days)", "admin": False}},
        },
    )
    orders, stock = settings.databases["orders"], settings.databases["stock"]
    assert (orders.port, orders.multi_az, stock.port, stock.multi_az) == (6000, False, 7000, True)
    assert {name: each.strategy for name, each in orders.logins.items()} == {
        "a": "single",
        "b-c": "alternating",
    }
    assert dict(orders.users) == {"a": "a", "b-c": "b_c"}
    assert (stock.logins["app"].schedule, stock.logins["app"].strategy) == (
        "rate(7 days)",
        "single",
    )
    assert (orders.rotation.admin, stock.rotation.admin) == (True, False)


def test_a_login_is_named_with_dots_on_the_command_line() -> None:
    settings = read(
        databases={"main": {"logins": {"app": {}}}},
        databases__main__logins__app__strategy="single",
        databases__main__port="7000",
        databases__stock__logins__batch__username="nightly",
    )
    main, stock = settings.databases["main"], settings.databases["stock"]
    assert (main.port, main.logins["app"].strategy) == (7000, "single")
    assert dict(stock.users) == {"batch": "nightly"}


@pytest.mark.parametrize(
    ("databases", "where", "because"),
    [
        ({"Main": {}}, "databases.Main", "not made of lower-case letters"),
        ({}, "databases", ""),
        ({"main": {"logins": {}}}, "databases.main.logins", ""),
        ({"main": {"logins": {"a_b": {}}}}, "databases.main.logins.a_b", "not made of"),
        ({"main": {"logins": {"admin": {}}}}, "databases.main.logins", "name of the admin's"),
        (
            {"main": {"logins": {"a-b": {}, "c": {"username": "a_b"}}}},
            "databases.main.logins",
            "c would have the user a_b, as a-b has",
        ),
        (
            {"main": {"logins": {"a": {}, "c": {"username": "a_clone"}}}},
            "databases.main.logins.c.username",
            "second user of a rotation",
        ),
        (
            {"main": {"logins": {"a": {"reads": ["b"]}}}},
            "databases.main.logins",
            "a names b, which is no other login",
        ),
        (
            {"main": {"logins": {"a": {"writes": ["a"]}}}},
            "databases.main.logins",
            "a names a, which is no other login",
        ),
        (
            {"main": {"logins": {"a": {"reads": ["b"]}, "b": {"writes": ["a"]}, "c": {}}}},
            "databases.main.logins",
            "a, b read or write each other in a circle",
        ),
        (
            {"main": {"logins": {"a": {"schedule": "rate(1 hour)"}}}},
            "databases.main.logins.a.schedule",
            "at least 4 hours",
        ),
        (
            {"main": {"logins": {"a": {"window": "25h"}}}},
            "databases.main.logins.a.window",
            "leaves 24h",
        ),
        (
            {"main": {"logins": {"a": {"present_secret_arn": "orders"}}}},
            "databases.main.logins.a.present_secret_arn",
            "",
        ),
        ({"access-key": {}}, "databases", "access-key is the name of the access key"),
        ({"access": {}}, "databases", "access is the name of the stack for people"),
        ({"deploy-role": {}}, "databases", "deploy-role is the name of the stack of a pipeline"),
        ({"platform": {}}, "databases", "platform is the name of what all databases share"),
        ({"a-1": {}, "a1": {}}, "databases", "a-1 and a1 are both A1 without their hyphens"),
        (
            {"main": {"logins": {"a-1": {}, "a1": {}}}},
            "databases.main.logins",
            "a-1 and a1 are both A1 without their hyphens",
        ),
        (
            {"main": {"logins": {"user": {}}}},
            "databases.main.logins",
            "user needs a username, because as one it is a reserved word",
        ),
        (
            {"main": {"logins": {f"l{number}": {} for number in range(51)}}},
            "databases.main.logins",
            "",
        ),
        (
            {"main": {"logins": {"a": {"present_secret_key_arn": KEY}}}},
            "databases.main.logins.a.present_secret_key_arn",
            "present_secret_arn is not set",
        ),
        (
            {
                "main": {"logins": {"a": {"present_secret_arn": SECRET}}},
                "more": {"logins": {"b": {"present_secret_arn": SECRET}}},
            },
            "databases",
            f"more.logins.b would take over the user of {SECRET}, as main.logins.a has",
        ),
        (
            {
                "old": {
                    "existing": EXISTING,
                    "logins": {"a": {"present_secret_arn": SECRET}},
                }
            },
            "databases",
            f"old.logins.a would take over the user of {SECRET}, as the admin of old has",
        ),
        (
            {"old": {"existing": EXISTING}, "same": {"existing": EXISTING}},
            "databases",
            "old and same are the same database",
        ),
        (
            {
                "old": {"existing": EXISTING},
                "other": {
                    "existing": {
                        **EXISTING,
                        "host": EXISTING["host"].upper(),
                        "dbname": "other",
                    }
                },
            },
            "databases",
            "old and other are on the same server, and both have the user app",
        ),
        (
            {
                "old": {"existing": EXISTING, "clients": "10.20.0.0/16"},
                "other": {
                    "existing": {**EXISTING, "dbname": "other"},
                    "clients": "10.20.0.0/16",
                    "logins": {"batch": {}},
                },
            },
            "databases",
            "old and other would both let the client 10.20.0.0/16 into sg-0123456789abcdef0",
        ),
        ({"main": {"engine": "oracle"}}, "databases.main.engine", ""),
        ({"main": {"existing": {}}}, "databases.main.existing.host", ""),
        (
            {"main": {"existing": {**EXISTING, "host": "10.0.0.1"}}},
            "databases.main.existing.host",
            "",
        ),
        (
            {"main": {"existing": {**EXISTING, "admin_secret_arn": ""}}},
            "databases.main.existing.admin_secret_arn",
            "it is empty",
        ),
        ({"main": {"existing": {**EXISTING, "port": -1}}}, "databases.main.existing.port", ""),
    ],
)
def test_a_database_that_cannot_be_is_refused_by_name(
    databases: dict[str, Any], where: str, because: str
) -> None:
    line = problem(databases=databases).partition("\n")[0]
    assert line.startswith(f"  {where}")
    assert because in line
    assert " Allowed: " in line


@pytest.mark.parametrize(
    ("databases", "line"),
    [
        (
            {"main": "x"},
            "databases.main = 'x': it is a group; set its fields, as in -c databases.main.…=…",
        ),
        (
            {"main": {"existing": EXISTING, "multi_az": True}},
            "databases.main: of an existing server, multi_az is not ours.",
        ),
        (
            {"main": {"existing": EXISTING, "rotation": {"admin": True}}},
            "databases.main: of an existing server, rotation.admin is not ours.",
        ),
    ],
)
def test_a_database_that_is_wrong_as_a_whole_is_refused_by_name(
    databases: dict[str, Any], line: str
) -> None:
    assert problem(databases=databases) == f"  {line}"


def test_an_existing_database_inherits_what_it_can_use() -> None:
    [database] = read(
        database__clients="10.20.0.0/16",
        database__multi_az=False,
        rotation__strategy="single",
        rotation__admin=False,
        databases={"legacy": {"existing": EXISTING}},
    ).databases.values()
    assert (database.clients, database.logins["app"].strategy) == (("10.20.0.0/16",), "single")


def test_a_mistake_in_a_group_is_told_once() -> None:
    lines = problem(database__port=5432, rotation__window="90m", databases__stock={}).splitlines()
    assert [line.split()[0] for line in lines] == ["database.port", "rotation.window"]


@pytest.mark.parametrize(
    ("settings", "longest"),
    [
        ({"databases": {"a": {}}}, "-custom-resources has 67 characters"),
        (
            {
                "environment": "e" * 9,
                "access_key.enabled": True,
                "access_key.policy": "arn:aws:iam::123456789012:policy/carrier",
            },
            "-access-key-rotation has 67 characters",
        ),
        (
            {"environment": "e" * 9, "access.enabled": True},
            "-rotation-operator has 65 characters",
        ),
    ],
)
def test_names_of_what_is_shared_count_as_well(settings: dict[str, Any], longest: str) -> None:
    longest_names = {"name_prefix": "p" * 6, "name": "n" * 30, "environment": "e" * 12}
    [line] = problem(**{**longest_names, **settings}).splitlines()
    assert longest in line


def test_names_that_are_too_long_together_are_refused() -> None:
    line = problem(name="o" * 30, environment="e" * 13, databases={"d" * 10: {}})
    assert "67 characters, and AWS allows 64" in line


def test_a_name_prefix_is_before_all_names() -> None:
    names = read(name_prefix="acme").names
    assert (names.prefix, names.path) == ("acme-orders-production", "acme/orders/production")


def test_an_existing_server_may_have_authorities_of_its_own(tmp_path: Path) -> None:
    shipped = Path("lambdas/rotated_secret/authorities.pem").read_text()
    file = tmp_path / "ca.pem"
    file.write_text(shipped)
    existing = {**EXISTING, "ca": str(file), "manage_ingress": False}
    [database] = read(databases={"legacy": {"existing": existing}}).databases.values()
    assert database.trusted == file


@pytest.mark.parametrize(
    ("network", "where", "because"),
    [
        ({"network.cidr": "8.8.8.0/24"}, "network.cidr", "public"),
        ({"network.cidr": "10.0.0.0/28"}, "network.cidr", "/28"),
        ({"network.cidr": "10.0.0.1/24"}, "network.cidr", "host bits"),
        ({"network.vpc_id": "vpc-1"}, "network.vpc_id", ""),
        ({**VPC, "network.subnet_ids": ""}, "network.subnet_ids", "network.vpc_id is vpc-"),
        (
            {**VPC, "network.subnet_ids": ["subnet-0123456789abcdef0"] * 2},
            "network.subnet_ids",
            "twice",
        ),
        ({**VPC, "network.vpc_id": ""}, "network.subnet_ids", "network.vpc_id is not set"),
        (
            {**VPC, "network.zones": "eu-west-1a,eu-west-1b"},
            "network.vpc_id",
            "network.zones is set",
        ),
        ({**VPC, "network.cidr": "10.1.0.0/24"}, "network.vpc_id", "network.cidr is set"),
        ({**VPC, "ec2_consumer": True}, "ec2_consumer", "network.vpc_id is set"),
        ({"network.secrets_endpoint": "none"}, "network.secrets_endpoint", "is not set"),
        ({**VPC, "network.secrets_endpoint": "ours"}, "network.secrets_endpoint", ""),
        (
            {**VPC, "network.secrets_endpoint.id": "vpce-0123456789abcdef0"},
            "network.secrets_endpoint.security_group_id",
            "not set",
        ),
    ],
)
def test_a_network_that_cannot_be_is_refused_by_name(
    network: dict[str, Any], where: str, because: str
) -> None:
    line = problem(**network).partition("\n")[0]
    assert line.startswith(f"  {where}")
    assert because in line


def test_an_endpoint_that_exists_is_named_with_dots() -> None:
    endpoint = {"id": "vpce-0123456789abcdef0", "security_group_id": "sg-0123456789abcdef0"}
    dotted = {f"network.secrets_endpoint.{key}": value for key, value in endpoint.items()}
    assert read(**VPC, **dotted).network.secrets_endpoint == ExistingEndpoint(**endpoint)
    whole = {"network.secrets_endpoint": "create", **dotted}  # as in cdk.json, and after -c
    assert read(**VPC, **whole).network.secrets_endpoint == ExistingEndpoint(**endpoint)


def test_a_file_may_hold_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written = {"name": "app", "databases": {"main": {}}, "consumer": True, "@flag": True}
    (tmp_path / "cdk.json").write_text(json.dumps({"context": written}))
    file = tmp_path / "orders.json"
    file.write_text(
        json.dumps(
            {"$schema": "settings.schema.json", "name": "orders", "databases": {"stock": {}}}
        )
    )
    context = {**written, "settings": "orders.json", "environment": "test", "consumer": "false"}
    settings = read_settings(context)
    assert (settings.name, settings.environment) == ("orders", "test")
    assert list(settings.databases) == ["stock"], "the file's databases, not those of cdk.json too"
    assert settings.consumer is False, "what follows -c counts more"


def test_a_setting_of_a_file_takes_the_place_of_that_one_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written = {"name": "app", "database": {"port": 7000, "backup_days": 7}, "database.port": 7001}
    (tmp_path / "cdk.json").write_text(json.dumps({"context": written}))
    given = {"name": "orders", "database": {"port": 7002}, "rotation.strategy": "single"}
    (tmp_path / "orders.json").write_text(json.dumps(given), encoding="utf-8-sig")
    settings = read_settings({**written, "settings": "orders.json"})
    assert (settings.database.port, settings.database.backup_days) == (7002, 7)
    assert settings.rotation.strategy == "single"
    typed = read_settings({**written, "settings": "orders.json", "database.port": "7003"})
    assert typed.database.port == 7003


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        (
            {"databases.main.prot": "6000"},
            "databases.main.prot: there is no such setting. Did you mean databases.main.port?",
        ),
        (
            {"databases.main.rotation.shedule": "x"},
            (
                "databases.main.rotation.shedule: there is no such setting. Did you mean "
                "databases.main.rotation.schedule?"
            ),
        ),
        (
            {"databases.main.logins.app.stratgy": "x"},
            (
                "databases.main.logins.app.stratgy: there is no such setting. Did you mean "
                "databases.main.logins.app.strategy?"
            ),
        ),
        (
            {"databases": {"main": {"logins.app.strategy": "single"}}},
            (
                "databases.main.logins.app.strategy: write it in nested groups; names with dots "
                "are for the top and for -c."
            ),
        ),
    ],
)
def test_a_suggestion_is_about_the_same_database(settings: dict[str, Any], line: str) -> None:
    assert problem(**settings) == f"  {line}"


@pytest.mark.parametrize(
    ("content", "because"),
    [
        (None, "cannot be read"),
        ("{", "are no JSON"),
        ("[]", "are no object of JSON"),
        ('{"a":1,"a":2}', "a is there twice"),
    ],
)
def test_a_file_that_holds_no_settings_is_refused(
    tmp_path: Path, content: str | None, because: str
) -> None:
    file = tmp_path / "orders.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(SettingsError, match=because) as caught:
        read(settings=str(file))
    assert str(file) in str(caught.value)


def test_who_is_told_at_a_topic_of_others_they_say() -> None:
    topic = "arn:aws:sns:eu-west-1:123456789012:pager"
    line = problem(alarm_topic_arn=topic, alarm_emails="team@example.com")
    assert line.startswith("  alarm_emails = 'team@example.com': alarm_topic_arn is set")
    assert "standard topic, not FIFO" in problem(alarm_topic_arn=f"{topic}.fifo")


def test_an_instance_that_has_no_database_to_log_in_to_is_refused() -> None:
    assert "there is no database main" in problem(ec2_consumer=True, databases={"stock": {}})


def test_what_is_regional_is_in_one_region() -> None:
    line = problem(
        secrets_key_arn=KEY.replace("eu-west-1", "eu-west-2"),
        databases={"legacy": {"existing": EXISTING}},
    )
    assert line == (
        "  databases.legacy.existing.admin_secret_arn is in eu-west-1, and secrets_key_arn in "
        "eu-west-2: both have to be where the deployment is."
    )


ADOPTED = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:payroll/clerk-AbCdEf"
ROTATES = "arn:aws:lambda:eu-west-1:111122223333:function:theirs"


def login(**settings: object) -> dict[str, object]:
    return {"name": "orders", "databases": {"main": {"logins": {"app": settings}}}}


def test_a_secret_may_be_adopted_from_a_version_of_a_function() -> None:
    read_settings(login(adopt_secret_arn=ADOPTED, adopt_function_arn=ROTATES + ":live"))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"adopt_function_arn": ROTATES}, "adopt_secret_arn is not"),
        ({"adopt_secret_key_arn": "arn:aws:kms:eu-west-1:111122223333:key/1"}, "is not"),
        ({"adopt_secret_arn": ADOPTED, "present_secret_arn": ADOPTED}, "choose one"),
        ({"adopt_secret_arn": ADOPTED, "adopt_function_arn": "theirs"}, "adopt_function_arn"),
        ({"adopt_secret_arn": ADOPTED[:-7]}, "adopt_secret_arn"),
    ],
)
def test_what_has_no_meaning_with_an_adopted_secret_is_refused(
    settings: dict[str, object], told: str
) -> None:
    with pytest.raises(SettingsError, match=told):
        read_settings(login(**settings))


def test_a_secret_is_adopted_once() -> None:
    logins = {name: {"adopt_secret_arn": ADOPTED} for name in ("app", "batch")}
    with pytest.raises(SettingsError, match="would take over the user"):
        read_settings({"name": "orders", "databases": {"main": {"logins": logins}}})


def test_what_the_user_of_an_adopted_secret_reads_is_not_ours_to_say() -> None:
    logins = {"app": {}, "clerk": {"adopt_secret_arn": ADOPTED, "reads": ["app"]}}
    with pytest.raises(SettingsError, match="its owner says"):
        read_settings({"name": "orders", "databases": {"main": {"logins": logins}}})
