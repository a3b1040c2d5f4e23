"""Presets are declarations that fit into an environment, and refuse what is no parameter."""

import json

import pytest

from api_declaration.declaration import LARGEST, Declaration
from stacks.api_presets import PRESETS

GIVEN = {
    "oauth-client": {
        "registration_url": "https://auth.example.com/reg",
        "token_url": "https://auth.example.com/token",
        "scope": "orders:read",
    },
    "gitlab-project-token": {"project": "42"},
    "grafana-service-account": {"url": "https://grafana.example.com", "service_account": "2"},
    "datadog-api-key": {},
}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_a_declaration(name) -> None:
    text = json.dumps(PRESETS[name].declare(GIVEN[name]), separators=(",", ":"))
    assert Declaration.read(text).managed
    assert len(text) < LARGEST


@pytest.mark.parametrize("name", PRESETS)
def test_a_parameter_can_not_break_out_of_its_place(name) -> None:
    preset = PRESETS[name]
    for parameter in preset.parameters:
        for wrong in ("{management}", "https://a.example.com/{name}", 'a"b', "a\nb", "x y\t", "é"):
            with pytest.raises(ValueError, match=f"the parameter {parameter} "):
                preset.declare({**GIVEN[name], parameter: wrong})


def test_a_parameter_that_is_missing_or_unknown_is_refused_by_its_name() -> None:
    with pytest.raises(ValueError, match="the parameter token_url is missing"):
        PRESETS["oauth-client"].declare({"registration_url": "https://a.example.com"})
    with pytest.raises(ValueError, match="no parameter uri; it takes url"):
        PRESETS["datadog-api-key"].declare({"uri": "https://a.example.com"})


def test_only_what_was_tried_is_called_tried() -> None:
    assert [name for name, preset in PRESETS.items() if preset.tried] == ["oauth-client"]
    assert all(preset.source.startswith("https://") for preset in PRESETS.values())
