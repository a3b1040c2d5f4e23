"""The stack with an access key: every permission is needed, every attack is refused."""

import pytest

from local.policies import Evaluator
from security.controls import unsatisfied
from security.deployment import Deployment
from security.proof import Proof
from security.synthesis import Synthesis, synthesize
from security.template_lint import lint_template

pytestmark = pytest.mark.xdist_group("security")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    return synthesize(
        tmp_path_factory.mktemp("access-key"),
        access_key__enabled="true",
        access_key__policy="arn:aws:iam::111122223333:policy/partner/upload",
    )


@pytest.fixture(scope="module")
def deployment(made: Synthesis) -> Deployment:
    return Deployment.of(made.settings.prefix, made.template)


@pytest.fixture(scope="module")
def proof(evaluator: Evaluator, deployment: Deployment) -> Proof:
    return Proof.of_rotation(evaluator, deployment, strategy="alternating")


def test_what_the_functions_do_is_allowed(proof: Proof) -> None:
    assert [each for each in proof.needed if each.surprising] == []
    assert sum(each.intent.action.startswith("iam:") for each in proof.needed) == 12


def test_what_they_must_not_do_is_refused(proof: Proof) -> None:
    assert [each for each in proof.attacked if each.surprising] == []
    assert "make or end a key of another user" in {each.intent.what for each in proof.attacked}


def test_no_control_is_broken_and_no_tool_finds_anything(
    made: Synthesis, deployment: Deployment
) -> None:
    assert unsatisfied(deployment) == []
    assert made.findings == ()
    assert lint_template(made.path) == []
