import json
from collections.abc import Callable

import pymysql
import pytest

from fakes.mysql import MySQLWorld, execute
from fakes.world import STEPS
from mysql_user.connection import Connection
from rotation.errors import (
    BadSecretError,
    NotOursError,
    RotationError,
    UnequalTwinsError,
)
from tests.database.promises import AlternatingPromises


class TestPromises(AlternatingPromises):
    """Both users, on each server."""


def test_a_rotation_takes_eleven_calls_and_four_connections(ready: MySQLWorld) -> None:
    ready.rotate(ready.alternating)
    ready.secrets.calls.clear()
    connections = ready.connections()
    ready.rotate(ready.alternating)
    assert len(ready.secrets.calls) == 11
    assert ready.connections() - connections == 4


def test_an_unrelated_user_with_the_clones_name_is_never_touched(ready: MySQLWorld) -> None:
    ready.run("CREATE USER {}@'%' IDENTIFIED BY 'its-Own-1'", ready.clone)
    token = ready.until(ready.alternating, "setSecret")
    with pytest.raises(NotOursError, match=f"{ready.clone} exists already"):
        ready.step(ready.alternating, token, "setSecret")
    assert ready.accepts(ready.login(ready.clone, "its-Own-1") | {"dbname": None})
    assert ready.document()["username"] == ready.user


def test_a_secret_for_a_clone_does_not_give_away_the_user_it_is_named_after(
    ready: MySQLWorld,
) -> None:
    victim, attacker = f"victim_{ready.number}", f"victim_{ready.number}_clone"
    for name in (victim, attacker):
        ready.run("CREATE USER {}@'%' IDENTIFIED BY 'its-Own-1'", name)
    login = {**ready.application(username=attacker, password="its-Own-1")}
    del login["dbname"]
    ready.secrets.put(ready.arn, "AWSCURRENT", login)
    token = ready.until(ready.alternating, "setSecret")
    with pytest.raises(NotOursError):
        ready.step(ready.alternating, token, "setSecret")
    assert ready.accepts(ready.login(victim, "its-Own-1") | {"dbname": None})


def test_an_admin_gives_a_pair_to_another_secret_by_the_remedy(ready: MySQLWorld) -> None:
    ready.rotate(ready.alternating)
    other = ready.arn.replace("application", "another")
    ready.secrets.create(other, ready.document("AWSPREVIOUS"))
    token = ready.secrets.begin(other)
    ready.step(ready.alternating, token, "createSecret", other)
    with pytest.raises(NotOursError) as refused:
        ready.step(ready.alternating, token, "setSecret", other)
    claim = refused.value.remedy.partition("say so as an admin: ")[2].rpartition("; else ")[0]
    with ready.as_admin() as admin:
        for statement in claim.split("; "):
            execute(admin, statement)
    for step in STEPS[1:]:
        ready.step(ready.alternating, token, step, other)
    assert ready.accepts(ready.secrets.document(other))


def test_a_user_can_not_forge_the_mark(ready: MySQLWorld) -> None:
    ready.rotate(ready.alternating)
    marks = {
        True: ["CREATE OR REPLACE ROLE `rotated by me`", *_grants_of_the_mark(ready)],
        False: [f"ALTER USER {ready.clone}@'%' ATTRIBUTE '{{\"rotated_by\": 1}}'"],
    }[ready.mariadb]
    for label in ("AWSCURRENT", "AWSPREVIOUS"):
        for statement in marks:
            with (
                ready.as_login(ready.document(label)) as session,
                pytest.raises(pymysql.MySQLError, match=r"denied|privilege"),
            ):
                execute(session, statement)


def _grants_of_the_mark(world: MySQLWorld) -> list[str]:
    shown = world.run("SHOW GRANTS FOR {}@'%'", world.clone)
    return [
        line.replace(f"`{world.clone}`@`%`", "CURRENT_USER()")
        for [line] in shown
        if "rotated by" in line
    ]


def test_a_first_user_that_ends_in_clone_is_refused(ready: MySQLWorld) -> None:
    lonely = f"lonely_{ready.number}_clone"
    ready.run("CREATE USER {}@'%' IDENTIFIED BY 'its-Own-1'", lonely)
    login = {**ready.application(username=lonely, password="its-Own-1")}
    del login["dbname"]
    ready.secrets.put(ready.arn, "AWSCURRENT", login)
    token = ready.until(ready.alternating, "setSecret")
    with pytest.raises(NotOursError, match="does not exist"):
        ready.step(ready.alternating, token, "setSecret")


