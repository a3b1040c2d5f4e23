"""The rule packs, what is accepted of what they find, and cfn-lint."""

import json
from pathlib import Path
from typing import Any

import pytest

from security.deployment import Deployment
from security.synthesis import Synthesis, synthesize
from security.template_lint import lint_template
from security.wildcards import wildcards
from stacks import compliance, rotation_stack
from stacks.accepted import ALWAYS
from stacks.compliance import all_accepted

pytestmark = pytest.mark.xdist_group("security")


def test_the_rule_packs_find_nothing_that_is_not_accepted(
    made: Synthesis, single: Synthesis
) -> None:
    assert made.findings == ()
    assert single.findings == ()


def test_cfn_lint_finds_nothing(made: Synthesis, single: Synthesis) -> None:
    for each in (made, single):
        assert [found for path in each.paths for found in lint_template(path)] == []


def test_cfn_lint_is_asked(tmp_path: Path, made: Synthesis) -> None:
    template = json.loads(json.dumps(made.template))
    template["Resources"]["Odd"] = {"Type": "AWS::SQS::Queue", "Properties": {"Colour": "red"}}
    path = tmp_path / "odd.json"
    path.write_text(json.dumps(template))
    assert any("Colour" in finding for finding in lint_template(path))


def test_every_statement_for_all_resources_has_a_reason(deployment: Deployment) -> None:
    found = wildcards(deployment.documents)
    assert [each.sid for each in found if not each.reason] == []
    assert sum(len(each.places) for each in found) == 33


def test_what_is_accepted_is_still_found_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compliance, "all_accepted", lambda _: ())
    made = synthesize(tmp_path)
    found = {rule for rule, _ in made.findings}
    expected = all_accepted(made.settings)
    assert found == {rule.partition("::")[2] for each in expected for rule in each.rules}


def test_every_reason_is_one(single: Synthesis) -> None:
    for each in all_accepted(single.settings):
        assert each.reason.endswith(".")
    for each in ALWAYS:
        assert len(each.reason) > 60


class PublicStack(rotation_stack.RotationStack):
    """The stack with a mistake in it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        instance: Any = (
            self.node.find_child("Main")
            .node.find_child("Server")
            .node.find_child("InstanceOnPort6432")
        )
        instance.node.default_child.publicly_accessible = True
        instance.node.default_child.storage_encrypted = False


def test_a_change_that_opens_something_ends_the_synth_with_its_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stacks.compose.RotationStack", PublicStack)
    found = {rule for rule, _ in synthesize(tmp_path).findings}
    assert {"NIST.800.53.R5-RDSInstancePublicAccess", "AwsSolutions-RDS2"} <= found
