"""One user with two passwords, of which neither is refused at any time."""

import json
from typing import Any

import pytest

from fakes.mysql import MySQLWorld
from fakes.world import STEPS
from mysql_user.connection import Connection
from rotation.errors import BadSecretError, CredentialRefusedError, NotPendingError, UnsuitableError


def labels_work(world: MySQLWorld) -> bool:
    return all(map(world.accepts, map(world.document, ("AWSCURRENT", "AWSPREVIOUS"))))


def test_both_are_accepted_at_every_step_and_the_name_stays(ready: MySQLWorld) -> None:
    for _ in range(4):
        token = ready.secrets.begin(ready.arn)
        before = [ready.document()]
        if "AWSPREVIOUS" in ready.secrets.secrets[ready.arn].labels:
            before.append(ready.document("AWSPREVIOUS"))
        for step in STEPS:
            ready.step(ready.dual, token, step)
            assert ready.accepts(ready.document())
            # The older one's place is taken in setSecret.
            assert step != "createSecret" or all(map(ready.accepts, before))
        assert ready.document()["username"] == ready.user
        assert labels_work(ready)


def test_the_one_before_the_last_is_refused(ready: MySQLWorld) -> None:
    first = ready.document()
    ready.rotate(ready.dual)
    assert ready.accepts(first)
    ready.rotate(ready.dual)
    assert not ready.accepts(first)


def test_a_rotation_takes_eleven_calls_and_four_connections(ready: MySQLWorld) -> None:
    ready.rotate(ready.dual)
    ready.secrets.calls.clear()
    connections = ready.connections()
    ready.rotate(ready.dual)
    assert len(ready.secrets.calls) == 11
    assert ready.connections() - connections == 4


def test_a_version_that_was_given_up_never_locks_the_current_one_out(ready: MySQLWorld) -> None:
    """The trap of MySQL: retaining the given-up one would let AWSCURRENT go.

    A newer AWSCURRENT keeps the next rotation from taking the attempt over.
    """
    ready.rotate(ready.dual)
    for _ in range(3):
        ready.until(ready.dual, "testSecret")
        del ready.secrets.secrets[ready.arn].labels["AWSPENDING"]
        ready.secrets.put(ready.arn, "AWSCURRENT", ready.document() | {"note": "by hand"})
        assert ready.accepts(ready.document())
    token = ready.secrets.begin(ready.arn)
    for step in STEPS:
        ready.step(ready.dual, token, step)
        assert ready.accepts(ready.document())
    assert labels_work(ready)


