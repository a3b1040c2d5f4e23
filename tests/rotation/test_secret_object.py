import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotation.secret_object import SecretObject
from rotation.secret_text import SecretText

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def replaced(text: str, **values: str | int) -> str:
    return SecretObject.parse(SecretText(text)).replaced(values).reveal()


@pytest.mark.parametrize(
    "rest",
    [
        '"a": 1E400',
        '"a": -1e5, "b": 1.0, "c": 1.10, "d": -0, "e": 0.1e+1',
        '"a": 123456789012345678901234567890, "b": ' + "9" * 5000,
        '"a": 1, "a": 2',
        r'"\u0061": "\u00e9\/\ud83d\ude00", "ä": "\ud800"',
        '"z": 1, "a": {"password": "inner", "b": [ 1,2 ,{}]}',
        ' "a"\t:\r\n 1 ',
        '"a": NaN, "b": -Infinity',
        '"a": "} , \\" : {"',
    ],
)
@pytest.mark.parametrize("shape", ["{{{0}, {1}}}", " {{\n  {1} ,\n  {0}\n}}\n", "{{{0},{1},{0}}}"])
def test_all_else_stays_byte_for_byte(rest: str, shape: str) -> None:
    before = shape.format('"password" : "old"', rest)
    after = shape.format('"password" : "new"', rest)
    assert replaced(before, password="new") == after


def test_a_name_that_is_written_otherwise_or_twice_gets_the_value_each_time() -> None:
    before = r'{"password": 1, "p\u0061ssword": {"x": []}, "other": 1}'
    after = r'{"password": "new", "p\u0061ssword": "new", "other": 1}'
    assert replaced(before, password="new") == after


def test_what_has_its_value_already_stays_as_it_is_written() -> None:
    assert replaced(r'{"user": "\u0061pp"}', user="app") == r'{"user": "\u0061pp"}'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{}", '{"b": "1", "c": 2}'),
        (' { "a": 1E400\n}\n', ' { "a": 1E400, "b": "1", "c": 2\n}\n'),
        ('{"c": 2}', '{"c": 2, "b": "1"}'),
    ],
)
def test_a_name_that_is_missing_comes_last(before: str, after: str) -> None:
    assert replaced(before, b="1", c=2) == after


@given(
    st.dictionaries(st.text(), anything), st.text(), st.integers(0, 3) | st.none(), st.booleans()
)
def test_it_is_read_like_one_that_was_written_anew(
    fields: dict[str, Any],
    value: str,
    indent: int | None,
    ascii_only: bool,  # noqa: FBT001  # drawn
) -> None:
    text = json.dumps(fields, indent=indent, ensure_ascii=ascii_only)
    expected = json.dumps({**fields, "password": value})
    assert json.dumps(json.loads(replaced(text, password=value))) == expected


def test_a_mark_that_nobody_sees_is_named() -> None:
    with pytest.raises(ValueError, match="byte order mark"):
        SecretObject.parse(SecretText('\ufeff{"password": "x"}'))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", '"x"', "[" * 100_000, '{"a": 01}', "{'a': 1}"]
)
def test_what_is_no_json_object_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="JSON") as caught:
        SecretObject.parse(SecretText(text))
    error = caught.value
    assert error.__suppress_context__ or error.__context__ is None
