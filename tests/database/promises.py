"""What is promised on every database product: a product's tests derive from these.

Their fixtures are the product's: `world` has no user yet, `ready` has the application's.
"""

from typing import ClassVar

import pytest

from fakes.world import STEPS, World
from rotation.errors import (
    BadSecretError,
    BusyError,
    CredentialRefusedError,
    NotOursError,
    NotPendingError,
)


class FirstUserPromises:
    """Of the user that the first deployment makes."""

    def test_without_an_admin_it_says_so(self, world: World) -> None:
        world.secrets.put(world.arn, "AWSCURRENT", world.login(world.user, "the-First-Password-1"))
        with pytest.raises(BadSecretError, match="masterarn"):
            world.create_first_user()

    def test_an_admin_that_is_refused_is_named(self, world: World) -> None:
        wrong = world.login(world.admin, "wrong")
        world.secrets.put(world.admin_arn, "AWSCURRENT", wrong)
        with pytest.raises(CredentialRefusedError, match="the admin's secret"):
            world.create_first_user()

    def test_a_version_that_is_replaced_meanwhile_is_not_set(self, world: World) -> None:
        reads = iter(range(10))

        def replace(call: str) -> None:
            if call == "get_secret_value" and next(reads) == 2:
                world.secrets.put(world.arn, "AWSCURRENT", world.application(password="newer"))

        world.secrets.before = replace
        with pytest.raises(BusyError, match="moved"):
            world.create_first_user()
        assert not world.exists(world.user)


class Promises:
    """Of one user or two.

    Attributes:
        strategy: By which they rotate.
        next_user: Who is current after the first rotation.
        previous_works: Whether AWSPREVIOUS still logs in then.
    """

    strategy: ClassVar[str]
    next_user: ClassVar[str]
    previous_works: ClassVar[bool]

    def test_steps_may_come_again_in_any_order_at_any_time(self, ready: World) -> None:
        token = ready.secrets.begin(ready.arn)
        for count in range(len(STEPS)):
            for step in STEPS[: count + 1] * 2:
                ready.step(getattr(ready, self.strategy), token, step)
        self.must_work(ready)

    def test_what_a_person_writes_between_two_rotations_stays(self, ready: World) -> None:
        handler = getattr(ready, self.strategy)
        ready.rotate(handler)
        before = ready.document()
        ready.secrets.edit(ready.arn, before | {"note": "of a person"})
        token = ready.secrets.begin_or_go_on(ready.arn)
        for step in STEPS:
            ready.step(handler, token, step)
        assert ready.document()["note"] == "of a person"
        assert ready.document()["password"] != before["password"]
        assert ready.accepts(ready.document())

    def test_what_a_person_corrects_in_the_middle_of_a_rotation_is_rotated(
        self, ready: World
    ) -> None:
        """The version that is stored already has what was wrong."""
        handler, good = getattr(ready, self.strategy), ready.document()
        ready.secrets.put(ready.arn, "AWSCURRENT", {**good, "dbname": "not_there"})
        token = ready.secrets.begin(ready.arn)
        ready.step(handler, token, "createSecret")
        ready.secrets.edit(ready.arn, good)
        for step in ("setSecret", "setSecret"):  # Secrets Manager tries it again
            with pytest.raises(BadSecretError, match="Take AWSPENDING off"):
                ready.step(handler, token, step)
            assert ready.accepts(ready.document())
        del ready.secrets.secrets[ready.arn].labels["AWSPENDING"]
        ready.rotate(handler)
        assert ready.document()["dbname"] == good["dbname"]
        assert ready.document()["password"] != good["password"]
        assert ready.accepts(ready.document())

    @pytest.mark.parametrize("step", STEPS)
    def test_a_token_that_was_given_up_changes_nothing(self, ready: World, step: str) -> None:
        handler = getattr(ready, self.strategy)
        token = ready.until(handler, step)
        del ready.secrets.secrets[ready.arn].labels["AWSPENDING"]
        ready.rotate(handler)
        current = ready.document()
        with pytest.raises(NotPendingError):
            ready.step(handler, token, step)
        assert ready.document() == current
        self.must_work(ready)

    def must_work(self, ready: World) -> None:
        """After one rotation."""
        assert ready.document()["username"] == getattr(ready, self.next_user)
        assert ready.accepts(ready.document())
        assert ready.accepts(ready.document("AWSPREVIOUS")) is self.previous_works


class AlternatingPromises(Promises):
    """Of two users that take turns."""

    strategy = "alternating"
    next_user = "clone"
    previous_works = True

    def test_the_users_take_turns_and_both_log_in_at_every_step(self, ready: World) -> None:
        for expected in (ready.clone, ready.user, ready.clone):
            token = ready.secrets.begin(ready.arn)
            before = [ready.document()]
            if "AWSPREVIOUS" in ready.secrets.secrets[ready.arn].labels:
                before.append(ready.document("AWSPREVIOUS"))
            for step in STEPS:
                ready.step(ready.alternating, token, step)
                assert ready.accepts(ready.document())
                # Its password is overwritten in setSecret: it was AWSPREVIOUS until then.
                assert step != "createSecret" or all(map(ready.accepts, before))
            assert ready.document()["username"] == expected
            assert ready.accepts(ready.document("AWSPREVIOUS"))

    def test_an_admins_secret_that_rds_manages_is_enough(self, ready: World) -> None:
        ready.secrets.put(
            ready.admin_arn, "AWSCURRENT", {"username": ready.admin, "password": "the-Admins-own-1"}
        )
        ready.rotate(ready.alternating)
        assert ready.accepts(ready.document())

    def test_the_twin_of_another_secret_is_never_touched(self, ready: World) -> None:
        ready.rotate(ready.alternating)
        other = ready.arn.replace("application", "another")
        ready.secrets.create(other, ready.document("AWSPREVIOUS"))
        token = ready.secrets.begin(other)
        ready.step(ready.alternating, token, "createSecret", other)
        with pytest.raises(NotOursError):
            ready.step(ready.alternating, token, "setSecret", other)
        assert ready.accepts(ready.document())

    def test_nothing_is_changed_for_a_secret_that_is_not_accepted_itself(
        self, ready: World
    ) -> None:
        ready.secrets.put(ready.arn, "AWSCURRENT", ready.application(password="a-guess"))
        token = ready.until(ready.alternating, "setSecret")
        with pytest.raises(CredentialRefusedError, match="AWSCURRENT"):
            ready.step(ready.alternating, token, "setSecret")
        assert not ready.exists(ready.clone)

    def test_a_password_that_was_never_set_never_becomes_current(self, ready: World) -> None:
        token = ready.until(ready.alternating, "setSecret")
        for step in STEPS[2:]:
            with pytest.raises(CredentialRefusedError, match="AWSPENDING"):
                ready.step(ready.alternating, token, step)
        assert ready.document()["username"] == ready.user


class SinglePromises(Promises):
    """Of one user whose password is changed."""

    strategy = "single"
    next_user = "user"
    previous_works = False

    def test_the_user_keeps_its_name_and_the_old_password_stops_working(self, ready: World) -> None:
        before = ready.document()
        ready.rotate(ready.single)
        assert ready.document() == {**before, "password": ready.document()["password"]}
        assert ready.accepts(ready.document())
        assert not ready.accepts(before)
