"""What cannot be decided is refused, with the reason."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.policies import Evaluator, EvaluatorError, Layer
from local.toolchain import Toolchain

from .documents import READ, SECRET, allow, policy, read_secret


@pytest.fixture
def mortal(tools: Toolchain) -> Iterator[Evaluator]:
    """An evaluator that the test may kill."""
    with Evaluator(node=tools.node, node_modules=tools.node_modules) as running:
        yield running


def test_a_dead_evaluator_refuses_and_goes_on_refusing(mortal: Evaluator) -> None:
    assert mortal.decide(read_secret(allow(READ))).allowed
    os.kill(mortal._processes[0].pid, signal.SIGKILL)
    for _ in range(3):
        with pytest.raises(EvaluatorError, match="not running, so every call is refused"):
            mortal.decide(read_secret(allow(READ)))


def test_an_evaluator_that_does_not_answer_is_given_up(
    mortal: Evaluator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.policies.evaluator_process._ANSWER_SECONDS", 0.1)
    process = mortal._processes[0].pid
    os.kill(process, signal.SIGSTOP)
    with pytest.raises(EvaluatorError, match="no answer within"):
        mortal.decide(read_secret(allow(READ)))
    os.kill(process, signal.SIGCONT)
    # Its late answer must not be taken for the one to what is not allowed.
    with pytest.raises(EvaluatorError, match="every call is refused"):
        mortal.decide(read_secret())


def test_a_malformed_policy_is_refused_with_what_is_wrong(evaluator: Evaluator) -> None:
    request = read_secret({"Effect": "Allow", "Action": READ, "Ressource": SECRET})
    with pytest.raises(EvaluatorError, match=r"cannot be decided, so it is refused.*Ressource"):
        evaluator.decide(request)


def test_an_endpoint_policy_without_principals_lets_nobody_through(evaluator: Evaluator) -> None:
    decision = evaluator.decide(read_secret(allow(READ), endpoint_policy=policy(allow("*"))))
    assert decision.refused_by is Layer.ENDPOINT


def test_an_action_that_aws_does_not_have_is_refused(evaluator: Evaluator) -> None:
    request = read_secret(allow("*"))
    with pytest.raises(EvaluatorError, match=r"invalid\.action"):
        evaluator.decide(type(request)(**(vars(request) | {"action": "secretsmanager:Steal"})))


def test_the_evaluator_goes_on_after_what_it_could_not_decide(evaluator: Evaluator) -> None:
    with pytest.raises(EvaluatorError):
        evaluator.decide(read_secret({"Effect": "Perhaps", "Action": READ, "Resource": "*"}))
    assert evaluator.decide(read_secret(allow(READ))).allowed


def test_an_evaluator_that_is_not_installed_is_told_at_the_start(
    tools: Toolchain, missing: Path
) -> None:
    with (
        pytest.raises(EvaluatorError, match=r"Cannot find module.*npm ci"),
        Evaluator(node=tools.node, node_modules=missing),
    ):
        pytest.fail("it started")


def test_a_missing_node_is_told_at_the_start(tools: Toolchain, missing: Path) -> None:
    with (
        pytest.raises(EvaluatorError, match="the policy evaluator is not running"),
        Evaluator(node=missing, node_modules=tools.node_modules),
    ):
        pytest.fail("it started")


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_leaving_ends_the_evaluators_processes(tools: Toolchain) -> None:
    with Evaluator(node=tools.node, node_modules=tools.node_modules, processes=2) as running:
        pids = [process.pid for process in running._processes]
        assert all(Path(f"/proc/{pid}").exists() for pid in pids)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_one_that_remembers_judges_each_request_once(tools: Toolchain) -> None:
    with Evaluator(node=tools.node, node_modules=tools.node_modules, remember=True) as running:
        allowed, refused = read_secret(allow(READ)), read_secret()
        assert running.decide(allowed).allowed
        assert not running.decide(refused).allowed
        os.kill(running._processes[0].pid, signal.SIGKILL)
        assert running.decide(allowed).allowed
        assert not running.decide(refused).allowed
        with pytest.raises(EvaluatorError, match="every call is refused"):
            running.decide(read_secret(allow("*")))
