"""Remedies about what people, the server and the account give us, followed to the letter."""

import re
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest
import trustme
from psycopg import sql

from database.single_user import SingleUser
from database.users import Users
from fakes.context import Context
from fakes.postgres import PostgresWorld
from fakes.secrets_manager import failure
from postgres_user.postgres import Postgres
from postgres_user.scram import verifier
from rotation.custom_resource import custom_resource_handler
from rotation.deadline import Deadline
from rotation.errors import BusyError, NotOursError, RotationError
from rotation.handler import rotation_handler
from rotation.rotating_secret import RotatingSecret
from rotation.secret_text import SecretText
from tests.database import remedies
from tests.database.left_behind import left_behind
from tests.database.remedies import Case, put
from tests.postgres_user.impostor import certificate, impostor, refusing_settings
from tests.postgres_user.test_remedies import (  # some are fixtures
    adopted,
    assert_all_is_well,
    ready,  # noqa: F401
    small,  # noqa: F401
    small_world,  # noqa: F401
)

NEW = "a-New-Password-of-letters-1"


def attempt(world: PostgresWorld) -> RotationError:
    """A rotation that ends in an error of ours."""
    return remedies.attempt(world, world.alternating)


def move(world: PostgresWorld, host: str, port: int) -> None:
    """Another server for both secrets."""
    for arn in (world.arn, world.admin_arn):
        document = {**world.secrets.document(arn), "host": host, "port": port}
        world.secrets.put(arn, "AWSCURRENT", document)


def set_password(world: PostgresWorld, username: str, password: str) -> None:
    text = verifier(SecretText(password))
    with world.as_superuser() as admin:
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
        admin.execute(statement.format(sql.Identifier(username), sql.Literal(text)))


def _choose(world: PostgresWorld, password: str) -> None:
    set_password(world, world.clone, password)
    put(world, password=password)


def _limit(world: PostgresWorld, number: int) -> None:
    world.run(f"ALTER ROLE {{}} CONNECTION LIMIT {number}", world.clone)


def _preload(world: PostgresWorld, value: str) -> None:
    world.run(f"ALTER ROLE {{}} IN DATABASE {{}} {value}", world.clone, world.dbname)


CASES: dict[str, Case[PostgresWorld]] = {
    "masterarn": Case(
        "Add masterarn with the ARN of the admin's secret",
        lambda world, _: put(world, masterarn=None),
        lambda world, _: put(world, masterarn=world.admin_arn),
    ),
    "characters of the password": Case(
        "Choose letters and digits",
        lambda world, _: put(world, password="a\u0007b"),
        lambda world, _: _choose(world, NEW),
    ),
    "name of the database": Case(
        "Correct dbname in the secret, or create the database",
        lambda world, _: put(world, dbname="not_there"),
        lambda world, old: put(world, dbname=old["dbname"]),
    ),
    "library": Case(
        "Correct session_preload_libraries of the user",
        lambda world, _: _preload(world, "SET session_preload_libraries = 'not_there'"),
        lambda world, _: _preload(world, "RESET session_preload_libraries"),
    ),
    "limit of the user": Case(
        "Free connections, or raise the limit of the user or the server",
        lambda world, _: _limit(world, 0),
        lambda world, _: _limit(world, -1),
    ),
    "deleted secret": Case(
        "If the secret is scheduled for deletion, restore it",
        lambda world, _: setattr(world.secrets, "before", _deleted),
        lambda world, _: setattr(world.secrets, "before", lambda _: None),
    ),
    "rotation is off": Case(
        "It was cancelled, or never on: give the secret a rotation schedule",
        lambda world, _: setattr(world.secrets.secrets[world.arn], "rotated", False),
        lambda world, _: setattr(world.secrets.secrets[world.arn], "rotated", True),
    ),
    "not the documented structure": Case(
        "Put the documented JSON: engine, host, port, username, password, dbname",
        lambda world, _: world.secrets.put(world.arn, "AWSCURRENT", "no JSON"),
        lambda world, old: world.secrets.put(world.arn, "AWSCURRENT", old),
    ),
    "long name": Case(
        "Use a name of at most 57 bytes",
        lambda world, _: put(world, username="a" * 60),
        lambda world, old: put(world, username=old["username"]),
    ),
}


