import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fakes.mysql import MySQLWorld, execute
from fakes.world import STEPS
from local.patience import patient
from mysql_user import fence
from mysql_user.mysql import MySQL
from rotation.deadline import Deadline
from rotation.errors import BusyError, NotPendingError, OutOfTimeError, UnreachableError
from rotation.secret_text import SecretText

STRATEGIES = ("alternating", "dual", "single")


def once(run: Callable[[], object], *, read: int) -> Callable[[str], None]:
    """A hook of the Secrets Manager that acts on one read: the one under the lock in setSecret."""
    reads = iter(range(100))

    def hook(call: str) -> None:
        if call == "get_secret_value" and next(reads) == read:
            run()

    return hook


def read_under_lock(world: MySQLWorld, strategy: str) -> int:
    """A single user of MariaDB reads no admin's secret."""
    return 1 if strategy == "single" and world.mariadb else 2


def newer_rotation(world: MySQLWorld, strategy: str) -> Callable[[], object]:
    def run() -> None:
        world.secrets.before = world.secrets.after = lambda _: None
        del world.secrets.secrets[world.arn].labels["AWSPENDING"]
        for _ in range(2):
            world.rotate(getattr(world, strategy))

    return run


def works(world: MySQLWorld, strategy: str) -> bool:
    labels = ("AWSCURRENT",) if strategy == "single" else ("AWSCURRENT", "AWSPREVIOUS")
    return all(world.accepts(world.document(label)) for label in labels)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_writer_that_was_given_up_before_it_read_the_label_stops_there(
    ready: MySQLWorld, strategy: str
) -> None:
    handler = getattr(ready, strategy)
    token = ready.until(handler, "setSecret")
    read = read_under_lock(ready, strategy)
    ready.secrets.before = once(newer_rotation(ready, strategy), read=read)
    with pytest.raises(NotPendingError):
        ready.step(handler, token, "setSecret")
    assert works(ready, strategy)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_writer_that_was_given_up_after_it_read_the_label_has_no_session_any_more(
    ready: MySQLWorld, strategy: str
) -> None:
    handler = getattr(ready, strategy)
    token = ready.until(handler, "setSecret")
    read = read_under_lock(ready, strategy)
    ready.secrets.after = once(newer_rotation(ready, strategy), read=read)
    with pytest.raises(UnreachableError):
        ready.step(handler, token, "setSecret")
    assert works(ready, strategy)


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_three_at_once_don_t_disturb_each_other(ready: MySQLWorld, strategy: str) -> None:
    for _ in range(2):
        ready.rotate_by_three(getattr(ready, strategy))
        assert works(ready, strategy)