def test_what_the_strategy_single_has_begun_ends_with_two_passwords(
    ready: MySQLWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new password is accepted before and at every instant, and AWSCURRENT is again."""
    ready.rotate(ready.dual)
    token = ready.until(ready.single, "testSecret")
    assert not ready.accepts(ready.document())
    run = Connection.run

    def run_and_look(self: Connection, statement: str, *, doing: str) -> list[tuple[Any, ...]]:
        rows = run(self, statement, doing=doing)
        assert ready.accepts(ready.pending(token))
        return rows

    with monkeypatch.context() as watched:
        watched.setattr(Connection, "run", run_and_look)
        ready.step(ready.dual, token, "setSecret")
    for step in STEPS[1:]:
        ready.step(ready.dual, token, step)
        assert ready.accepts(ready.document())
    assert labels_work(ready)
    ready.rotate(ready.dual)
    assert labels_work(ready)


def test_where_both_are_accepted_nothing_changes(on_mysql: MySQLWorld) -> None:
    """MariaDB is told the same two again."""
    on_mysql.create_first_user()
    token = on_mysql.until(on_mysql.dual, "testSecret")
    query = "SELECT * FROM mysql.user WHERE User = REPLACE('{}', '`', '')"
    before = on_mysql.run(query, on_mysql.user)
    on_mysql.step(on_mysql.dual, token, "setSecret")
    assert on_mysql.run(query, on_mysql.user) == before


def test_steps_may_come_again_in_any_order_at_any_time(ready: MySQLWorld) -> None:
    ready.rotate(ready.dual)
    token = ready.secrets.begin(ready.arn)
    for count in range(len(STEPS)):
        for step in STEPS[: count + 1] * 2:
            ready.step(ready.dual, token, step)
            assert ready.accepts(ready.document())
    assert labels_work(ready)


def test_a_delivery_that_read_the_secret_before_it_was_finished_changes_nothing(
    ready: MySQLWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes to the lock when the new password is AWSCURRENT already."""
    token = ready.until(ready.dual, "testSecret")
    run = Connection.run

    def run_and_look(self: Connection, statement: str, *, doing: str) -> list[tuple[Any, ...]]:
        rows = run(self, statement, doing=doing)
        assert labels_work(ready)
        return rows

    def finish(call: str) -> None:
        if call == "get_secret_value":
            ready.secrets.after = lambda _: None
            for step in STEPS[2:]:
                ready.step(ready.dual, token, step)
            monkeypatch.setattr(Connection, "run", run_and_look)

    ready.secrets.after = finish
    ready.step(ready.dual, token, "setSecret")
    assert labels_work(ready)


@pytest.mark.usefixtures("unhurried")
def test_three_at_once_don_t_disturb_each_other(ready: MySQLWorld) -> None:
    for _ in range(3):
        ready.rotate_by_three(ready.dual)
        assert labels_work(ready)


@pytest.mark.parametrize("step", STEPS)
def test_a_token_that_was_given_up_changes_nothing(ready: MySQLWorld, step: str) -> None:
    token = ready.until(ready.dual, step)
    del ready.secrets.secrets[ready.arn].labels["AWSPENDING"]
    ready.rotate(ready.dual)
    with pytest.raises(NotPendingError):
        ready.step(ready.dual, token, step)
    assert labels_work(ready)


def test_nothing_is_changed_for_a_secret_that_is_not_accepted_itself(ready: MySQLWorld) -> None:
    ready.secrets.put(ready.arn, "AWSCURRENT", ready.application(password="a-guess"))
    token = ready.until(ready.dual, "setSecret")
    with pytest.raises(CredentialRefusedError, match="none of the secret's passwords"):
        ready.step(ready.dual, token, "setSecret")
    assert ready.accepts(ready.application())


def test_a_database_restored_from_a_backup_is_set_right(ready: MySQLWorld) -> None:
    ready.rotate(ready.dual)
    ready.rotate(ready.dual)
    before = ready.document("AWSPREVIOUS")["password"]
    ready.run(f"ALTER USER {{}}@'%' IDENTIFIED BY '{before}'", ready.user)
    ready.rotate(ready.dual)
    assert labels_work(ready)


def test_a_password_that_was_never_set_never_becomes_current(ready: MySQLWorld) -> None:
    token = ready.until(ready.dual, "setSecret")
    for step in STEPS[2:]:
        with pytest.raises(CredentialRefusedError, match="AWSPENDING"):
            ready.step(ready.dual, token, step)


def test_strategies_may_change_and_what_is_current_works(ready: MySQLWorld) -> None:
    for handler in (ready.dual, ready.alternating, ready.dual, ready.single, ready.alternating):
        ready.rotate(handler)
        assert ready.accepts(ready.document())
    assert labels_work(ready)


def test_without_an_admin_nothing_begins(ready: MySQLWorld) -> None:
    login = ready.login(ready.user, "the-First-Password-1")
    ready.secrets.put(ready.arn, "AWSCURRENT", login)
    token = ready.secrets.begin(ready.arn)
    with pytest.raises(BadSecretError, match="masterarn"):
        ready.step(ready.dual, token, "createSecret")


def test_a_pending_version_of_another_user_is_refused(ready: MySQLWorld) -> None:
    token = ready.until(ready.dual, "setSecret")
    changed = json.dumps(ready.pending(token) | {"username": ready.admin})
    ready.secrets.secrets[ready.arn].contents[token] = changed
    with pytest.raises(BadSecretError, match="the turn of"):
        ready.step(ready.dual, token, "setSecret")


@pytest.mark.parametrize("strategy", ["dual", "single"])
def test_a_user_that_proves_itself_otherwise_is_told(on_mariadb: MySQLWorld, strategy: str) -> None:
    world = on_mariadb
    world.create_first_user()
    hashed = world.run("SELECT PASSWORD('the-First-Password-1')")[0][0]
    world.run(
        f"ALTER USER {{}}@'%' IDENTIFIED VIA mysql_native_password USING '{hashed}' OR unix_socket",
        world.user,
    )
    handler = getattr(world, strategy)
    token = world.until(handler, "setSecret")
    with pytest.raises(UnsuitableError, match="unix_socket"):
        world.step(handler, token, "setSecret")
    assert world.accepts(world.document())
