"""Templates, synthesized once for each set of settings."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import stacks  # noqa: F401 - first: it chooses the Node.js that the CDK starts on import

# isort: split
import aws_cdk as cdk

from stacks.compose import compose
from stacks.settings import read_settings
from tests.stacks.template import Template

ROOT = Path(__file__).resolve().parents[2]

Synthesize = Callable[..., Any]


@cache
def _artifacts(overrides: str) -> Any:
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    app = cdk.App(context={**context, **json.loads(overrides)}, analytics_reporting=False)
    compose(app, read_settings(app.node.get_all_context()))
    return app.synth().stacks


@pytest.fixture(scope="session")
def synthesize() -> Synthesize:
    """Synthesizes the app of `cdk.json` with some settings overridden, as after `-c`."""
    return lambda **overrides: _synthesized(overrides)[0]


def _synthesized(overrides: Mapping[str, Any]) -> Any:
    named = {name.replace("__", "."): value for name, value in overrides.items()}
    return _artifacts(json.dumps(named, sort_keys=True))


@pytest.fixture(scope="session")
def synthesize_all() -> Callable[..., dict[str, Template]]:
    """As `synthesize`, but all stacks by their names."""
    return lambda **overrides: {
        each.stack_name: Template(each.template) for each in _synthesized(overrides)
    }


@pytest.fixture(scope="session")
def artifact(synthesize: Synthesize) -> Any:
    """The stack with the settings of `cdk.json` as it is."""
    return synthesize()


@pytest.fixture(scope="session")
def template(artifact: Any) -> Template:
    return Template(artifact.template)


@pytest.fixture(scope="session")
def single(synthesize: Synthesize) -> Template:
    return Template(synthesize(rotation__strategy="single").template)


@pytest.fixture(scope="session")
def bare(synthesize: Synthesize) -> Any:
    """Without what can be left out: consumer and protection."""
    return synthesize(consumer="false", database__deletion_protection="false")


@pytest.fixture(scope="session")
def whole(synthesize: Synthesize) -> Template:
    """With all that a setting may add."""
    return Template(
        synthesize(
            access__enabled="true",
            access_key__enabled="true",
            access_key__policy="arn:aws:iam::111122223333:policy/carrier",
            alarm_emails="team@example.com",
            ec2_consumer="true",
            trail__enabled="true",
        ).template
    )


@pytest.fixture(scope="session")
def until() -> str:
    """A day on which a contract may end."""
    return (datetime.now(UTC).date() + timedelta(days=200)).isoformat()
