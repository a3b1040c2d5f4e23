"""Contents of secrets that can't be used."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.faults.bad_names import too_long_names
from tests.faults.subject import Subject

Document = Mapping[str, Any]

json_values: SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)

_not_text = json_values.filter(lambda value: not isinstance(value, str)) | st.just("")

_control_characters = st.sampled_from([chr(code) for code in (*range(32), 127, 0x85, 0x2028)])

_broken_text = st.builds(
    lambda before, bad, after: before + bad + after,
    st.text(max_size=5),
    st.sampled_from(["\0", "\ud800", "\udfff"]),
    st.text(max_size=5),
)
"""Holds what databases or UTF-8 have no place for."""

_broken_name = (
    _not_text
    | _broken_text
    | st.builds(
        lambda before, bad, after: before + bad + after,
        st.text(max_size=5),
        _control_characters,
        st.text(max_size=5),
    )
)

_bad_values: Mapping[str, SearchStrategy[Any]] = {
    "host": _not_text
    | _broken_text
    | st.text(max_size=255).filter(lambda text: not text.isascii())
    | st.builds(
        lambda before, bad, after: before + bad + after,
        st.text("abc.-", max_size=5),
        st.sampled_from(" /@\\'\"\n;$%"),
        st.text("abc.-", max_size=5),
    )
    | st.text("abc.-", min_size=256),
    "port": st.none()
    | st.booleans()
    | st.integers(max_value=0)
    | st.integers(min_value=65536)
    | st.floats()
    | st.text().filter(lambda text: not (text.isascii() and text.isdigit()))
    | st.from_regex(r"\A0+\Z|\A[1-9][0-9]{5,}\Z")
    | st.lists(st.integers(), max_size=2),
    "username": _broken_name,
    "password": _not_text | _broken_text,
    "dbname": _broken_name,
    "masterarn": _broken_name,
}
"""Values that no field of that name may have, whatever the product is."""

FIELDS = ("engine", *_bad_values)
"""All that can be bad."""


def _bad_values_for(subject: Subject) -> Mapping[str, SearchStrategy[Any]]:
    """Values that no field of that name may have in a secret of the product."""
    engines = _not_text | st.text().filter(lambda text: text not in subject.target.engines)
    names = _bad_values["username"] | too_long_names(subject)
    return {"engine": engines, **_bad_values, "username": names}


def bad_documents(
    subject: Subject,
    good: Document,
    *,
    required: Sequence[str],
    checked: Sequence[str] = FIELDS,
) -> SearchStrategy[str | bytes]:
    """Contents that can't be read as a credential.

    Args:
        subject: Whose secret it is.
        good: What the content would be.
        required: Fields without which it is no good.
        checked: Fields that are no good with a bad value.
    """
    text, bad_values = json.dumps(good), _bad_values_for(subject)
    without = st.sets(st.sampled_from(required), min_size=1).map(
        lambda names: {name: good[name] for name in good if name not in names}
    )
    one = st.sampled_from(checked).map(lambda name: {name})
    changed = (one | st.sets(st.sampled_from(checked), min_size=1)).flatmap(
        lambda names: st.fixed_dictionaries({name: bad_values[name] for name in sorted(names)})
    )
    replaced = changed.map(lambda changes: json.dumps({**good, **changes}))
    return st.one_of(
        *[replaced] * 8,  # the others are quickly exhausted
        without.map(json.dumps),
        st.text(),
        st.binary(),
        json_values.filter(lambda value: not isinstance(value, dict)).map(json.dumps),
        st.dictionaries(st.text(), json_values).map(json.dumps),
        st.integers(0, len(text) - 1).map(lambda end: text[:end]),
        st.tuples(st.integers(0, len(text)), st.sampled_from(['"', "\0"])).map(
            lambda where: text[: where[0]] + where[1] + text[where[0] :]
        ),
        st.just("\ufeff" + text),
        st.integers(1, 100_000).map(lambda depth: '{"a":' * depth),
    )
