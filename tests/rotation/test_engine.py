"""The engine with a target of a few lines: the secret's text is what the target has to accept."""

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from fakes.secrets_manager import SecretsManager, failure
from rotation.deadline import Deadline
from rotation.engine import Engine
from rotation.errors import (
    BadSecretError,
    CredentialRefusedError,
    NotPendingError,
    RotationError,
    SecretsManagerError,
    UnexpectedError,
)
from rotation.event import Step
from rotation.rotating_secret import RotatingSecret
from rotation.rotation import Rotation
from rotation.secret_text import SecretText

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEf"


@dataclass
class Counter:
    """A strategy whose credentials are numbers, and a target that accepts one of them."""

    name: str = "counter"
    accepted: str = "1"
    tested: list[str] = field(default_factory=list)
    discarded: list[str] = field(default_factory=list)

    def create(self, rotation: Rotation, current: SecretText) -> SecretText:
        del rotation
        return SecretText(str(int(current.reveal()) + 1))

    def discard(self, rotation: Rotation, text: SecretText) -> None:
        del rotation
        self.discarded.append(text.reveal())

    def takes_over(self, rotation: Rotation, current: SecretText, attempt: SecretText) -> bool:
        del rotation
        try:
            self.check(current, attempt)
        except BadSecretError:
            return False
        return True

    def check(self, current: SecretText, pending: SecretText) -> None:
        if int(pending.reveal()) != int(current.reveal()) + 1:
            raise BadSecretError("not the next", remedy="count")

    def set(self, rotation: Rotation, current: SecretText) -> None:
        del current
        self.accepted = rotation.pending().reveal()

    def test(self, pending: SecretText, deadline: Deadline) -> None:
        del deadline
        self.tested.append(pending.reveal())
        if pending.reveal() != self.accepted:
            raise CredentialRefusedError("wrong number", remedy="set it")


@dataclass
class Run:
    """A secret whose content is 1, and the engine."""

    secrets: SecretsManager = field(default_factory=SecretsManager)
    strategy: Counter = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.first = self.secrets.create(ARN, "1")
        self.token = self.secrets.begin(ARN)

    def __call__(self, *steps: Step) -> None:
        deadline = Deadline(10)
        secret = RotatingSecret(cast("Any", self.secrets), ARN, deadline)
        for step in steps:
            Engine(self.strategy).run(step, Rotation(secret, self.token, deadline))

    @property
    def labels(self) -> dict[str, str]:
        return self.secrets.secrets[ARN].labels


@pytest.fixture
def run() -> Run:
    return Run()


def test_four_steps_move_the_label(run: Run) -> None:
    run(*Step)
    assert run.labels["AWSCURRENT"] == run.token
    assert run.labels["AWSPREVIOUS"] == run.first
    assert "AWSPENDING" not in run.labels
    assert run.secrets.document(ARN) == 2


def test_a_rotation_takes_nine_calls_and_those_of_the_strategy(run: Run) -> None:
    run(*Step)
    assert len(run.secrets.calls) == 9 + 1


def test_a_finished_rotation_may_be_run_again(run: Run) -> None:
    run(*Step)
    run(*Step, *Step)
    assert run.labels["AWSCURRENT"] == run.token


def test_a_finished_rotation_whose_pending_label_stayed_may_be_run_again(run: Run) -> None:
    """Secrets Manager did not answer when it should come off."""

    def strike(_: str) -> None:
        if run.labels["AWSCURRENT"] == run.token:
            raise failure("InternalServiceError", "UpdateSecretVersionStage", 500)

    run.secrets.before = strike
    run(*Step)
    assert run.labels["AWSPENDING"] == run.token
    run.secrets.before = lambda _: None
    run(*Step)
    assert "AWSPENDING" not in run.labels


@pytest.mark.parametrize("step", [Step.SET, Step.TEST, Step.FINISH])
def test_a_step_that_another_run_has_overtaken_succeeds(run: Run, step: Step) -> None:
    """Between two of its calls the other one finished the rotation."""
    run(Step.CREATE, Step.SET)
    calls = iter(range(10))
    reads_pending = 0 if step is Step.TEST else 1

    def overtake(_: str) -> None:
        if next(calls) == reads_pending:
            run.secrets.before = lambda _: None
            run(Step.FINISH)

    run.secrets.before = overtake
    run(step)
    assert run.labels["AWSCURRENT"] == run.token


def test_what_a_person_writes_after_a_rotation_stays_and_rotates(run: Run) -> None:
    """Secrets Manager goes on with a version that has AWSPENDING and not AWSCURRENT."""
    run(*Step)
    written = run.secrets.edit(ARN, " 2")
    run.token = run.secrets.begin_or_go_on(ARN)
    run(*Step)
    assert run.labels["AWSPREVIOUS"] == written
    assert run.secrets.document(ARN) == 3


def test_a_version_that_exists_keeps_its_content(run: Run) -> None:
    run.secrets.secrets[ARN].contents[run.token] = "7"
    run(Step.CREATE)
    assert run.secrets.document(ARN, "AWSPENDING") == 7


@pytest.mark.parametrize("step", Step)
def test_a_token_that_is_not_pending_is_refused(run: Run, step: Step) -> None:
    run(Step.CREATE)
    run.labels["AWSPENDING"] = run.first
    with pytest.raises(NotPendingError, match=run.token):
        run(step)
    assert run.labels["AWSCURRENT"] == run.first


def test_what_is_stored_is_not_taken_back(run: Run) -> None:
    run(*Step)
    assert not run.strategy.discarded


def test_what_another_run_was_faster_with_is_taken_back(run: Run) -> None:
    run.secrets.secrets[ARN].contents[run.token] = "7"
    run(Step.CREATE)
    assert run.strategy.discarded == ["2"]


