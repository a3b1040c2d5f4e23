"""What is looked at before the rotation of somebody else's secret is taken over."""

from typing import Any

import pytest

from database.alternating_users import AlternatingUsers
from database.single_user import SingleUser
from fakes.postgres import PostgresWorld
from fakes.secrets_manager import failure
from postgres_user.postgres import Postgres
from rotation.errors import (
    BadEventError,
    BadSecretError,
    CredentialRefusedError,
    RotationError,
    UnsuitableError,
)
from tests.database import adoption
from tests.database.adoption import ROLES


def check(world: PostgresWorld, **changes: object) -> str:
    return adoption.check(world, AlternatingUsers(Postgres), SingleUser(Postgres), **changes)


@pytest.fixture
def adopted(world: PostgresWorld) -> PostgresWorld:
    """A user and its secret, as somebody made them."""
    world.server.create_database(world.dbname, world.server.superuser)
    with world.as_admin() as admin:
        world.create_login(world.user, admin)
    return world


@pytest.mark.parametrize("strategy", ["alternating", "single"])
def test_a_secret_that_can_be_rotated_passes(adopted: PostgresWorld, strategy: str) -> None:
    before = adopted.document()
    assert check(adopted, Strategy=strategy) == adopted.user
    assert adopted.document() == before
    assert set(adopted.secrets.calls) == {"get_secret_value"}


def test_a_pair_may_be_at_its_clone(adopted: PostgresWorld) -> None:
    with adopted.as_admin() as admin:
        adopted.create_login(adopted.clone, admin)
    adopted.secrets.put(adopted.arn, "AWSCURRENT", adopted.application(username=adopted.clone))
    assert check(adopted) == adopted.clone


@pytest.mark.parametrize("name", ["arn", "without its end", "name", "whole name"])
def test_the_admins_secret_may_be_named_in_any_way(adopted: PostgresWorld, name: str) -> None:
    full = adopted.admin_arn
    names = {
        "arn": full,
        "without its end": full[:-7],
        "whole name": full.rpartition(":")[2],
        "name": full.rpartition(":")[2][:-7],
    }
    adopted.secrets.put(adopted.arn, "AWSCURRENT", adopted.application(masterarn=names[name]))
    assert check(adopted) == adopted.user
    if name in {"arn", "without its end"}:  # as apps may name it, too
        assert check(adopted, AdminArn=names["without its end"]) == adopted.user


@pytest.mark.parametrize(
    ("change", "kind", "told"),
    [
        ({"engine": "oracle"}, BadSecretError, "engine must be one of"),
        ({"password": 7}, BadSecretError, "password must be a text"),
        ({"username": "another"}, BadSecretError, "is that of the user another"),
        ({"host": "elsewhere.example.com"}, BadSecretError, "for the server elsewhere.example.com"),
        ({"port": 7777}, BadSecretError, ":7777"),
        ({"masterarn": "arn:of:another"}, BadSecretError, "names arn:of:another as its admin's"),
        ({"password": "not-its-password-1"}, CredentialRefusedError, "does not let"),
    ],
    ids=["engine", "shape", "user", "host", "port", "admin", "password"],
)
def test_what_is_in_the_way_is_named(
    adopted: PostgresWorld, change: dict[str, Any], kind: type[RotationError], told: str
) -> None:
    adopted.secrets.put(adopted.arn, "AWSCURRENT", adopted.application(**change))
    before = adopted.document()
    with pytest.raises(kind, match=told) as refused:
        check(adopted)
    assert refused.value.remedy
    assert adopted.document() == before


def test_a_secret_that_is_no_json_is_named(adopted: PostgresWorld) -> None:
    adopted.secrets.put(adopted.arn, "AWSCURRENT", "just a password")
    with pytest.raises(BadSecretError, match="can't be used"):
        check(adopted)


def test_two_users_need_an_admin_and_one_does_not(adopted: PostgresWorld) -> None:
    document = {k: v for k, v in adopted.application().items() if k != "masterarn"}
    adopted.secrets.put(adopted.arn, "AWSCURRENT", document)
    with pytest.raises(BadSecretError, match="masterarn is missing"):
        check(adopted)
    assert check(adopted, Strategy="single", AdminArn="") == adopted.user


def test_a_policy_or_a_key_that_excludes_us_is_named(adopted: PostgresWorld) -> None:
    def deny(_: str) -> None:
        raise failure("AccessDeniedException", "GetSecretValue")

    adopted.secrets.before = deny
    with pytest.raises(UnsuitableError, match="the policy of the secret, or that of its key") as no:
        check(adopted)
    assert ROLES in str(no.value)


def test_an_unknown_strategy_is_named(adopted: PostgresWorld) -> None:
    with pytest.raises(BadEventError, match="alternating, single"):
        check(adopted, Strategy="threefold")


def test_a_configuration_is_tested_before_the_twins_are_equal(adopted: PostgresWorld) -> None:
    """Secrets Manager runs testSecret on a copy of AWSCURRENT, which may be that of a clone."""
    with adopted.as_admin() as admin:
        adopted.create_login(adopted.clone, admin)
    current = adopted.application(username=adopted.clone)
    adopted.secrets.put(adopted.arn, "AWSCURRENT", current)
    copied = adopted.secrets.put(adopted.arn, "AWSPENDING", current)
    adopted.step(adopted.alternating, copied, "testSecret")
    adopted.secrets.put(adopted.arn, "AWSCURRENT", adopted.application())
    with pytest.raises(RotationError, match="acts as"):
        adopted.step(adopted.alternating, copied, "testSecret")


def test_what_was_in_the_way_is_corrected(adopted: PostgresWorld) -> None:
    """Each remedy, followed: the login's settings, the database's, the policy, the password."""
    for wrong in (
        {"Username": "another"},
        {"Host": "elsewhere.example.com"},
        {"Strategy": "threefold"},
        {"AdminArn": adopted.arn},
    ):
        with pytest.raises(RotationError):
            check(adopted, **wrong)
        assert check(adopted) == adopted.user

    def deny(_: str) -> None:
        raise failure("AccessDeniedException", "GetSecretValue")

    adopted.secrets.before = deny
    with pytest.raises(UnsuitableError):
        check(adopted)
    adopted.secrets.before = lambda _: None
    adopted.secrets.put(adopted.arn, "AWSCURRENT", adopted.application(password="another-1"))
    with pytest.raises(CredentialRefusedError):
        check(adopted)
    adopted.secrets.put(adopted.arn, "AWSCURRENT", adopted.application())
    assert check(adopted) == adopted.user
    adopted.rotate(adopted.alternating)
    assert check(adopted) == adopted.clone