@pytest.mark.parametrize("hosts", [("%", "10.%"), ("%", "localhost", "192.168.0.0/255.255.0.0")])
@pytest.mark.parametrize(
    ("strategy", "whose"), [("alternating", "user"), ("alternating", "clone"), ("dual", "user")]
)
def test_a_name_that_stands_for_several_accounts_is_refused(
    ready: MySQLWorld, whose: str, strategy: str, hosts: tuple[str, ...]
) -> None:
    """Which one a session gets depends on where it comes from."""
    name = getattr(ready, whose)
    for host in hosts:
        ready.run(f"CREATE USER IF NOT EXISTS {{}}@'{host}' IDENTIFIED BY 'its-Own-1'", name)
    token = ready.until(getattr(ready, strategy), "setSecret")
    with pytest.raises(NotOursError, match=r"stands for \d accounts"):
        ready.step(getattr(ready, strategy), token, "setSecret")
    assert ready.accepts(ready.document())


def test_the_clone_is_let_in_from_where_the_base_is(ready: MySQLWorld) -> None:
    ready.run("RENAME USER {}@'%' TO {}@'127.0.0.%'", ready.user, ready.user)
    for _ in range(3):
        ready.rotate(ready.alternating)
        assert ready.accepts(ready.document())
    hosts = ready.product.run(
        "SELECT DISTINCT Host FROM mysql.user WHERE User IN (%s, %s)", ready.user, ready.clone
    )
    assert hosts == [("127.0.0.%",)]
    ready.run("RENAME USER {}@'127.0.0.%' TO {}@'127.%'", ready.user, ready.user)
    ready.rotate(ready.alternating)
    ready.rotate(ready.alternating)
    hosts = ready.product.run(
        "SELECT DISTINCT Host FROM mysql.user WHERE User IN (%s, %s)", ready.user, ready.clone
    )
    assert hosts == [("127.%",)]


def test_a_clone_that_defines_something_is_not_moved_to_another_host(ready: MySQLWorld) -> None:
    """A view would name a user that is not there any more, and could not be read."""
    ready.rotate(ready.alternating)
    with ready.as_login(ready.document()) as clone:
        execute(clone, "CREATE VIEW look AS SELECT 1")
    ready.rotate(ready.alternating)
    ready.run("RENAME USER {}@'%' TO {}@'127.%'", ready.user, ready.user)
    token = ready.until(ready.alternating, "setSecret")
    with pytest.raises(UnequalTwinsError, match="1 views, routines, triggers or events"):
        ready.step(ready.alternating, token, "setSecret")
    with ready.as_login(ready.document()) as base:
        assert execute(base, "SELECT * FROM look") == [(1,)]
        execute(base, "CREATE OR REPLACE VIEW look AS SELECT 2")
    for _ in range(2):
        ready.rotate(ready.alternating)
        for label in ("AWSCURRENT", "AWSPREVIOUS"):
            with ready.as_login(ready.document(label)) as session:
                assert execute(session, "SELECT * FROM look") == [(2,)]


@pytest.mark.parametrize("length", [26, 27])
def test_names_fit_with_their_twins_or_are_refused(world: MySQLWorld, length: int) -> None:
    name = f"n{world.number}_".ljust(length, "ä")
    world.secrets.put(world.arn, "AWSCURRENT", world.application(username=name))
    if length > 26:
        token = world.secrets.begin(world.arn)
        with pytest.raises(BadSecretError, match="33 characters"):
            world.step(world.alternating, token, "createSecret")
        return
    world.create_first_user()
    for expected in (f"{name}_clone", name):
        world.rotate(world.alternating)
        assert world.document()["username"] == expected
        assert world.accepts(world.document())


def test_mariadb_has_room_for_longer_names(on_mariadb: MySQLWorld) -> None:
    name = f"n{on_mariadb.number}_".ljust(74, "x")
    login = on_mariadb.application(username=name, engine="mariadb")
    on_mariadb.secrets.put(
        on_mariadb.arn, "AWSCURRENT", login | {"dbname": f"x{on_mariadb.number}"}
    )
    on_mariadb.create_first_user()
    on_mariadb.rotate(on_mariadb.alternating)
    assert on_mariadb.accepts(on_mariadb.document())


