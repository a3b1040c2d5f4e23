"""What the server's errors are told as."""

import pytest

from mysql_user import failures

CURED_BY_THE_NEXT = [
    code for code, (_, remedy) in failures._KINDS.items() if remedy.startswith("Nothing")
]


@pytest.mark.parametrize("code", CURED_BY_THE_NEXT)
def test_where_nothing_has_to_be_done_a_retry_helps(code: int) -> None:
    assert failures.failure(code, "words", "do it").retry_helps
