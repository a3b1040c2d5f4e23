"""Tells CloudWatch how old the rotation of each secret is; called by a schedule.

A rotation that fails counts itself. One that nobody starts any more does not: an alarm on the
metrics of this function rings then, and it rings too when they stop coming.
"""

import os
from datetime import UTC, datetime

from aws_lambda_powertools.metrics import Metrics, MetricUnit

from rotation.client import secrets_manager_client
from rotation_watch.age import Age

_SECRETS = os.environ["SECRET_IDS"].split(",")
_NAMESPACE = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "CredentialRotation")
_client = secrets_manager_client()


def watch(_event: object, _context: object) -> None:
    """Write DaysSinceRotation and Overdue (0 or 1) of each secret in SECRET_IDS.

    The metrics have the dimensions `service` and `secret`, its name.

    Raises:
        ClientError: Secrets Manager refused to describe a secret; the alarm rings.
        BotoCoreError: Secrets Manager was out of reach; the alarm rings.
    """
    now = datetime.now(UTC)
    for arn in _SECRETS:
        description = _client.describe_secret(SecretId=arn)
        _report(description["Name"], Age.of(description, now=now))


def _report(secret: str, age: Age) -> None:
    metrics = Metrics(namespace=_NAMESPACE)
    metrics.add_dimension("secret", secret)
    metrics.add_metric("DaysSinceRotation", MetricUnit.Count, age.since.total_seconds() / 86400)
    metrics.add_metric("Overdue", MetricUnit.Count, int(age.overdue))
    metrics.flush_metrics()
