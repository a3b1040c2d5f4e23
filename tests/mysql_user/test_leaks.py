"""No password is seen anywhere but in Secrets Manager and in the login that proves it."""

import io
import re

import pytest

from fakes.mysql import MySQLWorld, execute
from fakes.world import ADMIN_PASSWORD, FIRST_PASSWORD
from rotation.errors import RotationError
from tests.database.leaks import errors_of, everything_secret
from tests.rotated_secret.frames import recorded


def places(world: MySQLWorld) -> dict[str, bytes]:
    """All that a server keeps of statements."""
    server = world.server
    world.run("FLUSH LOGS")
    history = world.run(
        "SELECT SQL_TEXT FROM performance_schema.events_statements_history_long"
        " UNION SELECT SQL_TEXT FROM performance_schema.events_statements_history"
        " UNION SELECT DIGEST_TEXT FROM performance_schema.events_statements_summary_by_digest"
    )
    if not world.mariadb:
        history += world.run(
            "SELECT QUERY_SAMPLE_TEXT FROM performance_schema.events_statements_summary_by_digest"
        )
    return {
        "general log": server.general_log.read_bytes(),
        "slow log": server.slow_log.read_bytes(),
        "binary log": b"".join(path.read_bytes() for path in server.binary_logs),
        "error log": server.log.read_bytes(),
        "performance_schema": repr(history).encode(),
    }


def test_no_secret_is_seen_anywhere(
    world: MySQLWorld, capfd: pytest.CaptureFixture[str], function_log: io.StringIO
) -> None:
    # Other tests send the usual one in statements of their own.
    first = world.application(password="a-First-Password-of-its-own-1")
    world.secrets.put(world.arn, "AWSCURRENT", first)
    world.create_first_user()
    for handler in (world.alternating, world.alternating, world.dual, world.dual, world.single):
        world.rotate(handler)
    world.rotate(world.single, world.admin_arn)
    errors = list(errors_of(world))
    # Which tests themselves have sent.
    secrets = everything_secret(world) - {ADMIN_PASSWORD, FIRST_PASSWORD}
    assert len(secrets) > 8
    assert len(errors) == 6
    found = places(world)
    for where in ("general log", "slow log", "binary log", "performance_schema"):
        # MySQL writes some statements anew.
        assert re.search(rf"ALTER USER .{world.user}.@.%. IDENTIFIED".encode(), found[where]), where
    output = capfd.readouterr()
    found["the function's log"] = (function_log.getvalue() + output.out + output.err).encode()
    found["an exception"] = "".join(errors).encode()
    assert b"correlation_id" in found["the function's log"]
    leaks = {
        where: [secret for secret in secrets if secret.encode() in text]
        for where, text in found.items()
    }
    assert not any(leaks.values()), leaks


def test_a_password_in_a_statement_would_be_found(on_mariadb: MySQLWorld) -> None:
    """Shows that the test above would see one."""
    with on_mariadb.server.connect() as session:
        execute(session, f"CREATE USER leak_{on_mariadb.number}@'%' IDENTIFIED BY 'a-Leak-1'")
    found = places(on_mariadb)
    assert {where for where, text in found.items() if b"a-Leak-1" in text} >= {
        "general log",
        "slow log",
        "binary log",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"port": "a-wrong-Password-1"},
        {"password": ["a-wrong-Password-1"]},
        {"password": "a-wrong-Password-1\0"},
        {"port": 1},
        {},
    ],
)
def test_no_variable_on_the_way_of_an_error_holds_a_secret(
    ready: MySQLWorld, change: dict[str, object]
) -> None:
    wrong = ready.application(password="a-wrong-Password-1") | change
    ready.secrets.put(ready.arn, "AWSCURRENT", wrong)
    for handler in (ready.alternating, ready.dual, ready.single):
        with pytest.raises(RotationError) as caught:
            ready.rotate(handler)
        assert not [where for where, text in recorded(caught.value) if "a-wrong-Password-1" in text]
