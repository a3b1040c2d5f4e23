"""A user that exists already is taken over with its present password."""

import json
from typing import Any

import pytest

from fakes.postgres import PostgresWorld
from fakes.product import Document
from rotation.errors import (
    BadEventError,
    BadSecretError,
    BusyError,
    CredentialRefusedError,
    GoneError,
    NotOursError,
    RotationError,
)

PRESENT = "its-Present-Password-1"


class Legacy:
    """A user that somebody made long ago, with its password in a secret of theirs."""

    def __init__(self, world: PostgresWorld, **fields: object) -> None:
        self.world = world
        self.arn = world.arn.replace("application", "legacy")
        world.server.create_database(world.dbname, world.server.superuser)
        with world.as_admin() as admin:
            admin.execute(f"CREATE ROLE {world.user} LOGIN PASSWORD '{PRESENT}'")
        self.put(**fields)

    def put(self, **fields: object) -> None:
        content = {"username": self.world.user, "password": PRESENT, **fields}
        self.world.secrets.create(self.arn, content)

    def adopt(self, **more: Any) -> str:
        return self.world.ensure(PresentSecretArn=self.arn, **more)


@pytest.fixture
def legacy(any_world: PostgresWorld) -> Legacy:
    return Legacy(any_world)


def puts(world: PostgresWorld) -> int:
    return world.secrets.calls.count("put_secret_value")


def test_its_present_password_becomes_current_and_nothing_changes_at_the_server(
    legacy: Legacy,
) -> None:
    world = legacy.world
    before = world.document()
    [[verifier]] = world.ask("SELECT rolpassword FROM pg_authid WHERE rolname = %s", world.user)
    assert legacy.adopt() == world.user
    assert world.document() == {**before, "password": PRESENT}
    assert world.accepts(world.document())
    assert world.ask("SELECT rolpassword FROM pg_authid WHERE rolname = %s", world.user) == [
        (verifier,)
    ]


@pytest.mark.parametrize("strategy", ["alternating", "single"])
def test_the_next_rotations_change_it(legacy: Legacy, strategy: str) -> None:
    world = legacy.world
    legacy.adopt()
    present = world.document()
    for _ in range(2):
        world.rotate(getattr(world, strategy))
        assert world.accepts(world.document())
    assert not world.accepts(present)


def test_what_is_not_known_stays_in_the_secret(legacy: Legacy) -> None:
    world = legacy.world
    text = json.dumps(world.application(more=1)).replace("1}", "1E400}")
    world.secrets.put(world.arn, "AWSCURRENT", text)
    legacy.adopt()
    version = world.secrets.secrets[world.arn].labels["AWSCURRENT"]
    stored = world.secrets.secrets[world.arn].contents[version]
    assert stored == text.replace("the-First-Password-1", PRESENT)


def test_once_the_secret_logs_in_the_other_one_is_not_read_any_more(legacy: Legacy) -> None:
    world = legacy.world
    legacy.adopt()
    del world.secrets.secrets[legacy.arn]
    world.rotate(world.alternating)
    current = world.document()
    legacy.adopt(owner="another request")
    assert world.document() == current


def test_a_second_delivery_stores_nothing_else(legacy: Legacy) -> None:
    """Also one whose first delivery ended right after the store."""
    world = legacy.world

    def crash(call: str) -> None:
        if call == "put_secret_value":
            world.secrets.after = lambda _: None
            raise KeyboardInterrupt

    world.secrets.after = crash
    with pytest.raises(KeyboardInterrupt):
        legacy.adopt()
    current = dict(world.secrets.secrets[world.arn].labels)
    legacy.adopt()
    assert world.secrets.secrets[world.arn].labels == current
    assert puts(world) == 1


def test_two_deliveries_at_once_mean_one_version(legacy: Legacy) -> None:
    world = legacy.world

    def meet(call: str) -> None:
        if call == "put_secret_value":
            world.secrets.before = lambda _: None
            legacy.adopt()

    world.secrets.before = meet
    legacy.adopt()
    assert puts(world) == 2
    assert len(world.secrets.secrets[world.arn].contents) == 2
    assert world.accepts(world.document())


def test_a_password_that_changes_between_two_deliveries_is_not_overwritten(
    legacy: Legacy,
) -> None:
    world = legacy.world

    def meet(call: str) -> None:
        if call == "put_secret_value":
            world.secrets.before = lambda _: None
            legacy.adopt()
            text = json.dumps(world.application(password="a-Third-Password-1"))
            secret = world.secrets.secrets[world.arn]
            secret.contents[secret.labels["AWSCURRENT"]] = text

    world.secrets.before = meet
    with pytest.raises(BusyError, match="Deploy again"):
        legacy.adopt()
    legacy.adopt(owner="the next deployment")
    assert world.accepts(world.document())


