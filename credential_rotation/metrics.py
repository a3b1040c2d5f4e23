"""The metrics that the functions emit, as alarms and the dashboard ask for them.

Names and dimensions are those of `lambdas/rotation/observability.py` and
`lambdas/rotation_watch/handler.py`, and of what a kind of credential emits besides.
"""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from credential_rotation.functions import METRICS_NAMESPACE

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
FIVE_MINUTES = Duration.minutes(5)


def step(
    name: str, *, function: str, strategy: str, step: str, label: str = ""
) -> cloudwatch.Metric:
    """A count of a rotation's step: `Success`, `Failure`; or its `Duration` in milliseconds.

    Args:
        name: The metric.
        function: The name of the rotating function.
        strategy: The strategy's name.
        step: Which of the four.
        label: What a graph calls it; the step, if left out.
    """
    return cloudwatch.Metric(
        namespace=METRICS_NAMESPACE,
        metric_name=name,
        dimensions_map={"service": function, "strategy": strategy, "step": step},
        label=label or step,
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


def largest(name: str, *, period: Duration, **of: str) -> cloudwatch.Metric:
    """The largest value of a metric of ours.

    Args:
        name: The metric.
        period: Of how long the largest value counts.
        of: Its dimensions; the last one's value labels it.
    """
    return cloudwatch.Metric(
        namespace=METRICS_NAMESPACE,
        metric_name=name,
        dimensions_map=of,
        label=list(of.values())[-1],
        period=period,
        statistic="Maximum",
    )


def trouble(*, function: str) -> cloudwatch.MathExpression:
    """How often a function ended with an error, or was not run at all."""
    return cloudwatch.MathExpression(
        expression="SUM(METRICS())",
        label=function,
        using_metrics={
            name.lower(): lambda_count(name, function=function) for name in ("Errors", "Throttles")
        },
        period=FIVE_MINUTES,
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
