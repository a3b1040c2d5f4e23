"""When a rotation is overdue, and what to do then."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rotation_watch.age import Age, remedy

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def secret(**more: Any) -> Any:
    return {
        "Name": "orders/production/main/app",
        "RotationLambdaARN": "arn:aws:lambda:eu-west-1:111122223333:function:orders-rotation",
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
        (secret(RotationEnabled=False), True),
        (secret(RotationEnabled=False, CreatedDate=ago(1.9)), False),
        (secret(RotationEnabled=False, CreatedDate=ago(1.9), LastRotatedDate=ago(1)), True),
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
        "never had a rotation",
        "just made, no rotation yet",
        "just made, turned off after a rotation",
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


def test_the_remedy_names_the_log_and_the_secret() -> None:
    command = "aws secretsmanager rotate-secret --secret-id orders/production/main/app"
    assert "log /aws/lambda/orders-rotation says" in remedy(secret())
    assert remedy(secret()).endswith(command)


def test_a_rotation_that_was_turned_off_is_turned_on_or_its_secret_deleted() -> None:
    off = remedy(secret(RotationEnabled=False))
    for operation in ("rotate-secret", "delete-secret"):
        assert f"aws secretsmanager {operation} --secret-id orders/production/main/app" in off


def test_a_secret_that_never_had_a_function_can_not_be_rotated_by_hand() -> None:
    never = secret(RotationEnabled=False)
    del never["RotationLambdaARN"]
    assert "rotate-secret" not in remedy(never)
    assert "deploy" in remedy(never)
