"""The functions' environment: what can't be used is refused by its name."""

import importlib
import json
from ipaddress import ip_network

import pytest

from api_token.connection import PUBLIC_AUTHORITIES
from api_token.settings import OWN_AUTHORITIES, Settings
from rotation.errors import BadSettingsError
from tests.api_declaration.examples import short, whole

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:management-AbCdEf"
GOOD = {
    "API_DECLARATION": json.dumps(whole()),
    "MANAGEMENT_SECRET_ARN": ARN,
    "PRIVATE_NETWORKS": "10.0.0.0/16,fc00::/8",
    "AUTHORITIES": "own",
    "GRACE_DAYS": "7",
    "REST_DAYS": "1",
    "NOTICE_DAYS": "14",
    "LIMIT_DAYS": "90",
    "SECRET_ID": ARN,
}


def test_the_environment_becomes_settings() -> None:
    found = Settings.from_environment(GOOD)
    assert found.management_secret == ARN
    assert found.private_networks == (ip_network("10.0.0.0/16"), ip_network("fc00::/8"))
    assert found.authorities == str(OWN_AUTHORITIES)
    assert OWN_AUTHORITIES.is_file()


def test_what_may_be_missing_may_be_missing() -> None:
    declared = short()
    del declared["issue"]["headers"]
    found = Settings.from_environment({"API_DECLARATION": json.dumps(declared)})
    assert (found.management_secret, found.private_networks) == (None, ())
    assert found.authorities == PUBLIC_AUTHORITIES


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("API_DECLARATION", ""),
        ("API_DECLARATION", "{"),
        ("API_DECLARATION", "[" * 10_000),
        ("API_DECLARATION", json.dumps(whole() | {"most": 1})),
        ("MANAGEMENT_SECRET_ARN", ""),
        ("MANAGEMENT_SECRET_ARN", "arn:aws:iam::123456789012:role/x"),
        ("PRIVATE_NETWORKS", "10.0.0.1/8"),
        ("PRIVATE_NETWORKS", "everything"),
        ("AUTHORITIES", "none"),
    ],
)
def test_nonsense_is_refused_by_the_variable_s_name(name, value) -> None:
    with pytest.raises(BadSettingsError, match=f"The environment variable {name} "):
        Settings.from_environment({**GOOD, name: value})


def test_the_handlers_are_made_of_the_environment(monkeypatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    module = importlib.import_module("api_token.handler")
    assert callable(module.handler)
    assert callable(module.first)
    assert callable(module.reaper)