def test_a_stuck_writer_of_the_same_rotation_is_ended_after_a_while(
    ready: MySQLWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mysql_user.fence.PATIENCE_SECONDS", 0.1)
    token = ready.until(ready.alternating, "setSecret")

    def again() -> None:
        ready.secrets.after = lambda _: None
        ready.step(ready.alternating, token, "setSecret")

    ready.secrets.after = once(again, read=2)
    with pytest.raises(UnreachableError):
        ready.step(ready.alternating, token, "setSecret")
    ready.step(ready.alternating, token, "finishSecret")
    assert works(ready, "alternating")


def test_a_stranger_who_holds_the_lock_is_left_alone(
    ready: MySQLWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any user may take any lock."""
    monkeypatch.setattr("mysql_user.mysql.LOCK_SECONDS", 0.1)
    token = ready.until(ready.alternating, "setSecret")
    with ready.as_login(ready.document()) as stranger:
        lock = fence._name("rotation", ready.user)
        assert execute(stranger, "SELECT GET_LOCK(%s, 0)", lock) == [(1,)]
        with pytest.raises(BusyError, match="holds the lock rotation"):
            ready.step(ready.alternating, token, "setSecret")
        assert execute(stranger, "SELECT 1") == [(1,)]
    ready.step(ready.alternating, token, "setSecret")


def test_a_writer_that_says_nothing_gives_the_lock_back(
    ready: MySQLWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where nobody may end it: a session of another user."""
    monkeypatch.setattr("mysql_user.start_up.STATEMENT_SECONDS", 1)
    credential = MySQL.credential(SecretText(json.dumps(ready.document())), "AWSCURRENT")
    with MySQL.connect(credential, owner="stuck", deadline=Deadline(60)) as stuck:
        fence.wait_in_turn(stuck._run, ready.user, seconds=0)
        name = fence._name("rotation", ready.user)
        while ready.product.run("SELECT IS_USED_LOCK(%s)", name) != [(None,)]:
            time.sleep(0.1)
        ready.rotate(ready.alternating)
    assert works(ready, "alternating")


def test_names_of_locks_fit_and_tell_pairs_and_owners_apart() -> None:
    names = {
        fence._name(*parts)
        for parts in (
            ("rotation", "app"),
            ("rotation", "app" * 30),
            ("rotation", "app", "token"),
            ("rotation", "app", "token2"),
            ("access", "app"),
        )
    }
    assert len(names) == 5
    assert max(map(len, names)) <= 64


def test_two_rotations_of_different_users_don_t_wait_for_each_other(ready: MySQLWorld) -> None:
    ready.add_login(other := f"other_{ready.number}")
    token = ready.until(ready.alternating, "setSecret")

    def rotate_other() -> None:
        ready.secrets.after = lambda _: None
        ready.rotate(ready.alternating, ready.arn_of(other))

    ready.secrets.after = once(rotate_other, read=2)
    ready.step(ready.alternating, token, "setSecret")


def test_a_session_that_waits_for_an_answer_keeps_no_other_thread_waiting(
    ready: MySQLWorld,
) -> None:
    """An answer that never comes would else hold up functions that have nothing to do with it."""
    credential = MySQL.credential(SecretText(json.dumps(ready.document())), "AWSCURRENT")
    with (
        MySQL.connect(credential, owner="stuck", deadline=Deadline(60)) as stuck,
        ThreadPoolExecutor(1) as pool,
    ):
        ask = stuck._run

        def rotate_meanwhile(statement: str, *, doing: str) -> list[tuple[Any, ...]]:
            stuck._run = ask
            pool.submit(ready.rotate, ready.single).result(patient(20))
            return ask(statement, doing=doing)

        stuck._run = rotate_meanwhile
        stuck.needs_admin()
        assert stuck._run is ask
    assert ready.accepts(ready.document())


@pytest.mark.parametrize("way", ["gives it back", "ended"])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_user_that_someone_else_is_changing_is_not_waited_for_long(
    ready: MySQLWorld, strategy: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A global read lock, as a backup takes it, keeps every account statement waiting."""
    monkeypatch.setattr("mysql_user.start_up.LOCK_SECONDS", 1)
    handler = getattr(ready, strategy)
    token = ready.until(handler, "setSecret")
    with ready.server.connect() as other:
        execute(other, "FLUSH TABLES WITH READ LOCK")
        with pytest.raises(BusyError) as caught:
            ready.step(handler, token, "setSecret")
        assert caught.value.retry_helps
        # MariaDB counts this wait as the statement's own time.
        told = "See what the server is busy" if ready.mariadb else "gives its lock back, or end it"
        assert told in caught.value.remedy
        if way == "ended":
            ready.run(f"KILL {other.thread_id()}")
        else:
            execute(other, "UNLOCK TABLES")
    assert ready.accepts(ready.document())
    for step in STEPS[1:]:
        ready.step(handler, token, step)
    assert ready.accepts(ready.document())


@pytest.mark.parametrize("step", STEPS)
def test_a_function_with_no_time_left_says_so(ready: MySQLWorld, step: str) -> None:
    token = ready.until(ready.single, step)
    ready.context.milliseconds = 3000
    with pytest.raises(OutOfTimeError):
        ready.step(ready.single, token, step)


def test_a_session_that_was_ended_in_the_middle_of_a_statement_frees_the_lock_after_it(
    ready: MySQLWorld,
) -> None:
    """So nothing of it takes effect once another one has the lock."""
    lock = fence._name("rotation", ready.user)
    with ready.as_admin() as first, ready.as_admin() as second:
        execute(first, "SELECT GET_LOCK(%s, 0)", lock)
        [[number]] = execute(first, "SELECT CONNECTION_ID()")
        with ready.server.connect() as blocker:
            execute(blocker, "FLUSH TABLES WITH READ LOCK")
            errors: list[BaseException] = []

            def change() -> None:
                try:
                    execute(first, "ALTER USER %s@'%%' ACCOUNT LOCK", ready.user)
                except Exception as error:  # noqa: BLE001  # looked at below
                    errors.append(error)

            thread = threading.Thread(target=change)
            thread.start()
            execute(second, f"KILL {number}")
            assert execute(second, "SELECT GET_LOCK(%s, 20)", lock) == [(1,)]
            execute(blocker, "UNLOCK TABLES")
            thread.join()
    assert errors
    assert ready.accepts(ready.document())
