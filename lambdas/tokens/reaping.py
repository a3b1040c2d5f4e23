"""The edge between the schedule and the reaper: when it is, and what is told."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from rotation.client import secrets_manager_client
from rotation.deadline import Deadline, LambdaContext
from rotation.errors import BadEventError, located
from rotation.observability import logger, observed
from rotation.rotating_secret import RotatingSecret
from tokens.intent import LABEL
from tokens.two_tokens import STEP_SECONDS

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from tokens.reaper import Reaper, Report

NAME = "reaper"
_NAMESPACE = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "CredentialRotation")


def reaper_handler(
    reaper: Reaper, client: SecretsManagerClient | None = None, *, secret_id: str = ""
) -> Callable[[object, LambdaContext], None]:
    """Makes the Lambda handler that a schedule calls.

    The time is the event's, which is when EventBridge meant it to run.
    https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html

    Args:
        reaper: Does the work.
        client: Secrets Manager; made here, while the function starts, if left out.
        secret_id: ARN of the secret; that of the environment (SECRET_ID) if left out.

    Returns:
        The handler. It answers nothing, and raises RotationError if not all was done: then Lambda
        runs it again, and an alarm rings.
    """
    secrets_manager = client or secrets_manager_client()
    secret_id = secret_id or os.environ.get("SECRET_ID", "")

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
            now, deadline = _time_of(event), Deadline.of(context, most=STEP_SECONDS)
            secret = RotatingSecret(secrets_manager, secret_id, deadline)
            tell(reaper, reaper.reap(secret, now=now, deadline=deadline))

    return handler


def _time_of(event: object) -> datetime:
    try:
        return datetime.fromisoformat(event["time"]).astimezone(UTC)  # type: ignore[index]  # caught
    except (KeyError, TypeError, ValueError) as error:
        raise BadEventError(
            "The event has no time",
            remedy="Let the schedule invoke the function, or send time as EventBridge does",
        ) from error


def tell(reaper: Reaper, report: Report) -> None:
    """Logs what was done, and counts what people have to know.

    The metrics have the dimension `service`: DaysLeft; Late (0 or 1: fewer days are left than
    people are promised); StrangeTokens, which counts those that are lost too.

    Args:
        reaper: Whose tokens they are, and when people are told.
        report: What it did.
    """
    noun = reaper.issuer.noun
    late = report.days_left < reaper.lives.notice.days
    for token_id, used in report.suspended.items():
        logger.warning(
            "The %s %s, last used %s, was deactivated; until it is deleted it can be activated"
            " again",
            noun,
            token_id,
            used or "never",
        )
    for token_id in report.revoked:
        logger.info("The %s %s was deleted", noun, token_id)
    for token_id in report.strange:
        logger.error(
            "The %s %s is not of this secret and was not touched: find out who made it",
            noun,
            token_id,
        )
    for name in sorted(report.lost):
        logger.error(
            "The %s %s, by its name or id, may exist and is in no version of the secret: look for"
            " it at its issuer and delete it, then take the label %s off its version",
            noun,
            name,
            LABEL,
        )
    if late:
        logger.error("In %.1f days the %s has to be replaced", report.days_left, noun)
    metrics = EphemeralMetrics(namespace=_NAMESPACE)
    metrics.add_metric("DaysLeft", MetricUnit.Count, report.days_left)
    metrics.add_metric("Late", MetricUnit.Count, int(late))
    strange = len(report.strange) + len(report.lost)
    metrics.add_metric("StrangeTokens", MetricUnit.Count, strange)
    metrics.flush_metrics()
