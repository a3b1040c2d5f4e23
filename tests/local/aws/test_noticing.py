"""Alarms, topics and rules are made as a template says, and changed in place."""

import json

TOPIC = {"Type": "AWS::SNS::Topic"}
TOPIC_ARN = {"Topic": {"Value": {"Ref": "Topic"}}}


def alarm(threshold, **properties):
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmName": "orders-failed",
            "AlarmActions": [{"Ref": "Topic"}],
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "EvaluationPeriods": 1,
            "Threshold": threshold,
            **properties,
        },
    }


STAT = {
    "Metric": {
        "MetricName": "Failure",
        "Namespace": "CredentialRotation",
        "Dimensions": [{"Name": "step", "Value": "setSecret"}],
    },
    "Period": 300,
    "Stat": "Sum",
}


def alarms(aws):
    return aws.client("cloudwatch").describe_alarms(AlarmNames=["orders-failed"])["MetricAlarms"]


def test_an_alarm_on_an_expression_is_made_changed_and_deleted(aws, stack):
    metrics = [
        {"Id": "sum", "Expression": "SUM(METRICS())", "ReturnData": True},
        {"Id": "m0", "MetricStat": STAT, "ReturnData": False},
    ]
    stack.deploy({"Topic": TOPIC, "Alarm": alarm(1, Metrics=metrics)}, TOPIC_ARN)
    [made] = alarms(aws)
    assert made["AlarmActions"] == [stack.outputs()["Topic"]]
    [_, query] = made["Metrics"]
    assert query["MetricStat"]["Metric"]["Dimensions"] == [{"Name": "step", "Value": "setSecret"}]
    stack.deploy({"Topic": TOPIC, "Alarm": alarm(2, Metrics=metrics)})
    assert [each["Threshold"] for each in alarms(aws)] == [2.0]
    stack.deploy({"Topic": TOPIC})
    assert alarms(aws) == []


def test_an_alarm_with_a_property_that_is_not_known_fails_the_deployment(stack):
    odd = alarm(1, MetricName="Errors", Namespace="AWS/Lambda", ThresholdMetricId="band")
    assert stack.deploy({"Topic": TOPIC, "Alarm": odd}) == "ROLLBACK_COMPLETE"
    assert any("ThresholdMetricId" in reason for reason in stack.reasons())


def test_a_topic_has_the_policy_of_the_template(aws, stack):
    statement = {
        "Sid": "Publish",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": {"Ref": "Topic"},
    }
    policy = {
        "Type": "AWS::SNS::TopicPolicy",
        "Properties": {
            "Topics": [{"Ref": "Topic"}],
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        },
    }
    stack.deploy({"Topic": TOPIC, "Policy": policy}, TOPIC_ARN)
    client = aws.client("sns")
    arn = stack.outputs()["Topic"]
    given = json.loads(client.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"])
    assert given["Statement"] == [{**statement, "Resource": arn}]


def test_a_rule_has_the_state_and_the_pattern_of_the_template(aws, stack):
    pattern = {"source": ["aws.secretsmanager"], "detail": {"eventName": ["DeleteSecret"]}}
    state = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    rule = {
        "Type": "AWS::Events::Rule",
        "Properties": {"Name": "orders-changed", "EventPattern": pattern, "State": state},
    }
    stack.deploy({"Rule": rule})
    made = aws.client("events").describe_rule(Name="orders-changed")
    assert (json.loads(made["EventPattern"]), made["State"]) == (pattern, state)


def test_a_topic_has_the_subscriptions_of_the_template(aws, stack):
    def subscriptions():
        listed = aws.client("sns").list_subscriptions()["Subscriptions"]
        return [(each["Protocol"], each["Endpoint"]) for each in listed]

    def email(address):
        properties = {"TopicArn": {"Ref": "Topic"}, "Protocol": "email", "Endpoint": address}
        return {"Type": "AWS::SNS::Subscription", "Properties": properties}

    stack.deploy({"Topic": TOPIC, "Email": email("team@example.com")})
    assert subscriptions() == [("email", "team@example.com")]
    stack.deploy({"Topic": TOPIC, "Email": email("pager@example.com")})
    assert subscriptions() == [("email", "pager@example.com")]
    stack.deploy({"Topic": TOPIC})
    assert subscriptions() == []


def test_a_topic_is_told_of_an_instance_that_there_is(aws, stack):
    def told(*categories, of="orders"):
        properties = {
            "SnsTopicArn": {"Ref": "Topic"},
            "SourceType": "db-instance",
            "SourceIds": [of],
            "EventCategories": list(categories),
        }
        return {"Type": "AWS::RDS::EventSubscription", "Properties": properties}

    def subscriptions():
        listed = aws.client("rds").describe_event_subscriptions()["EventSubscriptionsList"]
        return [(each["SourceIdsList"], each["EventCategoriesList"]) for each in listed]

    aws.client("rds").create_db_instance(
        DBInstanceIdentifier="orders", DBInstanceClass="db.t4g.medium", Engine="postgres"
    )
    stack.deploy({"Topic": TOPIC, "Told": told("failure")})
    assert subscriptions() == [(["orders"], ["failure"])]
    stack.deploy({"Topic": TOPIC, "Told": told("failure", "maintenance")})
    assert subscriptions() == [(["orders"], ["failure", "maintenance"])]
    stack.deploy({"Topic": TOPIC})
    assert subscriptions() == []
    assert (
        stack.deploy({"Topic": TOPIC, "Told": told("failure", of="nowhere")}) != "UPDATE_COMPLETE"
    )
