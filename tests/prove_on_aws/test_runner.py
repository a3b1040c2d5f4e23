"""Whatever happens in a step, what was made is taken away, and the report says what happened."""

import io
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from tools.prove_on_aws import __main__ as program
from tools.prove_on_aws.account import Account, confirm
from tools.prove_on_aws.errors import OverdueError, ProofError, RefusedError
from tools.prove_on_aws.leftovers import Leftover
from tools.prove_on_aws.report import write
from tools.prove_on_aws.runner import Run, run_steps
from tools.prove_on_aws.step import Proof, Step
from tools.prove_on_aws.trial import Trial


@pytest.fixture
def run():
    return Run(Trial.new(boto3.Session(region_name="eu-central-1")), "123456789012")


def step(name, does=lambda _: None, **more):
    return Step(name=name, title=name, settles=(), minutes=(0, 1), run=does, **more)


def raising(error):
    def does(_):
        raise error

    return does


def statuses(run, *steps):
    run_steps(run, steps, say=lambda _: None, keep=lambda _: None)
    return [each.status for each in run.outcomes]


@pytest.mark.parametrize(
    "error",
    [
        ProofError("no", remedy="yes"),
        ClientError({"Error": {"Code": "Throttling", "Message": "slow"}}, "DescribeStacks"),
        KeyError("Outputs"),
        RuntimeError("anything"),
    ],
)
def test_after_a_failure_goes_on_what_does_not_need_it_and_the_rest_is_taken_away(run, error):
    assert statuses(
        run,
        step("first", raising(error)),
        step("second", needs=("first",)),
        step("third"),
        step("fourth", needs=("second",)),
        step("last", always=True),
    ) == ["failed", "not run", "done", "not run", "done"]
    assert not run.succeeded


def test_after_an_interruption_only_what_takes_away_runs(run):
    assert statuses(
        run,
        step("first", raising(KeyboardInterrupt())),
        step("second"),
        step("last", always=True),
    ) == ["interrupted", "not run", "done"]


def test_an_interruption_of_the_end_is_told(run):
    assert statuses(run, step("last", raising(KeyboardInterrupt()), always=True)) == ["interrupted"]
    assert not run.taken_away


@pytest.mark.parametrize(("held", "succeeded"), [(True, True), (None, True), (False, False)])
def test_a_refuted_assumption_is_no_success(run, held, succeeded):
    def does(proof):
        proof.settle("deletions", held=held, evidence="it was seen")

    assert statuses(run, step("first", does)) == ["done"]
    assert run.succeeded == succeeded


def test_the_report_says_what_happened_and_what_nobody_settled(run, tmp_path):
    def does(proof):
        proof.note("a | b\nc")
        proof.settle("deletions", held=True, evidence="it was seen")

    statuses(run, step("first", does), step("second", raising(ProofError("no", remedy="yes"))))
    write(run, tmp_path)
    report = json.loads((tmp_path / "report.json").read_text())
    assert [(each["name"], each["reason"]) for each in report["steps"]] == [
        ("first", None),
        ("second", "no. yes"),
    ]
    verdicts = {each["assumption"]: each["verdict"] for each in report["assumptions"]}
    assert verdicts.pop("deletions") == "held"
    assert set(verdicts.values()) == {"open"}
    assert "a &#124; b c" in (tmp_path / "report.md").read_text()


def test_what_is_awaited_in_vain_is_named_with_what_was_seen_last():
    with pytest.raises(OverdueError, match=r"The end was awaited.*last seen: nothing"):
        Proof.wait("The end", lambda: (None, "nothing"), minutes=0)


ACCOUNT = Account("123456789012", "arn:aws:iam::123456789012:user/ann", "eu-central-1")


@pytest.mark.parametrize(
    ("given", "unattended", "told"),
    [
        ("210987654321", True, "210987654321 was said"),
        ("", False, "nothing was said"),
        (None, True, "without an account"),
        (None, False, "Nobody is there"),
    ],
)
def test_another_account_than_the_one_that_is_meant_is_refused(
    monkeypatch, given, unattended, told
):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(RefusedError, match=told):
        confirm(ACCOUNT, given=given, unattended=unattended)


def test_the_account_that_is_meant_is_taken():
    confirm(ACCOUNT, given="123456789012", unattended=True)


def test_what_is_left_after_a_failed_end_is_listed_with_its_commands(monkeypatch, tmp_path, capsys):
    def leftovers(trial):
        return [Leftover(f"stack {trial.prefix}", f"aws delete {trial.prefix}")]

    monkeypatch.setattr(program, "leftovers", leftovers)
    monkeypatch.setattr(program, "STEPS", [step("last", raising(KeyboardInterrupt()), always=True)])
    monkeypatch.setattr(Account, "of", lambda _: ACCOUNT)
    name = "prove-0123abcd"
    said = ["--yes", "--account", ACCOUNT.id, "--report", str(tmp_path), "--clean-up", name]
    assert program.main(said) == 1
    told = capsys.readouterr().out
    assert f"--clean-up {name}" in told
    assert f"Delete it: aws delete {name}-sandbox" in told
