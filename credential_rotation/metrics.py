"""The metrics that the functions emit, as alarms and the dashboard ask for them.

Names and dimensions are those of `lambdas/rotation/observability.py`,
`lambdas/rotation_watch/handler.py` and `lambdas/iam_access_key/reaping.py`.
"""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from credential_rotation.functions import METRICS_NAMESPACE

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
FIVE_MINUTES = Duration.minutes(5)


def step(name: str, *, function: str, strategy: str, step: str) -> cloudwatch.Metric:
    """A count of a rotation's step: `Success`, `Failure`; or its `Duration` in milliseconds.

    Args:
        name: The metric.
        function: The name of the rotating function.
        strategy: The strategy's name.
        step: Which of the four.
    """
    return cloudwatch.Metric(
        namespace=METRICS_NAMESPACE,
        metric_name=name,
        dimensions_map={"service": function, "strategy": strategy, "step": step},
        label=step,
        period=FIVE_MINUTES,
        statistic="Maximum" if name == "Duration" else "Sum",
    )


def failures(*, function: str, strategy: str) -> cloudwatch.MathExpression:
    """How many steps of a rotation failed."""
    each = {
        f"m{number}": step("Failure", function=function, strategy=strategy, step=name)
        for number, name in enumerate(STEPS)
    }
    return cloudwatch.MathExpression(
        expression="SUM(METRICS())", label="failed steps", using_metrics=each, period=FIVE_MINUTES
    )


def watched(name: str, *, function: str, path: str, period: Duration) -> cloudwatch.Metric:
    """What the watch says of the secrets of a path: the largest `DaysSinceRotation`, or `Overdue`.

    Args:
        name: The metric.
        function: The name of the watching function.
        path: What the secrets are tagged with.
        period: Of how long the largest value counts.
    """
    return _largest(name, period, service=function, path=path)


def reaped(name: str, *, function: str, user: str, period: Duration) -> cloudwatch.Metric:
    """What the reaper says of a user's access keys: `Late` or `StrangeKeys`.

    Args:
        name: The metric.
        function: The name of the reaping function.
        user: The user's name.
        period: Of how long the largest value counts.
    """
    return _largest(name, period, service=function, user=user)


def _largest(name: str, period: Duration, *, service: str, **of: str) -> cloudwatch.Metric:
    [label] = of.values()
    return cloudwatch.Metric(
        namespace=METRICS_NAMESPACE,
        metric_name=name,
        dimensions_map={"service": service, **of},
        label=label,
        period=period,
        statistic="Maximum",
    )


def lambda_count(name: str, *, function: str) -> cloudwatch.Metric:
    """A count that Lambda keeps of a function: `Errors` or `Throttles`."""
    return cloudwatch.Metric(
        namespace="AWS/Lambda",
        metric_name=name,
        dimensions_map={"FunctionName": function},
        label=function,
        period=FIVE_MINUTES,
        statistic="Sum",
    )
