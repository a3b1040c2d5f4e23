"""Is everything rotating? One page."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from stacks.noticing import metrics

_HALF = 12
_WHOLE = 24
_HEIGHT = 6
_TALL = 8


class Dashboard(Construct):
    """A dashboard: alarms first, then ages, steps and their durations."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        alarms: Sequence[cloudwatch.IAlarm],
        rotations: Mapping[str, str],
        watch: str,
        secrets: Sequence[str],
    ) -> None:
        """Create the dashboard.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            name: The dashboard's name.
            alarms: All alarms.
            rotations: The strategies' names by the names of the rotating functions.
            watch: The name of the watching function.
            secrets: The names of the secrets.
        """
        super().__init__(scope, construct_id)
        ages = [
            metrics.watched(
                "DaysSinceRotation", function=watch, secret=secret, period=Duration.hours(6)
            )
            for secret in secrets
        ]
        board = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=name)
        board.add_widgets(
            cloudwatch.AlarmStatusWidget(
                alarms=list(alarms), title="Is everything rotating?", width=_HALF, height=_TALL
            ),
            cloudwatch.SingleValueWidget(
                metrics=list(ages), title="Days since rotation", width=_HALF, height=_TALL
            ),
        )
        for function, strategy in rotations.items():
            board.add_widgets(
                *(_graph(each, function, strategy) for each in ("Success", "Failure", "Duration"))
            )


def _graph(name: str, function: str, strategy: str) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(
        title=f"{function}: {name.lower()}{' in ms' if name == 'Duration' else ''}",
        left=[
            metrics.step(name, function=function, strategy=strategy, step=step)
            for step in metrics.STEPS
        ],
        width=_WHOLE // 3,
        height=_HEIGHT,
    )
