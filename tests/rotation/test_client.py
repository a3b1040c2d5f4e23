from rotation.client import ATTEMPTS, CONNECT_SECONDS, READ_SECONDS, secrets_manager_client
from rotation.deadline import RESERVE_SECONDS, STEP_SECONDS


def test_a_call_that_begins_at_the_last_moment_still_ends_in_time() -> None:
    function_seconds = 30
    longest_call = ATTEMPTS * (CONNECT_SECONDS + READ_SECONDS) + 1
    assert STEP_SECONDS + longest_call + RESERVE_SECONDS <= function_seconds


def test_the_client_has_these_time_outs_and_is_made_once() -> None:
    config = secrets_manager_client().meta.config
    assert config.connect_timeout == CONNECT_SECONDS  # type: ignore[attr-defined]  # not in the stubs
    assert config.read_timeout == READ_SECONDS  # type: ignore[attr-defined]
    assert config.retries["total_max_attempts"] == ATTEMPTS  # type: ignore[attr-defined]
    assert secrets_manager_client() is secrets_manager_client()
