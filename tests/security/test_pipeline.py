"""The role for a pipeline, and the workflow that takes it on."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # published without types

from local.policies import Evaluator
from security.deployment import Deployment
from security.proof import Proof
from security.synthesis import ROOT, Synthesis, synthesize
from security.template_lint import lint_template

pytestmark = pytest.mark.xdist_group("security")

REPOSITORY = "acme/orders"
WORKFLOW = ROOT / ".github" / "workflows" / "deploy.yml"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    return synthesize(tmp_path_factory.mktemp("pipeline"), github_repository=REPOSITORY)


@pytest.fixture(scope="module")
def proof(evaluator: Evaluator, made: Synthesis) -> Proof:
    deployment = Deployment.of(made.settings, made.read(made.deploy_role))
    return Proof.of_deploy_role(
        evaluator, deployment, repository=REPOSITORY, environment="production"
    )


def test_the_pipeline_may_deploy(proof: Proof) -> None:
    assert [each for each in proof.needed if each.surprising] == []


def test_nobody_else_gets_the_role_and_the_role_gets_nothing_else(proof: Proof) -> None:
    assert len(proof.attacked) > 15
    assert [each for each in proof.attacked if each.surprising] == []


def test_whatever_is_taken_away_from_the_role_is_missed(proof: Proof) -> None:
    assert len(proof.removals) > 5
    assert [str(each) for each in proof.survivors] == []


def test_no_tool_finds_anything_about_the_role(made: Synthesis) -> None:
    assert made.findings == ()
    assert lint_template(made.deploy_role) == []


def test_without_a_repository_there_is_no_role(tmp_path: Path) -> None:
    assert not synthesize(tmp_path).deploy_role.exists()


@pytest.fixture(scope="module")
def workflow() -> Any:
    return yaml.safe_load(WORKFLOW.read_text())


def test_a_token_is_for_the_deployment_alone_which_no_pull_request_runs(workflow: Any) -> None:
    assert workflow["permissions"] == {"contents": "read"}
    check, deploy = workflow["jobs"]["check"], workflow["jobs"]["deploy"]
    assert "permissions" not in check
    assert deploy["permissions"] == {"contents": "read", "id-token": "write"}
    assert workflow[True] == {"push": {"branches": ["main"]}}  # YAML 1.1 reads `on` so
    assert deploy["needs"] == "check"


def test_the_environment_is_the_one_that_the_role_trusts(workflow: Any) -> None:
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    assert workflow["jobs"]["deploy"]["environment"] == context["environment"]


def test_it_lints_proves_tests_diffs_and_deploys(workflow: Any) -> None:
    check, deploy = (
        [step["run"] for step in workflow["jobs"][job]["steps"] if "run" in step]
        for job in ("check", "deploy")
    )
    assert check == ["make lint", "make security", "make test"]
    assert deploy == ["make setup", "make diff", "make deploy"]
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {line.split()[1] for line in (*check, *deploy)} <= set(targets)


def test_no_key_is_kept() -> None:
    text = WORKFLOW.read_text()
    assert "access-key" not in text
    assert "secrets." not in text
