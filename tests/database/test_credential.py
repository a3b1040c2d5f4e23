import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.credential import Credential
from rotation.errors import BadSecretError
from rotation.secret_text import SecretText

GOOD: dict[str, Any] = {
    "engine": "postgres",
    "host": "db.example.com",
    "port": 5433,
    "username": "app",
    "password": "hunter2",
    "dbname": "data",
    "masterarn": "arn",
}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def parse(document: object) -> Credential:
    text = document if isinstance(document, str) else json.dumps(document)
    return Credential.parse(
        SecretText(text), whose="AWSCURRENT", engines={"postgres": 5432}, dbname="postgres"
    )


def test_the_documented_structure_is_read() -> None:
    credential = parse(GOOD)
    assert (credential.host, credential.port) == ("db.example.com", 5433)
    assert (credential.username, credential.password.reveal()) == ("app", "hunter2")
    assert (credential.dbname, credential.masterarn) == ("data", "arn")


def test_port_database_and_admin_may_be_left_out_and_the_port_may_be_text() -> None:
    short = {k: v for k, v in GOOD.items() if k not in {"port", "dbname", "masterarn"}}
    credential = parse(short)
    assert (credential.port, credential.dbname, credential.masterarn) == (5432, "postgres", None)
    assert parse(GOOD | {"port": "5434"}).port == 5434


@pytest.mark.parametrize("field", ["engine", "host", "username", "password"])
def test_a_field_that_is_missing_is_named(field: str) -> None:
    with pytest.raises(BadSecretError, match=f"AWSCURRENT can't be used: {field}"):
        parse({k: v for k, v in GOOD.items() if k != field})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("port", port)
        for port in (0, -1, 65536, True, None, 5432.0, "", "0x10", "²", "99999", "1" * 9, [5432])
    ]
    + [("host", host) for host in ("", "a b", "a/b", "a\n", "@", "ä", "x" * 256, None)]
    + [("username", name) for name in ("", "a\0b", "a\nb", "\ud800", 7)]
    + [("password", text) for text in ("", "a\0b", "\udfff", None)]
    + [("dbname", name) for name in ("", None, 1)]
    + [("masterarn", arn) for arn in ("", None, 3)]
    + [("engine", engine) for engine in ("mysql", "", None, ["postgres"])],
)
def test_a_value_that_makes_no_sense_is_refused_with_its_field(field: str, value: object) -> None:
    with pytest.raises(BadSecretError, match=f": {field} must"):
        parse(GOOD | {field: value})


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '"x"', "null", "[" * 100_000, "9" * 5000])
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(BadSecretError, match="JSON"):
        parse(text)


@given(st.dictionaries(st.sampled_from(list(GOOD)), anything))
def test_nothing_ends_in_anything_but_our_error(changes: dict[str, Any]) -> None:
    try:
        credential = parse(GOOD | changes)
    except BadSecretError as error:
        assert "hunter2" not in str(error)  # noqa: PT017  # either outcome is right
    else:
        assert "hunter2" not in repr(credential)
        assert 0 < credential.port < 65536


@given(st.text())
def test_no_text_ends_in_anything_but_our_error(text: str) -> None:
    with pytest.raises(BadSecretError):
        parse(text)


def test_a_new_login_keeps_the_rest() -> None:
    credential = parse(GOOD | {"other": {"deep": [1, None]}})
    changed = json.loads(credential.with_login("new", SecretText("pw")).reveal())
    assert changed == GOOD | {"other": {"deep": [1, None]}, "username": "new", "password": "pw"}


def test_an_admin_without_a_server_is_the_admin_of_this_one() -> None:
    admin = parse(GOOD).admin(SecretText('{"username": "boss", "password": "x"}'))
    assert (admin.host, admin.port, admin.dbname) == ("db.example.com", 5433, "data")
    assert (admin.username, admin.masterarn) == ("boss", None)


@pytest.mark.parametrize("change", [{"host": "other"}, {"port": 1}])
def test_an_admin_of_another_server_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadSecretError, match="the admin's secret is for"):
        parse(GOOD).admin(SecretText(json.dumps(GOOD | change)))


def test_a_host_name_may_be_written_in_any_case() -> None:
    assert parse(GOOD).shares_server(parse(GOOD | {"host": "DB.Example.com"}))


WRITER = "orders.cluster-abcdefghijkl.eu-central-1.rds.amazonaws.com"
READERS = WRITER.replace("cluster-", "cluster-ro-")


def test_a_cluster_is_one_server_whether_it_is_read_or_written() -> None:
    reading, writing = parse(GOOD | {"host": READERS}), parse(GOOD | {"host": WRITER})
    assert reading.shares_server(writing)
    assert writing.shares_server(reading)
    assert (reading.at_writer().host, writing.at_writer().host) == (WRITER, WRITER)
    assert reading.host == READERS  # where it is proven
    other = parse(GOOD | {"host": READERS.replace("orders", "stock")})
    assert not writing.shares_server(other)


@pytest.mark.parametrize("named", [{}, {"host": WRITER}, {"host": READERS}])
def test_what_the_admin_changes_it_changes_at_the_writer(named: dict[str, object]) -> None:
    secret = {"username": "boss", "password": "x", **named}
    reading = parse(GOOD | {"host": READERS})
    assert reading.admin(SecretText(json.dumps(secret))).host == WRITER


def test_its_repr_shows_no_password() -> None:
    assert "hunter2" not in repr(parse(GOOD))
