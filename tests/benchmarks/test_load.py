"""How the load is counted: a refused credential is never blamed on the database."""

import time

import psycopg
import pytest

from benchmarks.load import way
from benchmarks.load.front import Fault
from benchmarks.load.load import Outcome
from benchmarks.load.plan import Plan
from benchmarks.load.record import Record
from benchmarks.load.table import refused_anew
from benchmarks.load.tally import Absences, Tally

REFUSED = psycopg.OperationalError('FATAL:  password authentication failed for user "app"')
CUT = psycopg.OperationalError("server closed the connection unexpectedly")


@pytest.fixture
def absences():
    return Absences()


@pytest.fixture
def tally(absences):
    return Tally(absences)


def note(tally, begun, error):
    tally.note("library", Record.of("way", begun, error))


def counts(tally):
    count = tally.counts["library", "way"]
    return count.operations, count.failed, count.away


def test_what_fails_while_the_database_is_there_has_failed(tally):
    note(tally, time.monotonic(), CUT)
    note(tally, time.monotonic(), None)
    assert counts(tally) == (2, 1, 0)


def test_what_was_under_way_when_the_database_went_is_counted_for_itself(tally, absences):
    begun = time.monotonic()
    with absences.one():
        note(tally, begun, CUT)
    note(tally, begun, CUT)
    assert counts(tally) == (2, 0, 2)


def test_what_begins_after_the_database_is_back_has_failed(tally, absences):
    with absences.one():
        pass
    note(tally, time.monotonic(), CUT)
    assert counts(tally) == (1, 1, 0)


def test_a_refused_credential_has_failed_also_while_the_database_restarts(tally, absences):
    with absences.one():
        note(tally, time.monotonic(), REFUSED)
    assert counts(tally) == (1, 1, 0)
    assert tally.failed("library") == 1
    assert tally.failed("another") == 0


def test_refusals_that_no_cache_explains_are_told_by_themselves(tally):
    for operation in (way.FRESH, way.NEW):
        for error in (REFUSED, CUT, None):
            tally.note("library", Record.of(operation, time.monotonic(), error))
    outcome = Outcome("dual", Plan.spread(5, seconds=1), ("library", "another"), tally, 1.0)
    assert refused_anew(outcome, "library") == 1
    assert refused_anew(outcome, "another") == 0


@pytest.mark.parametrize("rotations", [5, 6, 79, 80, 200])
def test_every_fault_and_a_restart_come_within_the_rotations(rotations):
    plan = Plan.spread(rotations, seconds=1)
    assert {fault for fault, _ in plan.faults.values()} == set(Fault)
    assert plan.restarts
    assert max(*plan.faults, *plan.restarts) < rotations
    assert not plan.restarts & plan.faults.keys()
