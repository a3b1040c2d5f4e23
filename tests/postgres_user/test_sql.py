import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.postgres import PostgresServer
from postgres_user.sql import identifier, literal

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


@given(texts)
def test_whatever_is_quoted_is_read_as_it_was(postgres: PostgresServer, text: str) -> None:
    for conforming in ("on", "off"):
        with postgres.connect() as connection:
            connection.execute(f"SET standard_conforming_strings = {conforming}")
            connection.execute("SET escape_string_warning = off")
            name = identifier(text.encode()[:63].decode(errors="ignore") or "x")
            cursor = connection.execute(f"SELECT {literal(text)} AS {name}".encode())
            assert cursor.fetchone() == (text,)
            assert cursor.description
            assert identifier(cursor.description[0].name) == name


def test_a_nul_is_refused() -> None:
    for quote in (identifier, literal):
        with pytest.raises(ValueError, match="code zero"):
            quote("a\0b")