@pytest.mark.parametrize("name", ["app ", "app\U0001f600"])
def test_a_name_that_the_server_keeps_as_another_one_is_refused(
    world: MySQLWorld, name: str
) -> None:
    """It strips spaces, and makes a question mark of what is not in Unicode's basic plane."""
    world.secrets.put(world.arn, "AWSCURRENT", world.application(username=name))
    for handler in (world.alternating, world.single, world.dual):
        token = world.secrets.begin(world.arn)
        with pytest.raises(BadSecretError, match="does not keep"):
            world.step(handler, token, "createSecret")


def test_names_may_hold_whatever_sql_has(world: MySQLWorld) -> None:
    name = f"a`'\"\\;-- {world.number}@%_ x"
    schema = f"s`'\"\\_%{world.number}"
    login = world.application(username=name) | {"dbname": schema}
    world.secrets.put(world.arn, "AWSCURRENT", login)
    world.create_first_user()
    for handler in (world.alternating, world.alternating, world.dual, world.single):
        world.rotate(handler)
        assert world.accepts(world.document())
    assert world.document()["username"] == name


@pytest.fixture
def crashing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets the function end at a statement to the server: before it, or after it took effect."""
    run = Connection.run

    def crash_at(number: int, *, after: bool) -> None:  # a test's own
        statements = iter(range(10_000))

        def run_or_crash(
            self: Connection, statement: str, *, doing: str
        ) -> list[tuple[object, ...]]:
            this = next(statements) == number
            if this and not after:
                raise KeyboardInterrupt
            rows = run(self, statement, doing=doing)
            if this:
                raise KeyboardInterrupt
            return rows

        monkeypatch.setattr(Connection, "run", run_or_crash)

    return crash_at


@pytest.mark.parametrize("strategy", ["alternating", "dual", "single"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_crash_at_any_statement_needs_nobody(
    world: MySQLWorld, crashing: Callable[..., None], strategy: str, moment: str
) -> None:
    """The first user's creation and two rotations, the second of which is of the other user."""
    handler = getattr(world, strategy)
    number = 0
    for work in (world.create_first_user, *[lambda: rotate(world, handler)] * 2):
        while True:
            crashing(number, after=moment == "after")
            try:
                work()
            except KeyboardInterrupt:
                number += 1
                if world.exists(world.user) and work != world.create_first_user:
                    assert strategy == "single" or world.accepts(world.document())
                continue
            break
        assert world.accepts(world.document())
        number = 0
    assert strategy == "single" or world.accepts(world.document("AWSPREVIOUS"))


def rotate(world: MySQLWorld, handler: Callable[..., None]) -> None:
    """As Secrets Manager does: with the version that is pending already, if one is."""
    secret = world.secrets.secrets[world.arn]
    pending = secret.labels.get("AWSPENDING")
    if pending is None or pending == secret.labels["AWSCURRENT"]:
        pending = world.secrets.begin(world.arn)
    for step in STEPS:
        world.step(handler, pending, step)


def test_the_error_names_secret_step_cause_and_remedy(world: MySQLWorld) -> None:
    token = world.until(world.alternating, "setSecret")
    with pytest.raises(RotationError) as caught:
        world.step(world.alternating, token, "setSecret")
    error = caught.value
    assert (error.secret, error.step, error.retry_helps) == (world.arn, "setSecret", False)
    assert str(error).startswith(f"setSecret of {world.arn} failed: The server")
    assert error.__cause__ is not None


@pytest.mark.parametrize("field", ["host", "port"])
def test_servers_are_not_mixed(ready: MySQLWorld, field: str) -> None:
    other = {"host": "127.0.0.1", "port": 1}
    token = ready.until(ready.alternating, "setSecret")
    changed = json.dumps(ready.pending(token) | {field: other[field]})
    ready.secrets.secrets[ready.arn].contents[token] = changed
    for step in ("setSecret", "finishSecret"):
        with pytest.raises(BadSecretError, match="is for"):
            ready.step(ready.alternating, token, step)
