"""Tells CloudWatch how old the rotations of a platform's secrets are; called by a schedule.

A rotation that fails counts itself. One that nobody starts any more does not: an alarm on the
metrics of this function rings then, and it rings too when they stop coming.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from rotation.client import secrets_manager_client
from rotation_watch.age import Age, remedy
from rotation_watch.listing import watched

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.type_defs import SecretListEntryTypeDef

_PATH = os.environ["WATCHED_PATH"]
_NAMESPACE = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "CredentialRotation")
_DAY = 86400
_logger = Logger()
_client = secrets_manager_client()


def watch(_event: object, _context: object) -> None:
    """Count the overdue secrets of each path, and log which they are and what to do.

    Overdue is their number and DaysSinceRotation the largest age. The metrics have the dimensions
    `service` and `path`. A metric of its own for each secret would cost $0.30 a month, each.

    Raises:
        ClientError: Secrets Manager refused to list the secrets; the alarm rings.
        BotoCoreError: Secrets Manager was out of reach; the alarm rings.
    """
    now = datetime.now(UTC)
    for path, secrets in watched(_client, _PATH).items():
        ages = [(secret, Age.of(secret, now=now)) for secret in secrets]
        overdue = [(secret, age) for secret, age in ages if age.overdue]
        for secret, age in overdue:
            _log(path, secret, age)
        _count(path, len(overdue), max(age.since.total_seconds() / _DAY for _, age in ages))


def _log(path: str, secret: SecretListEntryTypeDef, age: Age) -> None:
    days = round(age.since.total_seconds() / _DAY, 1)
    what_to_do = remedy(secret)
    _logger.warning(
        "The rotation of %s is overdue after %s days. %s",
        *(secret["Name"], days, what_to_do),
        extra={"secret": secret["Name"], "path": path, "days": days, "remedy": what_to_do},
    )


def _count(path: str, overdue: int, days: float) -> None:
    metrics = EphemeralMetrics(namespace=_NAMESPACE)
    metrics.add_dimension("path", path)
    metrics.add_metric("Overdue", MetricUnit.Count, overdue)
    metrics.add_metric("DaysSinceRotation", MetricUnit.Count, days)
    metrics.flush_metrics()
