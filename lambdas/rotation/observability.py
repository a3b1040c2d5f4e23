"""Log entries and metrics of the functions; the only place that knows how they are written."""

import os
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from rotation.errors import RotationError

logger = Logger()
"""Structured, one JSON object a line; level and service come from the POWERTOOLS_ variables."""

_NAMESPACE = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "CredentialRotation")


@contextmanager
def observed(
    *, strategy: str, step: str, secret: str, correlation_id: str, request_id: str
) -> Iterator[None]:
    """Logs how a piece of work ended and counts it: Success or Failure, and Duration.

    The metrics have the dimensions `service`, `strategy` and `step`
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html).

    Args:
        strategy: The strategy's name.
        step: What is done.
        secret: ARN of the secret.
        correlation_id: What all entries of one rotation have in common.
        request_id: Id of the invocation.
    """
    logger.set_correlation_id(correlation_id)
    logger.append_keys(secret=secret, strategy=strategy, step=step, function_request_id=request_id)
    start = time.monotonic()
    try:
        yield
    except RotationError as error:
        _count("Failure", strategy, step, time.monotonic() - start)
        _log_failure(error)
        raise
    _count("Success", strategy, step, time.monotonic() - start)
    logger.info("%s succeeded", step)


def warn(strategy: str, step: str, cause: str, remedy: str) -> None:
    """Logs what a person should see to although the work went on, and counts it: Warning.

    Args:
        strategy: The strategy's name.
        step: What is done.
        cause: What happened and why. Like an error's, it holds no secret.
        remedy: What a person can do about it.
    """
    logger.warning("%s. %s.", cause, remedy, extra={"cause": cause, "remedy": remedy})
    metrics = EphemeralMetrics(namespace=_NAMESPACE)
    metrics.add_dimension("strategy", strategy)
    metrics.add_dimension("step", step)
    metrics.add_metric("Warning", MetricUnit.Count, 1)
    metrics.flush_metrics()


def _log_failure(error: RotationError) -> None:
    """Facts and frames only: the texts of the exceptions behind it may hold anything."""
    logger.error(
        str(error),
        extra={
            "error": type(error).__name__,
            "cause": error.cause,
            "remedy": error.remedy,
            "retry_helps": error.retry_helps,
            "behind_it": [type(link).__name__ for link in _chain(error)],
            "frames": traceback.format_tb(_chain(error)[-1].__traceback__),
        },
    )


def _chain(error: BaseException) -> list[BaseException]:
    chain = [error]
    while (deeper := chain[-1].__cause__) is not None:
        chain.append(deeper)
    return chain


def _count(outcome: str, strategy: str, step: str, seconds: float) -> None:
    metrics = EphemeralMetrics(namespace=_NAMESPACE)
    metrics.add_dimension("strategy", strategy)
    metrics.add_dimension("step", step)
    metrics.add_metric(outcome, MetricUnit.Count, 1)
    metrics.add_metric("Duration", MetricUnit.Milliseconds, seconds * 1000)
    metrics.flush_metrics()
