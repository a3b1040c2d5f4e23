from hypothesis import given
from hypothesis import strategies as st

from postgres_user.settings import _names, changes, wanted

Settings = dict[tuple[str | None, str], str]


def quoted(name: str) -> str:
    """As the server writes a list of names: quoted where it is needed."""
    plain = name.isascii() and name.isalpha() and name.islower()
    return name if plain else '"' + name.replace('"', '""') + '"'


@given(st.lists(st.text()))
def test_a_list_of_names_is_read_as_the_server_writes_it(names: list[str]) -> None:
    assert list(_names(", ".join(map(quoted, names)))) == names


def test_a_clone_acts_as_its_base_or_as_the_third_role_that_this_acts_as() -> None:
    own: Settings = {(None, "role"): "owner", ("data", "role"): "none", (None, "a"): "1"}
    assert wanted({}, {None: "app"}) == {(None, "role"): "app"}
    assert wanted(own, {None: "owner", "data": "app", "more": "owner"}) == {
        (None, "a"): "1",
        (None, "role"): "owner",
        ("data", "role"): "app",
    }


def test_equal_settings_need_no_statement() -> None:
    settings: Settings = {(None, "search_path"): "a, b", ("data", "work_mem"): "4MB"}
    assert list(changes("app_clone", settings, settings)) == []


def test_only_what_differs_is_changed() -> None:
    have: Settings = {(None, "a"): "1", ("data", "b"): "2", (None, "c"): "3"}
    want: Settings = {(None, "a"): "1", (None, "c"): "4"}
    assert [statement for _, statement in changes("x", have, want)] == [
        'ALTER ROLE "x" IN DATABASE "data" RESET "b"',
        """ALTER ROLE "x" SET "c" TO E'4'""",
    ]
