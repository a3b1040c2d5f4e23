"""The stack for people, synthesized with the one that it looks at."""

import json
from typing import Any

import pytest

import stacks  # noqa: F401 - first: it chooses the Node.js that the CDK starts on import

# isort: split
import aws_cdk as cdk

from stacks.compose import compose
from stacks.settings import read_settings
from tests.stacks.conftest import ROOT
from tests.stacks.template import Template

CONTRACTOR = "444455556666"
EXTERNAL_ID = "3f1c9a52-7f0e-4a0f-9d6b-5b1f3c2d1e0a"


def synthesize_people(**access: object) -> dict[str, Any]:
    """Synthesize both stacks; returns their artifacts by name."""
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    given = {f"access.{name}": value for name, value in access.items()}
    app = cdk.App(context={**context, "access.enabled": True, **given}, analytics_reporting=False)
    settings = read_settings(app.node.get_all_context())
    compose(app, settings)
    return {each.stack_name: each for each in app.synth().stacks}


@pytest.fixture(scope="session")
def artifacts(until: str) -> dict[str, Any]:
    """With people of each kind, and a contractor."""
    return synthesize_people(
        auditors="anna,albert",
        operators="otto",
        contractor_account=CONTRACTOR,
        contractor_external_id=EXTERNAL_ID,
        contractor_until=until,
    )


@pytest.fixture(scope="session")
def people(artifacts: dict[str, Any]) -> Template:
    return Template(artifacts["orders-production-access"].template)


@pytest.fixture(scope="session")
def rotating(artifacts: dict[str, Any]) -> Template:
    """The stack that rotates, next to the one for people."""
    return Template(artifacts["orders-production"].template)
