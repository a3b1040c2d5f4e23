import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from database.passwords import PasswordRules
from rotation.errors import BadSettingsError
from stacks.settings import Settings, SettingsError, read_settings
from stacks.settings.known import known_settings

ROOT = Path(__file__).resolve().parents[3]
NAME = {"name": "orders"}


def problem(**context: object) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings({**NAME, **{key.replace("__", "."): value for key, value in context.items()}})
    [headline, *lines] = str(caught.value).splitlines()
    assert headline.startswith("Settings in cdk.json")
    return "\n".join(lines)


def test_a_name_is_all_that_has_to_be_set() -> None:
    settings = read_settings(NAME)
    assert settings.prefix == "orders-production"
    assert settings.path == "orders/production"
    assert settings.database.deletion_protection
    assert settings.database.multi_az
    assert not settings.rotation.on_deploy


def test_without_a_name_there_is_no_deployment() -> None:
    with pytest.raises(SettingsError, match=r"name: it is not set\. Allowed: 2 to 30"):
        read_settings({})


def test_cdk_json_shows_every_setting_with_its_default() -> None:
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    assert read_settings(context) == read_settings({"name": context["name"]})
    ours = {key for key in context if not key.startswith("@")}
    assert ours == Settings.model_fields.keys()


def test_a_dotted_name_overrides_one_field_of_a_group() -> None:
    context = {**NAME, "database": {"port": 6000, "name": "shop"}, "database.port": "7000"}
    database = read_settings(context).database
    assert (database.port, database.name) == (7000, "shop")


def test_text_from_the_command_line_becomes_the_right_type() -> None:
    settings = read_settings(
        {
            **NAME,
            "consumer": "false",
            "database.multi_az": "no",
            "database.storage_gib": "50",
            "databases.main.logins.app.readers": "arn:aws:iam::123456789012:role/a,"
            "arn:aws:iam::123456789012:role/b/c",
            "rotation.on_deploy": "true",
            "rotation.strategy": "single",
            "tags.cost.center": "4711",
        }
    )
    assert settings.consumer is False
    assert settings.database.multi_az is False
    assert settings.database.storage_gib == 50
    assert settings.databases["main"].logins["app"].readers[1].endswith("role/b/c")
    assert settings.rotation.on_deploy is True
    assert settings.rotation.strategy == "single"
    assert settings.tags == {"cost.center": "4711"}


def test_what_the_cdk_keeps_in_the_context_is_not_ours() -> None:
    read_settings(
        {
            **NAME,
            "@aws-cdk/core:checkSecretUsage": True,
            "aws:cdk:enable-path-metadata": True,
            "aws-cdk:enableDiffNoFail": True,
            "availability-zones:account=123456789012:region=eu-central-1": ["eu-central-1a"],
            "acknowledged-issue-numbers": [1],
            "cli-telemetry": False,
        }
    )


def test_settings_cannot_be_changed_afterwards() -> None:
    settings = read_settings({**NAME, "tags": {"team": "payments"}})
    with pytest.raises(ValidationError, match="frozen"):
        settings.name = "other"
    with pytest.raises(TypeError):
        settings.tags["team"] = "other"  # type: ignore[index]


@pytest.mark.parametrize(
    ("wrong", "suggestion"),
    [
        ("rotaton", "rotation"),
        ("rotation.stratgy", "rotation.strategy"),
        ("rotaton.strategy", "rotation.strategy"),
        ("consumr", "consumer"),
        ("Name", "name"),
        ("strategy", None),
        ("name.first", None),
    ],
)
def test_an_unknown_setting_is_an_error_that_knows_what_was_meant(
    wrong: str, suggestion: str | None
) -> None:
    line = problem(**{wrong: "x"})
    assert line.startswith(f"  {wrong}: there is no such setting.")
    hint = f" Did you mean {suggestion}?" if suggestion else " docs/settings.md lists all."
    assert line.endswith(hint)


