"""A small load: applications on our library through rotations and faults, nothing fails."""

import pytest

from benchmarks.load.database import database
from benchmarks.load.load import run
from benchmarks.load.plan import Plan
from benchmarks.load.table import WAYS

ROTATIONS = 6


@pytest.fixture(autouse=True)
def trusting(aws, monkeypatch):
    monkeypatch.setenv("RDS_CA_BUNDLE", str(aws.authorities))


@pytest.mark.parametrize("strategy", ["alternating", "single"])
def test_no_operation_fails_while_the_secret_rotates_and_secrets_manager_fails(aws, strategy):
    plan = Plan.spread(ROTATIONS, seconds=0.5)
    assert len(plan.faults) == 3
    assert len(plan.restarts) == 1
    with database(aws, "postgres") as server:
        outcome = run(aws, server, strategy, plan, others=False, tell=lambda _: None)
    [ours] = outcome.libraries
    counts = {way: outcome.tally.counts[ours, way] for way in WAYS}
    assert {way: count.errors for way, count in counts.items() if count.failed} == {}
    assert all(count.operations > count.away for count in counts.values())
