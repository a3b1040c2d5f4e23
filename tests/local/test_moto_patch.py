"""The changes of moto are made and undone whole, and tell when moto no longer needs them."""

import pytest

from local.moto_patch import add, for_a_while, replace, wrap


class Base:
    inherited = "base"


class Model(Base):
    own = "moto's"

    def greet(self):
        return "hello"

    @classmethod
    def name(cls):
        return cls.__name__


def change_all():
    replace(Model, "own", "ours")
    replace(Model, "inherited", "ours")
    add(Model, "lacking", "ours")
    wrap(Model, "greet", lambda greet: lambda self: greet(self) + " world")
    wrap(Model, "name", lambda name: lambda cls: name(cls).lower())


def test_changes_for_a_while_hold_and_are_undone():
    before = dict(vars(Model))
    with for_a_while(change_all):
        assert [getattr(Model, name) for name in ("own", "inherited", "lacking")] == ["ours"] * 3
        assert Base.inherited == "base"
        assert (Model().greet(), Model.name()) == ("hello world", "model")
    assert dict(vars(Model)) == before


def test_a_change_that_fails_half_way_leaves_nothing_behind():
    before = dict(vars(Model))

    def fail():
        change_all()
        replace(Model, "gone", None)

    with pytest.raises(AttributeError, match="has no gone"), for_a_while(fail):
        pytest.fail("it is entered")
    assert dict(vars(Model)) == before


def test_a_change_made_meanwhile_for_good_stays():
    with for_a_while(lambda: replace(Model, "own", "for a while")):
        add(Model, "for_good", 1)
    assert (Model.own, vars(Model)["for_good"]) == ("moto's", 1)
    delattr(Model, "for_good")


def test_what_moto_has_by_now_or_no_more_is_told():
    with pytest.raises(AttributeError, match="has own by now"):
        add(Model, "own", "ours")
    with pytest.raises(AttributeError, match="does not define inherited"):
        wrap(Model, "inherited", lambda _: None)