@pytest.mark.parametrize(
    ("setting", "value", "because"),
    [
        ("name", "Orders", "not made of lower-case letters"),
        ("name", "o" * 31, ""),
        ("environment", "e" * 14, ""),
        ("tags", {"aws:team": "x"}, "'aws:team' is not a tag key"),
        ("tags", {"Application": "x"}, "one is set by the app"),
        ("tags", {"rotation-watch": "x"}, "one is set by the app"),
        ("tags", {"team": "x", "Team": "y"}, "differ in upper and lower case"),
        ("tags", {"team": "ü?"}, "the value of 'team'"),
        ("database.engine_version", "13", ""),
        ("database.engine_version", "17.x", ""),
        ("database.engine_version", "17.1", "equal from 17.2 on"),
        ("database.engine_version", "16.5", "equal from 16.6 on"),
        ("database.engine_version", "15.9", "equal from 15.10 on"),
        ("database.engine_version", "14.14", "equal from 14.15 on"),
        ("database.instance_class", "t4g.medium", ""),
        ("database.storage_gib", 19, ""),
        ("database.storage_gib", "many", ""),
        ("database.max_storage_gib", 65537, ""),
        ("database.port", 5432, "the port that everyone tries first"),
        ("database.port", 443, ""),
        ("database.name", "select", "reserved word"),
        ("database.admin_username", "postgres", "keeps the name for itself"),
        ("database.backup_days", 6, ""),
        ("database.deletion_protection", "perhaps", ""),
        ("rotation.strategy", "both", ""),
        ("rotation.schedule", "rate(1 hour)", "at least 4 hours"),
        ("rotation.admin_schedule", "rate(1 hour)", "at least 4 hours"),
        ("rotation.window", "90m", ""),
        ("rotation.window", "25h", "rate(30 days) leaves 24h"),
        ("password.length", 32, ""),
        ("password.exclude_characters", "abcdefghijklmnopqrstuvwxyz0123456789", "it leaves 18"),
        ("password.exclude_characters", "ß", ""),
        ("consumer", "maybe", ""),
        ("network.zones", "eu-west-1a", "there are 1"),
        ("network.zones", "eu-west-1a,eu-west-1b,eu-west-1c", "there are 3"),
        ("network.zones", "eu-west-1a,eu-west-1a", "the same zone twice"),
        ("network.zones", "eu-west-1a,eu-west-2a", "in different regions"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    setting: str, value: object, because: str
) -> None:
    line = problem(**{setting: value})
    assert line.startswith(f"  {setting} = {value!r}")
    assert because in line
    assert ". Allowed: " in line


def test_every_problem_gets_a_line() -> None:
    lines = problem(name="X", consumer="maybe", database__port=1).splitlines()
    assert [line.split()[0] for line in lines] == ["name", "database.port", "consumer"]


def test_a_role_in_a_list_is_named_by_its_place() -> None:
    readers = {"databases.main.logins.app.readers": "arn:aws:iam::123456789012:role/a,*"}
    assert problem(**readers).startswith("  databases.main.logins.app.readers.1 = '*'. Allowed")


@pytest.mark.parametrize("zone", ["eu-west-1", "euw1-az1", "us-west-2-lax-1a", "EU-WEST-1A"])
def test_a_zone_that_rds_does_not_know_is_named_by_its_place(zone: str) -> None:
    line = problem(network__zones=["eu-west-1a", zone])
    assert line.startswith(f"  network.zones.1 = '{zone}'. Allowed")


def test_an_address_that_is_none_is_named_by_its_place() -> None:
    for address in ("pager", "pager@", "@example.com", "a b@example.com", "pager@example"):
        text = problem(alarm_emails=["team@example.com", address])
        assert text.startswith(f"  alarm_emails.1 = '{address}'. Allowed")


def test_a_boundary_that_is_no_policy_is_refused() -> None:
    for arn in ("boundary", "arn:aws:iam::123456789012:role/boundary", "*"):
        assert problem(permissions_boundary=arn).startswith(f"  permissions_boundary = '{arn}'.")


def test_a_group_is_not_a_value() -> None:
    assert problem(database="big", database__port=1).startswith("  database = 'big': it is a group")


def test_room_to_grow_is_a_tenth_at_least() -> None:
    assert "database.storage_gib is 100" in problem(
        database__storage_gib=100, database__max_storage_gib=109
    )
    read_settings({**NAME, "database.storage_gib": 100, "database.max_storage_gib": 110})


def test_the_twin_of_a_user_is_not_the_admin() -> None:
    line = problem(database__admin_username="app_clone")
    assert "app would have the user app_clone, as the admin has" in line


def test_the_longest_names_fit_into_every_limit_of_aws() -> None:
    settings = read_settings({"name": "n" * 30, "environment": "e" * 13})
    assert len(f"{settings.prefix}-access-key-rotation") <= 64, "function name"
    assert len(settings.prefix) <= 63, "identifier of an instance"


leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20))
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from([*known_settings(), *Settings.model_fields]), values)
    | st.dictionaries(st.text(max_size=12), values)
)
def test_whatever_is_in_the_context_ends_in_settings_or_in_our_own_error(
    context: dict[str, Any],
) -> None:
    with suppress(SettingsError):
        read_settings(context)


@given(st.integers(33, 128), st.text("abcXYZ0123456789!", max_size=17))
def test_password_settings_that_pass_here_pass_in_the_function(length: int, excluded: str) -> None:
    context = {**NAME, "password.length": length, "password.exclude_characters": excluded}
    environment = {"PASSWORD_LENGTH": str(length), "PASSWORD_EXCLUDE_CHARACTERS": excluded}
    try:
        read_settings(context)
    except SettingsError:
        with pytest.raises(BadSettingsError):
            PasswordRules.from_environment(environment)
    else:
        PasswordRules.from_environment(environment)


@pytest.mark.parametrize("name", ["word", "endpoint", "[key]"])
def test_an_unknown_setting_with_a_name_of_pydantics_is_named(name: str) -> None:
    assert f"{name}: there is no such setting" in problem(**{name: 1})
