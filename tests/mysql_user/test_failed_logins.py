"""FAILED_LOGIN_ATTEMPTS of MySQL: after how many refused logins in a row a user is locked."""

import pytest

from fakes.mysql import MySQLWorld
from rotation.errors import CredentialRefusedError
from tests.mysql_user import theirs

SAFE = {"dual": 1, "alternating": 1, "single": 2}
"""The smallest limit by which no rotation locks a user whose AWSCURRENT is right."""

AGAIN = ("createSecret", "setSecret", "setSecret", "testSecret", "setSecret", "finishSecret")
"""Steps as Secrets Manager may deliver them."""


def limit(world: MySQLWorld, attempts: int, *users: str) -> None:
    """Locks a user for good after so many."""
    for user in users:
        lock = f"FAILED_LOGIN_ATTEMPTS {attempts} PASSWORD_LOCK_TIME UNBOUNDED"
        world.run(f"ALTER USER {{}}@'%' {lock}", user)


@pytest.mark.parametrize("strategy", SAFE)
def test_repeated_steps_lock_nobody(on_mysql: MySQLWorld, strategy: str) -> None:
    world = on_mysql
    world.create_first_user()
    limit(world, SAFE[strategy], world.user)
    for _ in range(3):
        token = world.secrets.begin(world.arn)
        for step in AGAIN:
            world.step(getattr(world, strategy), token, step)
        assert world.accepts(world.document())
        assert strategy == "single" or world.accepts(world.document("AWSPREVIOUS"))


def test_of_a_single_user_a_repeated_step_tries_the_password_that_was_replaced(
    on_mysql: MySQLWorld,
) -> None:
    world = on_mysql
    world.create_first_user()
    limit(world, SAFE["single"] - 1, world.user)
    token = world.until(world.single, "testSecret")
    with pytest.raises(CredentialRefusedError):
        world.step(world.single, token, "setSecret")
    assert not world.accepts(world.pending(token))


@pytest.mark.parametrize("pending", [False, True])
def test_a_clone_of_others_is_adopted_without_a_refused_login(
    on_mysql: MySQLWorld, monkeypatch: pytest.MonkeyPatch, *, pending: bool
) -> None:
    """Or with one, where it is AWSPENDING and not AWSPREVIOUS."""
    world = on_mysql
    world.create_first_user()
    theirs.rotate(world, monkeypatch)
    theirs.rotate(world, monkeypatch)
    limit(world, 1 + pending, world.user, world.clone)
    token = world.secrets.begin(world.arn)
    if pending:
        for step in AGAIN[:2]:
            event = {"SecretId": world.arn, "ClientRequestToken": token, "Step": step}
            theirs._like_it(world)(event, None)
    for step in AGAIN:
        world.step(world.alternating, token, step)
    assert all(map(world.accepts, map(world.document, ("AWSCURRENT", "AWSPREVIOUS"))))


@pytest.mark.parametrize(("strategy", "refused"), [("single", 3), ("dual", 3), ("alternating", 1)])
def test_so_many_passwords_are_tried_where_none_is_right(
    on_mysql: MySQLWorld, strategy: str, refused: int
) -> None:
    world = on_mysql
    world.create_first_user()
    world.rotate(getattr(world, strategy))
    right = world.document()
    token = world.until(getattr(world, strategy), "setSecret")
    for label in ("AWSCURRENT", "AWSPREVIOUS"):
        world.secrets.put(world.arn, label, world.document(label) | {"password": f"not-{label}"})
    for attempts in (refused + 1, refused):
        limit(world, attempts, right["username"])
        with pytest.raises(CredentialRefusedError):
            world.step(getattr(world, strategy), token, "setSecret")
        assert world.accepts(right) is (attempts > refused)
