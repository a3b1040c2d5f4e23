"""What AWS refuses because of its size is found at the synth."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from stacks import quotas
from stacks.quotas import QUOTAS, Longest, evaluated, too_long
from stacks.settings.databases import MOST_LOGINS
from tests.stacks.conftest import Synthesize
from tests.stacks.template import Template
from tests.stacks.test_app import run

ROLE = "arn:aws:iam::111122223333:role/"


def roles(number: int, length: int) -> str:
    """So many ARNs of so many characters with names of 64, as after `-c`."""
    path = "/".rjust(length - len(ROLE) - 64, "p")
    return ",".join(f"{ROLE}{path}{each:0>64}" for each in range(number))


@pytest.mark.parametrize("quota", QUOTAS, ids=lambda quota: quota.what)
def test_what_fits_passes_and_one_character_more_does_not(quota: quotas.Quota) -> None:
    def template(size: int) -> dict[str, Any]:
        value: Any = "x" * size
        for key in reversed(quota.key.split(".")):
            value = {key: value}
        return {"Resources": {"Big": {"Type": quota.kind, "Properties": value}}}

    assert list(too_long(template(quota.most))) == []
    [line] = too_long(template(quota.most + 1))
    assert f"{quota.what} of Big has up to {quota.most + 1} characters" in line
    assert quota.grows_with in line


@pytest.mark.parametrize(
    ("value", "longest"),
    [
        ({"Ref": "AWS::AccountId"}, 12),
        ({"Fn::Join": ["-", ["a", {"Ref": "AWS::Partition"}]]}, 12),
        ({"Fn::Sub": "${AWS::Region}/${Named.Arn}"}, 14 + 1 + 43),
        ({"Fn::GetAtt": ["Unnamed", "Arn"]}, 38 + 64),
        ({"Fn::Select": [1, {"Fn::Split": ["/", {"Fn::GetAtt": ["Unnamed", "Arn"]}]}]}, 64),
        ({"Fn::ImportValue": "elsewhere"}, 255),
        ({"Ref": "NoSuchThing"}, 255),
    ],
)
def test_a_reference_is_as_long_as_it_can_get(value: object, longest: int) -> None:
    named = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "five5"}}
    known = Longest({"Named": named, "Unnamed": {"Type": "AWS::IAM::Role"}})
    assert len(evaluated(value, known)) == longest


def test_with_everything_on_and_the_longest_names_all_of_it_fits(synthesize: Synthesize) -> None:
    made = synthesize(
        name="n" * 30,
        environment="e" * 13,
        access__enabled="true",
        access_key__enabled="true",
        access_key__policy="arn:aws:iam::111122223333:policy/carrier",
        ec2_consumer="true",
        databases__main__logins__app__readers=roles(10, 117),
    ).template
    assert list(too_long(made)) == []
    assert too_long_names(made) == []


def test_as_many_logins_as_are_allowed_fit_into_one_database(
    synthesize_all: Callable[..., dict[str, Template]],
) -> None:
    logins: dict[str, Any] = {f"login-{number}": {} for number in range(MOST_LOGINS)}
    taken = {
        f"taken-{number}": {
            "present_secret_arn": f"arn:aws:secretsmanager:eu-west-1:111122223333:secret:"
            f"legacy/application-{number}-AbCdEf"
        }
        for number in range(10)
    }
    made = synthesize_all(databases={"main": {"logins": logins}, "stock": {"logins": taken}})
    for template in made.values():
        assert list(too_long(template.raw)) == []
        assert len(template.outputs) <= 200, "CloudFormation's limit"


def test_as_many_secrets_are_adopted_as_the_documentation_says(
    synthesize_all: Callable[..., dict[str, Template]],
) -> None:
    """With a key of their own they are named twice; without, twice as many fit."""
    secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:payroll/clerk-{:02}-AbCdEf"
    key = "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000"
    logins = {
        f"clerk-{each:02}": {
            "adopt_secret_arn": secret.format(each),
            "adopt_secret_key_arn": key,
        }
        for each in range(20)
    }
    made = synthesize_all(databases={"main": {"logins": logins}})
    assert [line for each in made.values() for line in too_long(each.raw)] == []


def test_each_reference_in_what_is_measured_is_known(
    whole: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotas, "_UNKNOWN", 10**6)
    assert list(too_long(whole.raw)) == []


def test_readers_that_do_not_fit_end_the_synth_with_the_limit_and_the_settings(
    tmp_path: Path,
) -> None:
    readers = {name: roles(40, 130).split(",")[at : at + 20] for name, at in (("a", 0), ("b", 20))}
    logins = {name: {"readers": each} for name, each in readers.items()}
    done = run(tmp_path, databases={"main": {"logins": logins}})
    assert done.returncode == 1
    heading, line = done.stderr.splitlines()
    assert heading == "AWS would refuse, because it is too long:"
    assert line.startswith("  orders-production: the event pattern of MainMonitoringRulesUnusual")
    assert "AWS allows 2048. It grows with: settings named readers." in line


def test_clients_of_all_databases_are_counted_at_the_endpoint(
    synthesize_all: Callable[..., dict[str, Template]],
) -> None:
    def lines(last: int) -> list[str]:
        databases = {
            f"db-{number}": {"clients": [f"10.{number}.{each}.0/24" for each in range(20)]}
            for number in range(2)
        }
        more = {"clients": [f"10.9.{each}.0/24" for each in range(last)]}
        made = synthesize_all(databases={**databases, "more": more})
        return list(too_long(made["orders-production"].raw))

    assert lines(19) == []  # and one rule is for the functions
    [line] = lines(20)
    assert "has 61 rules, and AWS allows 60. They grow with: clients of all databases." in line


def test_readers_share_a_statement_of_the_endpoint(synthesize: Synthesize) -> None:
    def statements(**settings: str) -> int:
        return len(Template(synthesize(**settings).template).statements("AWS::EC2::VPCEndpoint"))

    of_readers = statements(databases__main__logins__app__readers=roles(10, 117), name="other")
    assert of_readers == statements() + 1


def too_long_names(template: Any) -> list[str]:
    """Texts at the top of a resource that are longer than the schema of its type allows."""
    found = []
    for name, resource in template["Resources"].items():
        if resource["Type"].startswith("AWS::"):
            schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("eu-west-1", resource["Type"])
            for key, value in resource.get("Properties", {}).items():
                most = schema.schema["properties"].get(key, {}).get("maxLength")
                text = evaluated(value, Longest(template["Resources"]))
                if most and isinstance(text, str) and len(text) > most:
                    found.append(f"{name}.{key}: {len(text)} of {most}")
    return found
