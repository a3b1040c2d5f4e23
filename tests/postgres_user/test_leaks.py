import io

import pytest

from fakes.postgres import PostgresWorld
from rotation.errors import RotationError
from tests.database.leaks import errors_of, everything_secret
from tests.rotated_secret.frames import recorded


def assert_no_leak(world: PostgresWorld, text: str, where: str) -> None:
    found = [secret for secret in everything_secret(world) if secret in text]
    assert not found, f"{where} shows {found}"


def test_no_secret_is_seen_anywhere(
    world: PostgresWorld, capfd: pytest.CaptureFixture[str], function_log: io.StringIO
) -> None:
    world.create_first_user()
    for handler in (world.alternating, world.alternating, world.single):
        world.rotate(handler)
    world.rotate(world.single, world.admin_arn)
    errors = list(errors_of(world))
    assert len(everything_secret(world)) > 6
    assert len(errors) == 6

    with world.server.connect() as connection:
        statements = connection.execute("SELECT query FROM pg_stat_statements").fetchall()
    assert any("ALTER ROLE" in query for [query] in statements)
    output = capfd.readouterr()
    assert "correlation_id" in function_log.getvalue()
    for where, text in {
        "the server's log": world.server.log.read_text(errors="replace"),
        "pg_stat_statements": repr(statements),
        "the function's log": function_log.getvalue() + output.out + output.err,
        "an exception": "".join(errors),
    }.items():
        assert text
        assert_no_leak(world, text, where)


@pytest.mark.parametrize(
    "change",
    [
        {"port": "a-wrong-Password-1"},
        {"password": ["a-wrong-Password-1"]},
        {"password": "a-wrong-Password-1\0"},
        {"password": "a-wrong-Password-1\ufffe"},
        {},
    ],
)
def test_no_variable_on_the_way_of_an_error_holds_a_secret(
    world: PostgresWorld, change: dict[str, object]
) -> None:
    world.create_first_user()
    wrong = world.application(password="a-wrong-Password-1") | change
    world.secrets.put(world.arn, "AWSCURRENT", wrong)
    with pytest.raises(RotationError) as caught:
        world.rotate(world.alternating)
    assert not [where for where, text in recorded(caught.value) if "a-wrong-Password-1" in text]


def test_nor_does_the_error_of_a_secret_that_is_not_json(world: PostgresWorld) -> None:
    world.create_first_user()
    for content in ('{"password": "a-wrong-Password-1", ', '["a-wrong-Password-1"]'):
        world.secrets.put(world.arn, "AWSCURRENT", content)
        with pytest.raises(RotationError) as caught:
            world.rotate(world.alternating)
        assert not [w for w, text in recorded(caught.value) if "a-wrong-Password-1" in text]
