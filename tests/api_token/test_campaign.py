"""A sample of the campaign of `make faults`: each fault once, under a client that keeps calling."""

import pytest

from tests.faults.scenarios.api_token import FAULTS, rotations


@pytest.mark.xdist_group("api_token")
def test_no_call_of_a_client_fails_while_a_token_rotates_under_faults() -> None:
    tally = rotations(len(FAULTS))
    assert tally.findings == []
    assert tally.good
