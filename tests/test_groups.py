"""Tests that share what is slow to start share a process."""

import os

import pytest


@pytest.mark.xdist_group("together")
def test_a_group_of_tests_is_known_as_one_where_tests_are_spread(
    request: pytest.FixtureRequest,
) -> None:
    spread = "PYTEST_XDIST_WORKER" in os.environ
    assert request.node.nodeid.endswith("@together") == spread