def test_what_could_not_be_stored_is_taken_back(run: Run) -> None:
    def refuse(call: str) -> None:
        if call == "put_secret_value":
            raise failure("AccessDeniedException", "PutSecretValue")

    run.secrets.before = refuse
    with pytest.raises(SecretsManagerError, match="AccessDeniedException"):
        run(Step.CREATE)
    assert run.strategy.discarded == ["2"]


def test_what_is_taken_over_is_never_taken_back(run: Run) -> None:
    run(Step.CREATE)
    abandon(run)
    run.secrets.secrets[ARN].contents[run.token] = "7"
    run(Step.CREATE)
    assert not run.strategy.discarded


def abandon(run: Run) -> None:
    """A person takes AWSPENDING off in mid-rotation, and rotates anew."""
    run.token = run.secrets.begin(ARN)


def test_the_credential_of_a_rotation_that_was_given_up_is_taken_over(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(Step.CREATE)
    run.secrets.secrets[ARN].contents[run.token] = run.strategy.accepted = "7"
    monkeypatch.setattr(run.strategy, "check", lambda *_: None)
    for _ in range(3):
        abandon(run)
        run(Step.CREATE)
        assert run.secrets.document(ARN, "AWSPENDING") == 7
    run(*Step)
    assert run.labels["AWSCURRENT"] == run.labels["ATTEMPTED"] == run.token


def test_a_version_that_was_current_once_is_not_brought_back(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(*Step)
    run.secrets.secrets[ARN].contents[run.token] = "7"
    run.secrets.put(ARN, "AWSCURRENT", 1)
    monkeypatch.setattr(run.strategy, "check", lambda *_: None)
    abandon(run)
    run(Step.CREATE)
    assert run.secrets.document(ARN, "AWSPENDING") == 2


def test_a_version_that_someone_went_back_from_is_not_taken_over(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(*Step)
    run.labels.update(AWSCURRENT=run.first, AWSPREVIOUS=run.token)
    run.secrets.secrets[ARN].contents[run.token] = "7"
    monkeypatch.setattr(run.strategy, "check", lambda *_: None)
    abandon(run)
    run(Step.CREATE)
    assert run.secrets.document(ARN, "AWSPENDING") == 2


def test_what_does_not_follow_the_current_version_is_not_taken_over(run: Run) -> None:
    run(Step.CREATE)
    run.secrets.secrets[ARN].contents[run.token] = "7"
    abandon(run)
    run(Step.CREATE)
    assert run.secrets.document(ARN, "AWSPENDING") == 2


def test_the_last_step_proves_before_it_moves(run: Run) -> None:
    run(Step.CREATE, Step.SET, Step.TEST)
    run.strategy.accepted = "something else"
    with pytest.raises(CredentialRefusedError):
        run(Step.FINISH)
    assert run.labels["AWSCURRENT"] == run.first


def test_the_last_step_refuses_what_does_not_follow_the_current_version(run: Run) -> None:
    run(Step.CREATE, Step.SET)
    run.secrets.put(ARN, "AWSCURRENT", "9")
    with pytest.raises(BadSecretError):
        run(Step.FINISH)


def test_a_parallel_run_that_moved_the_label_first_is_no_failure(run: Run) -> None:
    run(Step.CREATE, Step.SET)

    def be_first(call: str) -> None:
        if call == "update_secret_version_stage":
            run.secrets.before = lambda _: None
            run(Step.FINISH)

    run.secrets.before = be_first
    run(Step.FINISH)
    assert run.labels["AWSCURRENT"] == run.token


def test_a_lost_answer_to_the_move_of_the_label_is_no_failure(run: Run) -> None:
    run(Step.CREATE, Step.SET)

    def lose(call: str) -> None:
        if call == "update_secret_version_stage":
            raise failure("InternalServiceError", "UpdateSecretVersionStage", 500)

    run.secrets.after = lose
    run(Step.FINISH)
    assert run.labels["AWSCURRENT"] == run.token


def test_a_label_that_does_not_move_is_a_failure(run: Run) -> None:
    run(Step.CREATE, Step.SET)

    def refuse(call: str) -> None:
        if call == "update_secret_version_stage":
            raise failure("AccessDeniedException", "UpdateSecretVersionStage")

    run.secrets.before = refuse
    with pytest.raises(SecretsManagerError, match="AccessDeniedException"):
        run(Step.FINISH)


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(3))
def test_a_crash_around_any_call_is_made_good_by_running_again(
    run: Run, step: Step, when: str, number: int
) -> None:
    calls = iter(range(100))

    def crash(_: str) -> None:
        if next(calls) == number:
            raise KeyboardInterrupt

    steps = list(Step)
    run(*steps[: steps.index(step)])
    setattr(run.secrets, when, crash)
    try:
        run(step)
    except KeyboardInterrupt:
        setattr(run.secrets, when, lambda _: None)
        run(*Step)
    setattr(run.secrets, when, lambda _: None)
    run(*steps[steps.index(step) :])
    assert run.secrets.document(ARN) == 2
    assert run.strategy.accepted == "2"


def test_a_defect_becomes_an_error_that_says_where_but_not_what(run: Run) -> None:
    run.strategy.accepted = "1"
    run.secrets.put(ARN, "AWSCURRENT", "hunter2")
    with pytest.raises(UnexpectedError, match="unexpected ValueError") as caught:
        run(Step.CREATE)
    assert "hunter2" not in str(caught.value)
    assert caught.value.secret == ARN
    assert caught.value.step == "createSecret"
    assert isinstance(caught.value.__cause__, ValueError)


def test_an_error_tells_where_it_happened(run: Run) -> None:
    with pytest.raises(RotationError, match=f"testSecret of {ARN} failed: .*A retry does not help"):
        run(Step.TEST)
