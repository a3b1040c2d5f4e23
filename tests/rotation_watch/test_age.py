"""When a rotation is overdue."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rotation_watch.age import Age

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def secret(**more: Any) -> Any:
    return {
        "Name": "orders/production/application",
        "CreatedDate": ago(100),
        "RotationEnabled": True,
        "RotationRules": {"AutomaticallyAfterDays": 30, "ScheduleExpression": "rate(30 days)"},
        **more,
    }


@pytest.mark.parametrize(
    ("description", "overdue"),
    [
        (secret(LastRotatedDate=ago(1)), False),
        (secret(LastRotatedDate=ago(31.9)), False),
        (secret(LastRotatedDate=ago(32.1)), True),
        (secret(LastRotatedDate=ago(1), RotationEnabled=False), True),
        (secret(NextRotationDate=ago(-5)), False),
        (secret(NextRotationDate=ago(1.9)), False),
        (secret(NextRotationDate=ago(2.1)), True),
        (secret(), True),
        (secret(LastRotatedDate=ago(1), RotationRules={}, NextRotationDate=ago(-3)), False),
        (secret(LastRotatedDate=ago(1), RotationRules={}, NextRotationDate=ago(3)), True),
    ],
    ids=[
        "just rotated",
        "within the grace",
        "too late",
        "rotation is off",
        "never rotated, due later",
        "never rotated, within the grace",
        "never rotated, too late",
        "never rotated, no date",
        "no days, due later",
        "no days, too late",
    ],
)
def test_overdue(description: Any, *, overdue: bool) -> None:
    assert Age.of(description, now=NOW).overdue is overdue


def test_the_age_counts_from_the_last_rotation_or_else_from_the_creation() -> None:
    assert Age.of(secret(LastRotatedDate=ago(3)), now=NOW).since == timedelta(days=3)
    assert Age.of(secret(), now=NOW).since == timedelta(days=100)
