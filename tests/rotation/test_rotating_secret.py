from typing import Any, cast

import pytest
from botocore.exceptions import ConnectTimeoutError

from fakes.secrets_manager import SecretsManager, failure
from rotation.deadline import Deadline
from rotation.errors import BadSecretError, OutOfTimeError, SecretsManagerError
from rotation.rotating_secret import RotatingSecret

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEf"


def secret(manager: SecretsManager, *, seconds: float = 10) -> RotatingSecret:
    return RotatingSecret(cast("Any", manager), ARN, Deadline(seconds))


@pytest.mark.parametrize(
    ("code", "status", "helps"),
    [
        ("AccessDeniedException", 400, False),
        ("DecryptionFailure", 400, False),
        ("ThrottlingException", 400, True),
        ("InternalServiceError", 500, True),
        ("SomethingNew", 503, True),
    ],
)
def test_a_refused_call_says_which_and_whether_a_retry_helps(
    code: str, status: int, *, helps: bool
) -> None:
    manager = SecretsManager()

    def refuse(_: str) -> None:
        raise failure(code, "GetSecretValue", status)

    manager.before = refuse
    with pytest.raises(SecretsManagerError, match=f"{code} to get_secret_value on {ARN}") as caught:
        secret(manager).current()
    assert caught.value.retry_helps is helps
    assert caught.value.code == code


@pytest.mark.parametrize(("patience", "pauses"), [(12.0, 6), (0.0, 0)])
def test_rights_are_waited_for_by_all_calls_together(patience: float, pauses: int) -> None:
    """A deployment's may be seconds old; those of a rotation are not."""
    manager, waited = SecretsManager(), list[float]()

    def refuse(_: str) -> None:
        raise failure("AccessDeniedException", "GetSecretValue")

    manager.before = refuse
    denied = RotatingSecret(
        cast("Any", manager), ARN, Deadline(60), patience=patience, pause=waited.append
    )
    for call in (denied.current, denied.versions):
        with pytest.raises(SecretsManagerError, match="AccessDeniedException"):
            call()
    assert waited == [2.0] * pauses


def test_an_endpoint_that_does_not_answer_is_a_matter_of_time() -> None:
    manager = SecretsManager()

    def time_out(_: str) -> None:
        raise ConnectTimeoutError(endpoint_url="https://example.com")

    manager.before = time_out
    with pytest.raises(SecretsManagerError, match="ConnectTimeoutError") as caught:
        secret(manager).versions()
    assert caught.value.retry_helps


def test_binary_data_that_a_person_has_corrected_is_in_nobodys_way() -> None:
    """It is AWSPREVIOUS then, and no credential; AWSCURRENT has to be one."""
    manager = SecretsManager()
    manager.create(ARN, {"password": "x"})
    manager.put(ARN, "AWSPREVIOUS", b'{"password": "x"}')
    assert secret(manager).previous() is None
    manager.put(ARN, "AWSCURRENT", b'{"password": "x"}')
    for read in (secret(manager).current, lambda: secret(manager).labelled("AWSCURRENT")):
        with pytest.raises(BadSecretError, match="binary"):
            read()


def test_after_the_deadline_no_call_is_begun() -> None:
    manager = SecretsManager()
    with pytest.raises(OutOfTimeError):
        secret(manager, seconds=0).current()
    assert not manager.calls


def test_binary_content_is_refused() -> None:
    manager = SecretsManager()
    version = manager.create(ARN, "")
    manager.secrets[ARN].contents[version] = cast("Any", b"binary")
    with pytest.raises(BadSecretError, match="binary"):
        secret(manager).current()


def test_a_missing_previous_version_is_none() -> None:
    manager = SecretsManager()
    manager.create(ARN, "1")
    assert secret(manager).previous() is None


def test_a_previous_version_that_may_not_be_read_is_an_error() -> None:
    manager = SecretsManager()

    def refuse(_: str) -> None:
        raise failure("AccessDeniedException", "GetSecretValue")

    manager.before = refuse
    with pytest.raises(SecretsManagerError):
        secret(manager).previous()
    with pytest.raises(SecretsManagerError):
        secret(manager).pending("token")
