"""The password shows up nowhere by accident."""

import copy
import dataclasses
import json
import logging
import pickle
import traceback

import pytest
from aws_lambda_powertools.logging import Logger

from fakes.secrets_manager import failure
from rotated_secret import (
    AsyncRotatedSecret,
    Credential,
    RotatedSecret,
    SecretUnavailableError,
)
from rotated_secret.discretion import Hidden
from tests.rotated_secret.conftest import FIRST_PASSWORD, Hands, RefusedError, Store


@pytest.fixture
def credential(secret: RotatedSecret) -> Credential:
    return secret.credential()


def test_it_is_in_no_text_of_the_credential_or_of_the_handle(
    secret: RotatedSecret, credential: Credential
) -> None:
    for thing in (credential, secret, secret._cache.held, credential._document):
        for text in (repr(thing), str(thing), f"{thing}"):
            assert FIRST_PASSWORD not in text
    assert FIRST_PASSWORD not in str(vars(secret))
    assert FIRST_PASSWORD not in str(vars(secret._cache))


def test_it_is_not_in_what_serializers_make_of_a_dataclass(credential: Credential) -> None:
    assert FIRST_PASSWORD not in str(dataclasses.asdict(credential))
    assert FIRST_PASSWORD not in json.dumps(dataclasses.asdict(credential), default=str)


def test_it_is_not_in_a_structured_log(
    credential: Credential, capsys: pytest.CaptureFixture[str]
) -> None:
    Logger(service="test").info("logged in", extra={"credential": credential})
    written = capsys.readouterr().out
    assert "app_user" in written
    assert FIRST_PASSWORD not in written


def test_a_credential_and_a_handle_can_not_be_pickled(
    secret: RotatedSecret, async_secret: AsyncRotatedSecret, credential: Credential
) -> None:
    for thing in (credential, secret, async_secret):
        with pytest.raises(TypeError, match="can't be pickled"):
            pickle.dumps(thing)


def test_a_copy_is_as_closed_as_the_original(credential: Credential) -> None:
    for copied in (copy.copy(credential), copy.deepcopy(credential)):
        assert copied.password == FIRST_PASSWORD
        assert FIRST_PASSWORD not in repr(copied)
    hidden = Hidden("x")
    assert copy.copy(hidden) is copy.deepcopy(hidden) is hidden


def test_a_copy_of_a_handle_is_the_handle(
    secret: RotatedSecret, async_secret: AsyncRotatedSecret
) -> None:
    for handle in (secret, async_secret):
        assert copy.copy(handle) is handle
        assert copy.deepcopy({"DATABASES": [handle]}) == {"DATABASES": [handle]}


def test_an_error_can_be_copied_and_sent_to_another_process(
    secret: RotatedSecret, store: Store
) -> None:
    store.fails(failure("AccessDeniedException", "GetSecretValue"))
    with pytest.raises(SecretUnavailableError) as caught:
        secret.credential()
    for error in (copy.copy(caught.value), pickle.loads(pickle.dumps(caught.value))):  # noqa: S301  # our own
        assert str(error) == str(caught.value)
        assert (error.code, error.retry_helps) == ("AccessDeniedException", False)


def test_it_is_in_no_log_and_no_error_whatever_fails(
    secret: RotatedSecret, store: Store, hands: Hands, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "rotated_secret")

    def refuse(_: Credential) -> None:
        raise RefusedError

    secret.credential()
    store.fails(failure("ThrottlingException", "GetSecretValue"))
    hands.pass_by(1)
    with pytest.raises(RefusedError) as caught:
        secret.run(refuse, refused=lambda error: isinstance(error, RefusedError))
    told = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert "was still refused" in told
    assert "ThrottlingException" in told
    assert FIRST_PASSWORD not in told


def test_nothing_of_a_credential_can_be_changed(credential: Credential) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        credential.username = "other"  # type: ignore[misc]  # that is what is tried
