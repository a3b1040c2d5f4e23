from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.postgres import Connection
from local.postgres import PostgresServer
from postgres_user.sql import identifier, literal

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


@pytest.fixture(scope="module", params=["on", "off"])
def session(request: pytest.FixtureRequest, postgres: PostgresServer) -> Iterator[Connection]:
    """Where a backslash is itself in a text, and where it is not."""
    with postgres.connect() as session:
        session.execute(f"SET standard_conforming_strings = {request.param}")
        session.execute("SET escape_string_warning = off")
        session.execute(f"SET backslash_quote = {request.param}")
        yield session


@given(texts)
def test_whatever_is_quoted_is_read_as_it_was(session: Connection, text: str) -> None:
    name = identifier(text.encode()[:63].decode(errors="ignore") or "x")
    cursor = session.execute(f"SELECT {literal(text)} AS {name}".encode("ascii"))
    assert cursor.fetchone() == (text,)
    assert cursor.description
    assert identifier(cursor.description[0].name) == name


@pytest.mark.parametrize("text", ["a\0b", "a\udce4b"])
def test_what_is_no_character_is_refused(text: str) -> None:
    for quote in (identifier, literal):
        with pytest.raises(ValueError, match="PostgreSQL has no"):
            quote(text)