def _deleted(operation: str) -> None:
    raise failure("InvalidRequestException", operation)


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_secret_or_a_user_that_is_corrected_rotates_on(
    ready: PostgresWorld,  # noqa: F811
    case: Case[PostgresWorld],
) -> None:
    old = ready.document()
    case.spoil(ready, old)
    assert case.remedy in attempt(ready).remedy
    case.follow(ready, old)
    assert_all_is_well(ready)


def test_a_secret_without_an_admin_rotates_a_single_user(ready: PostgresWorld) -> None:  # noqa: F811
    put(ready, masterarn=None)
    assert "or rotate a single user" in attempt(ready).remedy
    ready.rotate(ready.single)
    with ready.as_login(ready.document()) as connection:
        assert connection.execute("SELECT id FROM kept").fetchone() == (7,)


def test_a_database_that_is_missing_is_created(ready: PostgresWorld) -> None:  # noqa: F811
    put(ready, dbname=f"made_{ready.number}")
    assert "or create the database" in attempt(ready).remedy
    ready.server.create_database(f"made_{ready.number}", ready.server.superuser)
    for _ in range(2):
        ready.rotate(ready.alternating)
        assert ready.accepts(ready.document())


def test_connections_that_are_freed_let_a_rotation_in(ready: PostgresWorld) -> None:  # noqa: F811
    _limit(ready, 1)
    with ready.as_login(ready.document()):
        assert "Free connections" in attempt(ready).remedy
    _limit(ready, -1)
    assert_all_is_well(ready)


