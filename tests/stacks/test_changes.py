"""What stays, by its logical id, when a team changes its mind: another id is another resource.

A rotation schedule or an attachment of another id is deleted after the new one was made, which
leaves the secret without either (see test_logical_ids).
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.stacks.template import Template
from tests.stacks.test_logical_ids import LOST

Stacks = dict[str, Template]

APP: dict[str, Any] = {"app": {}}
READER = "arn:aws:iam::111122223333:role/orders-service"


def kept(template: Template) -> dict[str, str]:
    """What must not be made anew, by the logical id, with its type."""
    return {name: each["Type"] for name, each in template.resources.items() if each["Type"] in LOST}


def logs(template: Template) -> set[str]:
    return {name for name, kind in kept(template).items() if kind == "AWS::Logs::LogGroup"}


@pytest.mark.parametrize(
    "settings",
    [
        {"databases": {"main": {"logins": {"app": {"strategy": "single"}}}}},
        {"databases": {"main": {"logins": {"aaa": {}, **APP, "reports": {"reads": ["app"]}}}}},
        {"databases": {"main": {"logins": {"app": {"readers": [READER]}}}}},
        {"databases": {"main": {"logins": {"app": {"schedule": "rate(7 days)", "window": "1h"}}}}},
        {"databases": {"main": {"logins": {"app": {"username": "app"}}}}},
        {"databases": {"aaa": {}, "main": {}, "stock": {"logins": {"batch": {}}}}},
        {"database__clients": "10.20.0.0/16"},
        {"database__multi_az": "false", "database__engine_version": "18"},
        {"rotation__admin": "false"},
        {"rotation__on_deploy": "true"},
        {"consumer": "false"},
        {"password__length": "64"},
    ],
    ids=lambda settings: str(settings)[:70],
)
def test_what_cannot_be_made_anew_stays(
    template: Template, synthesize_all: Callable[..., Stacks], settings: dict[str, Any]
) -> None:
    before, made = kept(template), kept(synthesize_all(**settings)["orders-production"])
    gone = {name: kind for name, kind in before.items() if name not in made}
    allowed = {"AWS::Logs::LogGroup"}  # of functions that come and go, whose logs go with them
    if settings.get("rotation__admin") == "false":
        allowed.add("AWS::SecretsManager::RotationSchedule")
        assert not any(name.startswith("MainLogin") for name in gone)
    assert set(gone.values()) <= allowed
    for name in logs(template) - logs(synthesize_all(**settings)["orders-production"]):
        assert template.resources[name]["DeletionPolicy"] == "Delete", name


def test_another_strategy_changes_who_rotates_and_nothing_else_of_a_secret(
    template: Template, single: Template
) -> None:
    name = template.name("AWS::SecretsManager::RotationSchedule", "MainLoginApp")
    schedules = [dict(each.resources[name]["Properties"]) for each in (template, single)]
    assert [each.pop("RotationLambdaARN") for each in schedules]
    assert schedules[0] == schedules[1]
    for kind in ("Secret", "SecretTargetAttachment"):
        secret = template.name(f"AWS::SecretsManager::{kind}", "MainLoginApp")
        assert template.resources[secret] == single.resources[secret]


def test_another_way_to_secrets_manager_leaves_secrets_and_rotations_as_they_are(
    synthesize_all: Callable[..., Stacks],
) -> None:
    network = {
        "network__vpc_id": "vpc-0123456789abcdef0",
        "network__subnet_ids": "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
    }
    theirs = {"id": "vpce-0123456789abcdef0", "security_group_id": "sg-0123456789abcdef0"}
    [ours] = synthesize_all(**network).values()
    for endpoint in ("none", theirs):
        [made] = synthesize_all(**network, network__secrets_endpoint=endpoint).values()
        assert kept(made) == kept(ours)


def test_a_login_that_is_called_otherwise_is_another_and_its_neighbours_stay(
    synthesize_all: Callable[..., Stacks],
) -> None:
    [before] = synthesize_all(databases={"main": {"logins": {"app": {}, "old": {}}}}).values()
    [after] = synthesize_all(databases={"main": {"logins": {"app": {}, "new": {}}}}).values()
    gone = kept(before).keys() - kept(after).keys()
    assert gone
    assert all(name.startswith("MainLoginOld") for name in gone)
