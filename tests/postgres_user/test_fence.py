import json
import threading
from collections.abc import Callable

import pytest

from fakes.postgres import PostgresWorld
from fakes.world import STEPS
from postgres_user.postgres import Postgres
from rotation.deadline import Deadline
from rotation.errors import BusyError, NotPendingError, OutOfTimeError, UnreachableError
from rotation.secret_text import SecretText


@pytest.fixture
def ready(any_world: PostgresWorld) -> PostgresWorld:
    any_world.create_first_user()
    any_world.rotate(any_world.alternating)
    return any_world


def once(run: Callable[[], object], *, read: int = 2) -> Callable[[str], None]:
    """A hook of the Secrets Manager that acts on one read: the one under the lock in setSecret."""
    reads = iter(range(100))

    def hook(call: str) -> None:
        if call == "get_secret_value" and next(reads) == read:
            run()

    return hook


def newer_rotation(world: PostgresWorld) -> Callable[[], object]:
    def run() -> None:
        world.secrets.before = world.secrets.after = lambda _: None
        del world.secrets.secrets[world.arn].labels["AWSPENDING"]
        world.rotate(world.alternating)
        world.rotate(world.alternating)

    return run


def both_log_in(world: PostgresWorld) -> bool:
    return all(world.accepts(world.document(label)) for label in ("AWSCURRENT", "AWSPREVIOUS"))


@pytest.mark.usefixtures("patient")
def test_a_writer_that_was_given_up_before_it_read_the_label_stops_there(
    ready: PostgresWorld,
) -> None:
    token = ready.until(ready.alternating, "setSecret")
    ready.secrets.before = once(newer_rotation(ready))
    with pytest.raises(NotPendingError):
        ready.step(ready.alternating, token, "setSecret")
    assert both_log_in(ready)


@pytest.mark.usefixtures("patient")
def test_a_writer_that_was_given_up_after_it_read_the_label_has_no_session_any_more(
    ready: PostgresWorld,
) -> None:
    token = ready.until(ready.alternating, "setSecret")
    ready.secrets.after = once(newer_rotation(ready))
    with pytest.raises(UnreachableError):
        ready.step(ready.alternating, token, "setSecret")
    assert both_log_in(ready)


@pytest.mark.usefixtures("patient")
def test_a_writer_of_a_single_user_has_no_session_any_more_either(ready: PostgresWorld) -> None:
    token = ready.until(ready.single, "setSecret")
    ready.secrets.after = once(newer_rotation(ready), read=1)
    with pytest.raises(UnreachableError):
        ready.step(ready.single, token, "setSecret")
    assert both_log_in(ready)


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("strategy", ["alternating", "single"])
def test_three_at_once_don_t_disturb_each_other(ready: PostgresWorld, strategy: str) -> None:
    ready.rotate_by_three(getattr(ready, strategy))
    assert ready.accepts(ready.document())


def test_a_stuck_writer_of_the_same_rotation_is_ended_after_a_while(
    ready: PostgresWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postgres_user.fence.PATIENCE_SECONDS", 0.1)
    token = ready.until(ready.alternating, "setSecret")

    def again() -> None:
        ready.secrets.after = lambda _: None
        ready.step(ready.alternating, token, "setSecret")

    ready.secrets.after = once(again)
    with pytest.raises(UnreachableError):
        ready.step(ready.alternating, token, "setSecret")
    ready.step(ready.alternating, token, "finishSecret")
    assert both_log_in(ready)


def test_a_stranger_who_holds_the_lock_is_left_alone(
    ready: PostgresWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    from postgres_user import fence  # noqa: PLC0415

    monkeypatch.setattr("postgres_user.fence.PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr("postgres_user.postgres.LOCK_SECONDS", 0.1)
    token = ready.until(ready.alternating, "setSecret")
    with ready.as_superuser() as stranger:
        stranger.execute(f"SELECT pg_advisory_lock({fence._key(ready.user)})")
        with pytest.raises(BusyError, match="advisory lock"):
            ready.step(ready.alternating, token, "setSecret")
        assert stranger.execute("SELECT 1").fetchone() == (1,)
    ready.step(ready.alternating, token, "setSecret")


@pytest.mark.parametrize("strategy", ["alternating", "single"])
def test_a_role_that_someone_else_is_changing_is_not_waited_for_long(
    ready: PostgresWorld, monkeypatch: pytest.MonkeyPatch, strategy: str
) -> None:
    ready.rotate(ready.alternating)
    monkeypatch.setattr("postgres_user.postgres.LOCK_SECONDS", 0.2)
    handler = getattr(ready, strategy)
    token = ready.until(handler, "setSecret")
    with ready.as_superuser() as other:
        other.execute("BEGIN")
        for user in (ready.user, ready.clone):
            other.execute(f"ALTER ROLE {user} CONNECTION LIMIT 50")
        with pytest.raises(BusyError, match=r"change the password.*lock timeout") as caught:
            ready.step(handler, token, "setSecret")
        assert caught.value.retry_helps
        other.execute("ROLLBACK")
    assert ready.accepts(ready.document())
    for step in STEPS[1:]:
        ready.step(handler, token, step)
    assert ready.accepts(ready.document())


def test_a_change_that_came_second_can_be_made_again(ready: PostgresWorld) -> None:
    ready.rotate(ready.alternating)
    token = ready.until(ready.single, "setSecret")
    with ready.as_superuser() as other:
        other.execute("BEGIN")
        other.execute(f"ALTER ROLE {ready.user} CONNECTION LIMIT 50")
        commit = threading.Timer(0.3, other.execute, ["COMMIT"])
        commit.start()
        with pytest.raises(BusyError, match="concurrently"):
            ready.step(ready.single, token, "setSecret")
        commit.join()
    ready.step(ready.single, token, "setSecret")


@pytest.mark.parametrize("step", STEPS)
def test_a_function_with_no_time_left_says_so(world: PostgresWorld, step: str) -> None:
    world.create_first_user()
    token = world.until(world.single, step)
    world.context.milliseconds = 3000
    with pytest.raises(OutOfTimeError):
        world.step(world.single, token, step)


def test_what_is_changed_within_the_fence_happens_together_or_not_at_all(
    world: PostgresWorld,
) -> None:
    """More than a target has to promise; PostgreSQL does."""
    world.create_first_user()
    before, other = world.document(), f"other_{world.number}"
    password = SecretText("a-Password-2")
    admin = Postgres.credential(
        SecretText(json.dumps(world.secrets.document(world.admin_arn))), "the admin"
    )

    def change_and_fail() -> None:
        with (
            Postgres.connect(admin, owner="a test", deadline=Deadline(30)) as session,
            session.fenced(world.user),
        ):
            session.create_user(other, password)
            session.change_password(world.user, password)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert world.accepts(before)
    assert not world.exists(other)