def test_rules_of_passwords_are_corrected(
    ready: PostgresWorld,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    current = ready.document()
    monkeypatch.setenv("PASSWORD_LENGTH", "8")
    weak = rotation_handler(SingleUser(Postgres), cast("Any", ready.secrets))
    with pytest.raises(RotationError, match="Correct the rotation settings and deploy again"):
        ready.rotate(weak)
    assert ready.document() == current
    monkeypatch.setenv("PASSWORD_LENGTH", "40")
    ready.rotate(rotation_handler(SingleUser(Postgres), cast("Any", ready.secrets)))
    assert ready.accepts(ready.document())


def test_the_session_that_holds_the_lock_is_found_and_ended(
    ready: PostgresWorld,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("postgres_user.fence.PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr("postgres_user.postgres.LOCK_SECONDS", 0.2)
    token = ready.until(ready.alternating, "setSecret")
    monkeypatch.setattr("postgres_user.fence._key", lambda _: 4711 + ready.number)
    with ready.as_superuser() as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", [4711 + ready.number])
        with pytest.raises(BusyError, match="Find it in pg_locks and end it") as caught:
            ready.step(ready.alternating, token, "setSecret")
        key = re.search(r"advisory lock (\d+) ", caught.value.cause)
        assert key
        ready.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            " AND (classid::bigint << 32) + objid::bigint = %s::bigint",
            key[1],
        )
    assert_all_is_well(ready)


def ensure(world: PostgresWorld) -> str:
    deadline = Deadline(10)
    secret = RotatingSecret(cast("Any", world.secrets), world.arn, deadline)
    return Users(Postgres).ensure(secret, owner="a request", deadline=deadline)


def test_a_first_user_whose_version_moved_is_made_by_the_next_deployment(
    world: PostgresWorld,
) -> None:
    reads = []

    def move(operation: str) -> None:
        if operation == "get_secret_value":
            reads.append(operation)
            if len(reads) == 3:  # the secret, the admin's, and under the fence
                world.secrets.put(world.arn, "AWSCURRENT", world.application(password=NEW))

    world.secrets.before = move
    with pytest.raises(BusyError, match="Deploy again"):
        ensure(world)
    assert ensure(world) == world.user
    assert world.accepts(world.document())


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_first_user_without_an_admin_is_made(world: PostgresWorld, *, by_hand: bool) -> None:
    complete = world.document()
    put(world, masterarn=None)
    with pytest.raises(RotationError) as caught:
        ensure(world)
    assert "Add masterarn" in caught.value.remedy
    assert "or create the user yourself" in caught.value.remedy
    if by_hand:
        with world.as_admin() as admin:
            world.create_login(world.user, admin)
    else:
        world.secrets.put(world.arn, "AWSCURRENT", complete)
    assert ensure(world) == world.user
    assert world.accepts(world.document())


def test_a_resource_that_is_given_its_secret_makes_the_user(world: PostgresWorld) -> None:
    handler = custom_resource_handler(Users(Postgres), cast("Any", world.secrets))
    event = {"RequestType": "Create", "RequestId": "1", "LogicalResourceId": "User"}
    outcome = handler({**event, "ResourceProperties": {}}, Context())
    assert "Give it the ARN of the secret" in outcome["Reason"]
    corrected = {**event, "ResourceProperties": {"SecretArn": world.arn}}
    assert handler(corrected, Context())["Data"] == {"Username": world.user}
    assert world.accepts(world.document())


@pytest.mark.parametrize("way", ["renamed", "told", "adopted"])
def test_a_user_who_is_there_keeps_its_password(world: PostgresWorld, way: str) -> None:
    with world.as_admin() as admin:
        admin.execute(f"CREATE ROLE {world.user} LOGIN")
    set_password(world, world.user, NEW)
    with pytest.raises(RotationError) as caught:
        ensure(world)
    assert caught.value.remedy.startswith(
        "Put its real password into the secret, let present_secret_arn name a secret that holds it,"
        " or choose another user name"
    )
    assert world.accepts(world.application(password=NEW))
    if way == "renamed":
        put(world, username=f"another_{world.number}")
    elif way == "told":
        put(world, password=NEW)
    else:
        theirs = world.arn_of("theirs")
        world.secrets.create(theirs, {"username": world.user, "password": NEW})
        world.ensure(PresentSecretArn=theirs)
    ensure(world)
    for _ in range(2):
        world.rotate(world.alternating)
        assert world.accepts(world.document())


def test_a_user_that_a_failed_deployment_has_left_is_dropped(world: PostgresWorld) -> None:
    """By the statements of docs/logins.md; the next deployment has another password."""
    ensure(world)
    put(world, password=NEW)
    with pytest.raises(NotOursError):
        ensure(world)
    for statement in left_behind(world.user, after="on PostgreSQL:"):
        with world.as_admin() as admin:
            admin.execute(statement)
    ensure(world)
    assert world.accepts(world.document())


def test_authorities_that_can_not_be_read_are_named_anew(
    ready: PostgresWorld,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("RDS_CA_BUNDLE", str(tmp_path / "not-there.pem"))
    assert "Let RDS_CA_BUNDLE name a PEM file that is in the function" in attempt(ready).remedy
    monkeypatch.setenv("RDS_CA_BUNDLE", str(ready.server.ca))
    assert_all_is_well(ready)


def test_a_pooler_is_replaced_by_the_server_itself(
    ready: PostgresWorld,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    authority, both = trustme.CA(), tmp_path / "both.pem"
    both.write_bytes(authority.cert_pem.bytes() + ready.server.ca.read_bytes())
    monkeypatch.setenv("RDS_CA_BUNDLE", str(both))
    port = ready.server.port
    with impostor(refusing_settings(certificate(authority, "localhost"))) as pooler:
        move(ready, "localhost", pooler.port)
        assert "Put the server's own host and port into the secret" in attempt(ready).remedy
    move(ready, ready.server.host, port)
    assert_all_is_well(ready)


def test_a_binary_secret_is_stored_as_text(
    ready: PostgresWorld,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = ready.secrets.get_secret_value

    def binary(**which: str) -> dict[str, Any]:
        answer = read(**which)
        answer["SecretBinary"] = answer.pop("SecretString").encode()
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(ready.secrets, "get_secret_value", binary)
        assert "Store the documented JSON as SecretString" in attempt(ready).remedy
    assert_all_is_well(ready)


def test_a_server_gets_room_for_more_locks(small_world: PostgresWorld) -> None:  # noqa: F811
    """Somebody has taken nearly all that there are."""
    adopted(small_world, small_world.user, 20)
    with small_world.server.connect() as hog:
        hog.autocommit = True
        with pytest.raises(psycopg.errors.OutOfMemory):
            hog.execute("SELECT pg_advisory_lock(n) FROM generate_series(1, 100000) n")
        hog.execute("SELECT pg_advisory_unlock(n) FROM generate_series(1, 20) n")
        error = attempt(small_world)
    assert "Raise max_locks_per_transaction on the server" in error.remedy
    with small_world.server.connect() as connection:
        connection.autocommit = True
        connection.execute("ALTER SYSTEM SET max_locks_per_transaction = 1000")
    small_world.server.restart()
    with small_world.server.connect() as hog:
        hog.autocommit = True
        hog.execute("SELECT pg_advisory_lock(n) FROM generate_series(1, 3000) n")
        for _ in range(2):
            small_world.rotate(small_world.alternating)
            assert small_world.accepts(small_world.document())
