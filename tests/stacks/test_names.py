"""Names of resources, whatever databases and logins are called: none twice, and none too long."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.stacks.template import Template, text
from tests.stacks.test_quotas import too_long_names

Stacks = dict[str, Template]

NAMED_BY = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::Events::Rule": "Name",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::KMS::Alias": "AliasName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::RDS::DBInstance": "DBInstanceIdentifier",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SecretsManager::Secret": "Name",
}
"""The types whose resources have names of ours, by the property."""

EVERYTHING: dict[str, Any] = {
    "access__enabled": "true",
    "access_key__enabled": "true",
    "access_key__policy": "arn:aws:iam::111122223333:policy/carrier",
    "github_repository": "team/orders",
}
ODD = (
    *("admin", "alarms", "alternating", "auditor", "break-glass", "changed-key", "consumer"),
    *("custom", "custom-resources", "data", "default", "default-group", "denied-read", "deploy"),
    *("flow-log", "functions", "main", "main-alternating", "monitoring", "network", "resource"),
    *("rotation", "rotation-operator", "secrets", "single", "users", "watch", "a"),
)
LOGINS = {
    "check": {"username": "checker"},
    "functions": {},
    "default": {"username": "default_user"},
    "resource": {},
    "server": {"strategy": "single"},
    "users": {},
}


def named(made: Stacks) -> list[tuple[str, str]]:
    return [
        (kind, text(each[key]))
        for template in made.values()
        for kind, key in NAMED_BY.items()
        for each in template.of(kind).values()
        if key in each
    ]


@pytest.fixture(scope="module")
def odd(synthesize_all: Callable[..., Stacks]) -> Stacks:
    return synthesize_all(**EVERYTHING, databases={name: {"logins": LOGINS} for name in ODD})


def test_no_name_is_there_twice(odd: Stacks) -> None:
    found = named(odd)
    assert {kind for kind, _ in found} == NAMED_BY.keys()
    assert [each for each, count in Counter(found).items() if count > 1] == []


def test_no_secret_s_name_begins_as_that_of_another(odd: Stacks) -> None:
    """Or what is said of all secrets below a path would be said of it too."""
    names = [name for kind, name in named(odd) if kind == "AWS::SecretsManager::Secret"]
    assert [(a, b) for a in names for b in names if b.startswith(f"{a}/")] == []


def test_the_longest_names_of_all_together_fit(synthesize_all: Callable[..., Stacks]) -> None:
    longest = {"name_prefix": "p" * 3, "name": "n" * 20, "environment": "e" * 13}
    login = {"username": "u" * 57}
    made = synthesize_all(
        **longest,
        **EVERYTHING,
        databases={
            "main": {"logins": {"l" * 30: login}},
            "d" * 13: {"logins": {"l" * 30: login}, "name": "n" * 63, "admin_username": "a" * 16},
        },
    )
    lambdas = [name for kind, name in named(made) if kind == "AWS::Lambda::Function"]
    assert max(len(name) for name in lambdas) == 64
    for template in made.values():
        assert too_long_names(template.raw) == []
