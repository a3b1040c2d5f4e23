"""What comes out otherwise than intended ends the demonstration."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.demo.attempt import Attempt, Attempts, NotAsIntendedError
from local.demo.report import attempt_table


def raising(code: str) -> Any:
    def call() -> None:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "Call")

    return call


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException"])
def test_a_refusal_that_is_intended_is_written_down(code: str) -> None:
    attempts = Attempts()
    attempts.refused("ann", "read", raising(code))
    assert attempts.made == [Attempt("ann", "read", "refused")]


def test_what_should_have_been_refused_is_told() -> None:
    with pytest.raises(NotAsIntendedError, match=r"ann tried to read, .*: it was allowed"):
        Attempts().refused("ann", "read", lambda: None)


def test_an_error_that_is_no_refusal_is_none() -> None:
    with pytest.raises(NotAsIntendedError, match="ResourceNotFoundException"):
        Attempts().refused("ann", "read", raising("ResourceNotFoundException"))


def test_what_should_have_been_allowed_is_told() -> None:
    with pytest.raises(NotAsIntendedError, match="AccessDenied"):
        Attempts().allowed("ann", "rotate", raising("AccessDenied"))


def test_what_was_tried_many_times_must_never_have_failed() -> None:
    attempts = Attempts()
    attempts.succeeded("partner", "call", calls=12, failures=[])
    assert attempts.made == [Attempt("partner", "call", "12 calls, 0 failed")]
    with pytest.raises(NotAsIntendedError, match="InvalidClientTokenId"):
        attempts.succeeded("partner", "call", calls=12, failures=["InvalidClientTokenId"])
    with pytest.raises(NotAsIntendedError, match="it made no call"):
        attempts.succeeded("partner", "call", calls=0, failures=[])


def test_a_session_is_written_down_with_its_end() -> None:
    ends = datetime.now().astimezone() + timedelta(hours=1)
    attempts = Attempts()
    answer = attempts.allowed("ann", "be", lambda: {"Credentials": {"Expiration": ends}})
    assert answer["Credentials"]["Expiration"] == ends
    assert attempts.made == [Attempt("ann", "be", f"until {ends:%H:%M}")]
    assert attempt_table(attempts.made).row_count == 1
