"""Resource types of what notices: records in moto, which watch and send nothing."""

import json
from typing import Any

from moto.cloudwatch.models import (
    CloudWatchBackend,
    Dimension,
    Metric,
    MetricDataQuery,
    MetricStat,
    cloudwatch_backends,
)
from moto.rds.models import RDSBackend, rds_backends
from moto.sns.models import SNSBackend, sns_backends

from local.aws.cloudformation.resource import Properties, Resource


class Alarm(Resource):
    """An alarm."""

    type_name = "AWS::CloudWatch::Alarm"
    attributes = ("Arn",)

    def create(self, properties: Properties) -> str:
        """Make the alarm and return its name."""
        name = str(properties.get("AlarmName", self.name))
        self._service.put_metric_alarm(name=name, **_arguments(properties))
        return name

    def update(self, properties: Properties) -> None:
        """Write the alarm over."""
        self._service.put_metric_alarm(name=self._physical_id, **_arguments(properties))

    def remove(self) -> None:
        """Delete the alarm."""
        self._service.delete_alarms([self._physical_id])

    def attribute(self, name: str) -> str:
        """Return the alarm's ARN."""
        del name
        return f"arn:aws:cloudwatch:{self.region}:{self.account_id}:alarm:{self._physical_id}"

    @property
    def _service(self) -> CloudWatchBackend:
        backend: CloudWatchBackend = cloudwatch_backends[self.account_id][self.region]
        return backend


class _InSns(Resource):
    """A resource of SNS."""

    @property
    def _service(self) -> SNSBackend:
        backend: SNSBackend = sns_backends[self.account_id][self.region]
        return backend


class TopicPolicy(_InSns):
    """The policy of some topics."""

    type_name = "AWS::SNS::TopicPolicy"

    def create(self, properties: Properties) -> str:
        """Put the policy on the topics."""
        for arn in properties["Topics"]:
            self._service.get_topic(arn).policy = json.dumps(properties["PolicyDocument"])
        return self.name

    def update(self, properties: Properties) -> None:
        """Put the new policy in its place."""
        self.create(properties)


class Subscription(_InSns):
    """Somebody who is told what is published to a topic."""

    type_name = "AWS::SNS::Subscription"

    def create(self, properties: Properties) -> str:
        """Subscribe, and return the subscription's ARN."""
        made = self._service.subscribe(
            properties["TopicArn"], properties["Endpoint"], properties["Protocol"]
        )
        return str(made.arn)

    def update(self, properties: Properties) -> None:
        """Subscribe in the old one's place."""
        self.make_anew(properties)

    def remove(self) -> None:
        """Unsubscribe."""
        self._service.unsubscribe(self._physical_id)


class EventSubscription(Resource):
    """A topic that is told what happens to databases."""

    type_name = "AWS::RDS::EventSubscription"

    def create(self, properties: Properties) -> str:
        """Subscribe the topic, and return the subscription's name.

        Raises:
            DBInstanceNotFoundError: There is no such instance to tell of.
            DBClusterNotFoundError: There is no such cluster.
        """
        sources = properties.get("SourceIds", [])
        of_clusters = properties.get("SourceType") == "db-cluster"
        for source in sources:
            if of_clusters:
                self._service.describe_db_clusters(source)
            else:
                self._service.describe_db_instances(source)
        name = str(properties.get("SubscriptionName", self.name))
        self._service.create_event_subscription(
            {
                "subscription_name": name,
                "sns_topic_arn": properties["SnsTopicArn"],
                "source_type": properties.get("SourceType"),
                "event_categories": properties.get("EventCategories", []),
                "source_ids": sources,
                "enabled": properties.get("Enabled", True),
            }
        )
        return name

    def update(self, properties: Properties) -> None:
        """Subscribe anew in the old one's place."""
        self.make_anew(properties)

    def remove(self) -> None:
        """Unsubscribe the topic."""
        self._service.delete_event_subscription(self._physical_id)

    @property
    def _service(self) -> RDSBackend:
        backend: RDSBackend = rds_backends[self.account_id][self.region]
        return backend


_ARGUMENTS = {
    "ActionsEnabled": "actions_enabled",
    "AlarmActions": "alarm_actions",
    "AlarmDescription": "description",
    "ComparisonOperator": "comparison_operator",
    "DatapointsToAlarm": "datapoints_to_alarm",
    "Dimensions": "dimensions",
    "EvaluationPeriods": "evaluation_periods",
    "InsufficientDataActions": "insufficient_data_actions",
    "MetricName": "metric_name",
    "Namespace": "namespace",
    "OKActions": "ok_actions",
    "Period": "period",
    "Statistic": "statistic",
    "Tags": "tags",
    "Threshold": "threshold",
    "TreatMissingData": "treat_missing_data",
}
_REQUIRED = ("namespace", "metric_name", "period", "statistic", "description")
"""What moto wants to be told, if only that it is missing."""


def _arguments(properties: Properties) -> dict[str, Any]:
    """Name an alarm's properties as moto does.

    Raises:
        KeyError: The alarm has a property that is not known here.
    """
    given = {
        _ARGUMENTS[name]: value
        for name, value in properties.items()
        if name not in {"AlarmName", "Metrics"}
    }
    queries = [_query(each) for each in properties.get("Metrics", [])]
    missing = dict.fromkeys(_REQUIRED)
    return {
        **missing,
        "dimensions": [],
        "alarm_actions": [],
        **given,
        "metric_data_queries": queries or None,
    }


def _query(query: Properties) -> MetricDataQuery:
    stat = query.get("MetricStat")
    return MetricDataQuery(
        query_id=query["Id"],
        label=_or_none(query, "Label"),
        period=_or_none(query, "Period"),
        return_data=query.get("ReturnData", True),
        expression=query.get("Expression"),
        metric_stat=_stat(stat) if stat else None,
    )


def _stat(stat: Properties) -> MetricStat:
    metric = stat["Metric"]
    return MetricStat(
        metric=Metric(
            metric_name=metric["MetricName"],
            namespace=metric["Namespace"],
            dimensions=[
                Dimension(each["Name"], each["Value"]) for each in metric.get("Dimensions", [])
            ],
        ),
        period=stat["Period"],
        stat=stat["Stat"],
        unit=_or_none(stat, "Unit"),
    )


def _or_none(properties: Properties, name: str) -> Any:  # noqa: ANN401  # moto takes None, its types don't
    return properties.get(name)
