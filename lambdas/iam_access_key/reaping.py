"""The edge between the schedule and the reaper: when it is, and what is told."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import Metrics, MetricUnit

from iam_access_key.reaper import Reaper, Report
from iam_access_key.settings import Settings
from rotation.deadline import Deadline, LambdaContext
from rotation.errors import BadEventError, located
from rotation.observability import logger, observed
from rotation.rotating_secret import RotatingSecret

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

NAME = "reaper"
_NAMESPACE = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "CredentialRotation")


def reaper_handler(
    reaper: Reaper,
    client: SecretsManagerClient,
    settings: Settings,
    *,
    secret_id: str,
    seconds: float,
) -> Callable[[object, LambdaContext], None]:
    """Makes the Lambda handler that a schedule calls.

    The time is the event's, which is when EventBridge meant it to run.
    https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html

    Args:
        reaper: Does the work.
        client: Secrets Manager.
        settings: Whose keys, and when people are told.
        secret_id: ARN of the secret.
        seconds: The longest that it may take.

    Returns:
        The handler. It answers nothing, and raises RotationError if not all was done: then Lambda
        runs it again, and an alarm rings.
    """

    def handler(event: object, context: LambdaContext) -> None:
        with (
            observed(
                strategy=NAME,
                step="reap",
                secret=secret_id,
                correlation_id=context.aws_request_id,
                request_id=context.aws_request_id,
            ),
            located(secret=secret_id, step="reap"),
        ):
            now, deadline = _time_of(event), Deadline.of(context, most=seconds)
            secret = RotatingSecret(client, secret_id, deadline)
            report = reaper.reap(secret, now=now, deadline=deadline)
            tell(report, settings)

    return handler


def _time_of(event: object) -> datetime:
    try:
        return datetime.fromisoformat(event["time"]).astimezone(UTC)  # type: ignore[index]  # caught
    except (KeyError, TypeError, ValueError) as error:
        raise BadEventError(
            "The event has no time",
            remedy="Let the schedule invoke the function, or send time as EventBridge does",
        ) from error


def tell(report: Report, settings: Settings) -> None:
    """Logs what was done, and counts what people have to know.

    The metrics have the dimensions `service` and `user`: DaysLeft; Late (0 or 1: fewer days are
    left than people are promised); StrangeKeys.

    Args:
        report: Of the reaper.
        settings: Whose keys, and when people are told.
    """
    late = report.days_left < settings.notice.days
    for key_id, used in report.deactivated.items():
        logger.warning(
            "The access key %s, last used %s, was deactivated; until it is deleted it can be"
            " activated again",
            key_id,
            used or "never",
        )
    for key_id in report.deleted:
        logger.info("The access key %s was deleted", key_id)
    for key_id in report.strange:
        logger.error(
            "The access key %s is not of this secret and was not touched: find out who made it",
            key_id,
        )
    if late:
        logger.error("In %.1f days an access key has to be replaced", report.days_left)
    metrics = Metrics(namespace=_NAMESPACE)
    metrics.add_dimension("user", settings.user_name)
    metrics.add_metric("DaysLeft", MetricUnit.Count, report.days_left)
    metrics.add_metric("Late", MetricUnit.Count, int(late))
    metrics.add_metric("StrangeKeys", MetricUnit.Count, len(report.strange))
    metrics.flush_metrics()
