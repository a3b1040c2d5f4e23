import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.names import Pair, base_of
from rotation.errors import BadSecretError

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=70)


def test_a_pair_is_the_same_from_both_sides() -> None:
    assert Pair.of("app", longest=63) == Pair.of("app_clone", longest=63)
    pair = Pair("app", "app_clone")
    assert pair.other("app") == "app_clone"
    assert pair.other("app_clone") == "app"


@given(names)
def test_two_rotations_lead_back_and_no_name_is_longer_than_allowed(name: str) -> None:
    try:
        pair = Pair.of(name, longest=63)
    except BadSecretError:
        assert len(base_of(name).encode()) > 57
        return
    assert pair.other(pair.other(name)) == name
    assert pair.other(name) != name
    assert max(len(pair.base.encode()), len(pair.clone.encode())) <= 63


def test_bytes_count_and_not_characters() -> None:
    assert Pair.of("ä" * 28, longest=63)
    with pytest.raises(BadSecretError, match="64 bytes"):
        Pair.of("ä" * 29, longest=63)


def test_a_user_that_is_called_clone_and_nothing_else_is_a_base() -> None:
    assert Pair.of("_clone", longest=63) == Pair("_clone", "_clone_clone")
