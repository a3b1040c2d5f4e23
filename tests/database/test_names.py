import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.names import NameLimit, Pair, base_of
from rotation.errors import BadSecretError

BYTES = NameLimit(63, "bytes")

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=70)


def test_a_pair_is_the_same_from_both_sides() -> None:
    assert Pair.of("app", BYTES) == Pair.of("app_clone", BYTES)
    pair = Pair("app", "app_clone")
    assert pair.other("app") == "app_clone"
    assert pair.other("app_clone") == "app"


@given(names)
def test_two_rotations_lead_back_and_no_name_is_longer_than_allowed(name: str) -> None:
    try:
        pair = Pair.of(name, BYTES)
    except BadSecretError:
        assert len(base_of(name).encode()) > 57
        return
    assert pair.other(pair.other(name)) == name
    assert pair.other(name) != name
    assert max(len(pair.base.encode()), len(pair.clone.encode())) <= 63


def test_bytes_count_and_not_characters() -> None:
    assert Pair.of("ä" * 28, BYTES)
    with pytest.raises(BadSecretError, match="64 bytes"):
        Pair.of("ä" * 29, BYTES)


def test_a_user_that_is_called_clone_and_nothing_else_is_a_base() -> None:
    assert Pair.of("_clone", BYTES) == Pair("_clone", "_clone_clone")


def test_where_characters_count_bytes_do_not() -> None:
    limit = NameLimit(32, "characters")
    assert Pair.of("ä" * 26, limit)
    with pytest.raises(BadSecretError, match="33 characters"):
        Pair.of("ä" * 27, limit)


@pytest.mark.parametrize("name", ["app ", "app\U0001f600"])
def test_a_name_that_the_database_would_keep_as_another_one_is_refused(name: str) -> None:
    limit = NameLimit(32, "characters", altered=re.compile(r" \Z|[^\0-\uffff]"))
    with pytest.raises(BadSecretError, match="does not keep"):
        Pair.of(name, limit)
