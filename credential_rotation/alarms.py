"""Alarms, and a dashboard of them."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from credential_rotation import metrics
from credential_rotation.alarm_topic import Topic
from credential_rotation.functions import PythonFunction
from credential_rotation.names import Names, arn_of

_DAY = Duration.days(1)


class Alarms(Construct):
    """Alarms that all ring at one topic.

    Attributes:
        names: What they are called.
    """

    def __init__(self, scope: Construct, construct_id: str, *, names: Names, topic: Topic) -> None:
        """Begin without any.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What the alarms' names begin with; the topic admits those alone.
            topic: Where they ring.
        """
        super().__init__(scope, construct_id)
        self._names = names
        self._action = actions.SnsAction(sns.Topic.from_topic_arn(self, "Topic", topic.arn))
        self.names: list[str] = []

    def on_failed_rotation(self, function: PythonFunction, *, strategy: str) -> None:
        """Ring when a step of a rotation fails."""
        self.ring(
            f"{self._short(function)}-failed",
            metrics.failures(function=function.name, strategy=strategy),
            "A step of a rotation failed. The log of the function "
            f"{function.name} names secret, cause and remedy; AWSCURRENT still works.",
        )

    def on_overdue_rotation(self, path: str, *, watch: str) -> None:
        """Ring when a rotation has not succeeded in time, or nobody looks any more.

        Args:
            path: What the secrets' names begin with. They have one alarm together: a metric and an
                alarm for each would cost $0.40 a month, each.
            watch: Name of the function that measures.
        """
        self.ring(
            "overdue",
            metrics.largest("Overdue", period=_DAY, service=watch, path=path),
            f"Secrets of {path} were not rotated in time, or their rotation is off: the log of "
            f"{watch} names each, with the remedy. Or there is none left that it finds, or it has "
            "stopped.",
            silence=True,
        )

    def on_trouble_of(self, function: PythonFunction) -> None:
        """Ring when a function ends with an error or is throttled."""
        self.ring(
            f"{self._short(function)}-trouble",
            metrics.trouble(function=function.name),
            f"The function {function.name} ended with an error, which its log tells, or was not "
            "run, because the account runs too many at once.",
        )

    def _short(self, function: PythonFunction) -> str:
        return function.name.removeprefix(f"{self._names.prefix}-")

    def ring(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        description: str,
        *,
        silence: bool = False,
    ) -> None:
        """Create an alarm.

        Args:
            name: Its name, without the prefix.
            metric: What it looks at: 1 or more rings.
            description: What a person reads when it rings.
            silence: Ring also when the metric comes no more. Not by counting missing values as
                too high: the alarm would ring at every first deployment, before there can be any.
                A new alarm is in the state INSUFFICIENT_DATA, which is no change and tells nobody;
                one that has seen a value and then gets none changes to it, which rings.
        """
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
        alarm = cloudwatch.Alarm(
            self,
            "".join(word.title() for word in name.split("-")),
            alarm_name=f"{self._names.prefix}-{name}",
            alarm_description=description,
            comparison_operator=(cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD),
            evaluation_periods=1,
            metric=metric,
            threshold=1,
            treat_missing_data=(
                cloudwatch.TreatMissingData.MISSING
                if silence
                else cloudwatch.TreatMissingData.NOT_BREACHING
            ),
        )
        alarm.add_alarm_action(self._action)
        if silence:
            alarm.add_insufficient_data_action(self._action)
        alarm.add_ok_action(self._action)
        self.names.append(f"{self._names.prefix}-{name}")


def ages(path: str, *, watch: str) -> cloudwatch.Metric:
    """How old the oldest rotation of a path's secrets is, in days.

    Args:
        path: What the secrets' names begin with.
        watch: Name of the function that measures.
    """
    return metrics.largest("DaysSinceRotation", period=Duration.hours(6), service=watch, path=path)


_HALF = 12
_WHOLE = 24
_HEIGHT = 6
_TALL = 8


class Dashboard(Construct):
    """A dashboard: alarms first, then ages, steps and their durations.

    It belongs to the platform and shows what databases of later stacks add, by their names alone.
    """

    def __init__(self, scope: Construct, construct_id: str, *, name: str) -> None:
        """Create the dashboard.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            name: The dashboard's name.
        """
        super().__init__(scope, construct_id)
        self._board = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=name)

    def add(
        self,
        title: str,
        *,
        alarms: Sequence[str],
        functions: Mapping[str, str],
        age: cloudwatch.IMetric | None = None,
    ) -> None:
        """Show a part.

        Args:
            title: What the part is called.
            alarms: Names of its alarms.
            functions: The strategies by the names of the functions that rotate.
            age: How old its rotations are.
        """
        stack = Stack.of(self)
        arns = [arn_of(stack, "cloudwatch", "alarm", name) for name in alarms]
        shown: list[cloudwatch.IWidget] = [
            cloudwatch.AlarmStatusWidget(
                alarms=[
                    cloudwatch.Alarm.from_alarm_arn(self, f"{title}-{number}", arn)
                    for number, arn in enumerate(arns)
                ],
                title=f"{title}: is everything rotating?",
                width=_HALF if age else _WHOLE,
                height=_TALL,
            )
        ]
        if age:
            shown.append(
                cloudwatch.SingleValueWidget(
                    metrics=[age],
                    title=f"{title}: days since the oldest rotation",
                    width=_HALF,
                    height=_TALL,
                )
            )
        self._board.add_widgets(*shown)
        if functions:
            self._board.add_widgets(
                *(_graph(each, title, functions) for each in ("Success", "Failure", "Duration"))
            )


def _graph(name: str, title: str, functions: Mapping[str, str]) -> cloudwatch.GraphWidget:
    """A graph of all functions together: a dashboard has 500 widgets, and 2,500 metrics, at most.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
    """
    return cloudwatch.GraphWidget(
        title=f"{title}: {name.lower()}{' in ms' if name == 'Duration' else ''}",
        left=[
            metrics.step(
                name, function=function, strategy=strategy, step=step, label=f"{function} {step}"
            )
            for function, strategy in functions.items()
            for step in metrics.STEPS
        ],
        width=_WHOLE // 3,
        height=_HEIGHT,
    )