def test_a_version_that_moved_meanwhile_is_not_replaced(legacy: Legacy) -> None:
    world = legacy.world
    reads = iter(range(10))

    def move(call: str) -> None:
        if call == "get_secret_value" and next(reads) == 2:
            world.secrets.put(world.arn, "AWSCURRENT", world.application(password="newer"))

    world.secrets.before = move
    with pytest.raises(BusyError, match="moved"):
        legacy.adopt()
    assert world.document()["password"] == "newer"


def test_without_the_secret_the_user_is_never_touched(legacy: Legacy) -> None:
    with pytest.raises(NotOursError, match="already exists"):
        legacy.world.ensure()
    assert legacy.world.accepts(legacy.world.login(legacy.world.user, PRESENT))
    assert puts(legacy.world) == 0


def refused(legacy: Legacy, kind: type[RotationError]) -> str:
    """Nothing is stored; the remedy is told."""
    before = legacy.world.document()
    with pytest.raises(kind) as caught:
        legacy.adopt()
    assert legacy.world.document() == before
    assert puts(legacy.world) == 0
    assert PRESENT not in str(caught.value)
    return caught.value.remedy


def test_a_wrong_password_is_corrected(legacy: Legacy) -> None:
    legacy.put(password="wrong")
    assert "Put the user's present password" in refused(legacy, CredentialRefusedError)
    legacy.put()
    legacy.adopt()
    assert legacy.world.accepts(legacy.world.document())


@pytest.mark.parametrize("created", [True, False])
def test_a_user_that_does_not_exist_is_created_without_it(legacy: Legacy, *, created: bool) -> None:
    world = legacy.world
    other = f"other_{world.number}"
    world.secrets.put(world.arn, "AWSCURRENT", world.application(username=other))
    legacy.put(username=other)
    assert "Leave present_secret_arn out" in refused(legacy, GoneError)
    assert not world.exists(other)
    if created:
        world.ensure()
    else:
        world.secrets.put(world.arn, "AWSCURRENT", world.application())
        legacy.put()
        legacy.adopt()
    assert world.accepts(world.document())


def test_the_secret_of_another_user_is_replaced(legacy: Legacy) -> None:
    legacy.put(username="another")
    assert f"the secret of {legacy.world.user}" in refused(legacy, BadSecretError)
    legacy.put()
    legacy.adopt()
    assert legacy.world.accepts(legacy.world.document())


def test_a_secret_that_alternates_is_rotated_once_more(any_world: PostgresWorld) -> None:
    """AWS's function left AWSCURRENT at the clone."""
    world = any_world
    theirs = world.add_login("theirs")
    legacy_user: Document = world.secrets.document(theirs)
    world.rotate(world.alternating, theirs)
    world.secrets.put(world.arn, "AWSCURRENT", world.application(username="theirs"))
    with pytest.raises(BadSecretError, match="rotate it once more"):
        world.ensure(PresentSecretArn=theirs)
    world.rotate(world.alternating, theirs)
    world.ensure(PresentSecretArn=theirs)
    assert world.accepts(world.document())
    assert world.document()["username"] == legacy_user["username"]


@pytest.mark.parametrize(
    "content", ["no JSON", {"password": PRESENT}, {"username": "", "password": "x"}]
)
def test_a_secret_of_another_shape_is_refused(legacy: Legacy, content: object) -> None:
    legacy.world.secrets.create(legacy.arn, content)
    assert refused(legacy, BadSecretError)


def test_a_secret_for_another_server_is_refused(legacy: Legacy) -> None:
    legacy.put(host="elsewhere.invalid")
    assert "Correct host and port" in refused(legacy, BadSecretError)
    legacy.put(host=legacy.world.server.host, port=str(legacy.world.server.port))
    legacy.adopt()


@pytest.mark.parametrize("value", [7, ["arn"], {"a": "b"}])
def test_a_property_that_is_no_text_is_refused(world: PostgresWorld, value: object) -> None:
    with pytest.raises(BadEventError, match="present_secret_arn"):
        world.ensure(PresentSecretArn=value)
    world.ensure(PresentSecretArn="")
    assert world.accepts(world.document())
