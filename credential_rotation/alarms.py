"""Alarms, and a dashboard of them."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from credential_rotation import metrics
from credential_rotation.alarm_topic import AlarmTopic

_DAY = Duration.days(1)


class Alarms(Construct):
    """Alarms that all ring at one topic."""

    def __init__(
        self, scope: Construct, construct_id: str, *, prefix: str, topic: AlarmTopic
    ) -> None:
        """Begin without any.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            prefix: What the alarms' names begin with; the topic admits those alone.
            topic: Where they ring.
        """
        super().__init__(scope, construct_id)
        self._prefix = prefix
        self._topic = topic
        self.alarms: list[cloudwatch.IAlarm] = []

    def on_failed_rotation(self, *, function: str, strategy: str) -> None:
        """Ring when a step of a rotation fails."""
        self._ring(
            f"{function.removeprefix(f'{self._prefix}-')}-failed",
            metrics.failures(function=function, strategy=strategy),
            "A step of the rotation failed. The function's log names secret, cause and remedy; "
            "AWSCURRENT still works.",
        )

    def on_overdue_rotations(self, name: str, *, watch: str, path: str) -> None:
        """Ring when a rotation has not succeeded in time, or nobody looks any more.

        Args:
            name: The alarm's name, without the prefix.
            watch: The name of the watching function.
            path: The path of the secrets. They have one alarm together: a metric and an alarm for
                each would cost $0.40 a month, each.
        """
        self._ring(
            name,
            metrics.watched("Overdue", function=watch, path=path, period=_DAY),
            f"Secrets of {path} were not rotated in time, or their rotation is off: the log of "
            f"{watch} names each, with the remedy. Or there is none left that it finds, or it has "
            "stopped.",
            silence=True,
        )

    def on_keys_of(self, user: str, *, reaper: str) -> None:
        """Ring when an access key gets old, somebody made one, or nobody looks any more."""
        self._ring(
            "access-key-late",
            metrics.reaped("Late", function=reaper, user=user, period=_DAY),
            f"An access key of the IAM user {user} has to be replaced within the days that people "
            "were promised (access_key.notice_days), or the reaper that measures it has stopped.",
            silence=True,
        )
        self._ring(
            "access-key-strange",
            metrics.reaped("StrangeKeys", function=reaper, user=user, period=_DAY),
            f"The IAM user {user} has an access key that no version of the secret holds. Nothing "
            "touches it, and it keeps the next rotation from making one.",
        )

    def on_trouble_of(self, function: str) -> None:
        """Ring when a function ends with an error or is throttled."""
        short = function.removeprefix(f"{self._prefix}-")
        for name, meaning in {
            "Errors": "ended with an error; its log says which",
            "Throttles": "was not run, because the account runs too many at once",
        }.items():
            metric = metrics.lambda_count(name, function=function)
            self._ring(f"{short}-{name.lower()}", metric, f"The function {function} {meaning}.")

    def _ring(
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
            alarm_name=f"{self._prefix}-{name}",
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
        alarm.add_alarm_action(self._topic.action)
        if silence:
            alarm.add_insufficient_data_action(self._topic.action)
        alarm.add_ok_action(self._topic.action)
        self.alarms.append(alarm)


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
        paths: Sequence[str],
    ) -> None:
        """Create the dashboard.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            name: The dashboard's name.
            alarms: All alarms.
            rotations: The strategies' names by the names of the rotating functions.
            watch: The name of the watching function.
            paths: The paths of the secrets.
        """
        super().__init__(scope, construct_id)
        ages = [
            metrics.watched(
                "DaysSinceRotation", function=watch, path=path, period=Duration.hours(6)
            )
            for path in paths
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
