"""What the secret's content may be."""

import json
import traceback

import pytest

from rotated_secret import BadSecretError, Credential, RotatedSecret, Value
from tests.rotated_secret.conftest import ARN, Hands, Store, document

PASSWORD = "very-Secret-1"


def parse(content: object) -> Credential:
    text = content if isinstance(content, str | None) else json.dumps(content)
    return Credential.parse(Value.of(text, version_id="v1", secret_id=ARN))


def test_a_secret_that_rds_manages_has_no_more_than_user_and_password() -> None:
    credential = parse({"username": "dbadmin", "password": PASSWORD})
    assert (credential.username, credential.password) == ("dbadmin", PASSWORD)
    assert (credential.host, credential.port, credential.dbname) == (None, None, None)


@pytest.mark.parametrize("nothing", [None, ""])
def test_what_is_documented_as_optional_may_be_empty(nothing: object) -> None:
    """AWS's page says of port and dbname that they default to None if not specified."""
    empty = dict.fromkeys(("host", "port", "dbname"), nothing)
    credential = parse(document(PASSWORD, engine="aurora-mysql") | empty)
    assert credential.server == (None, None, None)


def test_a_port_may_be_text() -> None:
    assert parse(document() | {"port": "5432"}).port == 5432


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "{",
        f'{{"password": "{PASSWORD}"',
        f'"{PASSWORD}"',
        [PASSWORD],
        "[" * 100_000,
        {"password": PASSWORD},
        {"username": "", "password": PASSWORD},
        {"username": 7, "password": PASSWORD},
        {"username": "app_user"},
        document(PASSWORD) | {"password": None},
        document(PASSWORD) | {"host": 1},
        document(PASSWORD) | {"port": 0},
        document(PASSWORD) | {"port": 65536},
        document(PASSWORD) | {"port": "9" * 5000},
        document(PASSWORD) | {"port": "x"},
        document(PASSWORD) | {"port": "²"},
        document(PASSWORD) | {"dbname": []},
    ],
)
def test_bad_content_is_refused_in_words_that_do_not_repeat_it(content: object) -> None:
    with pytest.raises(BadSecretError, match="the content of the secret can't be used") as caught:
        parse(content)
    error = caught.value
    assert not error.retry_helps
    assert error.__cause__ is None
    assert error.__context__ is None, "the JSON decoder's error holds the whole text"
    assert PASSWORD not in "".join(traceback.format_exception(error))


def test_content_that_turns_bad_does_not_take_the_good_one_away(
    secret: RotatedSecret, store: Store, hands: Hands
) -> None:
    first = secret.credential()
    store.manager.put(ARN, "AWSCURRENT", "{")
    hands.pass_by(1)
    assert secret.refresh(first) is first
