"""CloudTrail tells of rotations as Secrets Manager records them."""

import json

import pytest
from botocore.exceptions import ClientError

from local.patience import wait_until

FAILS = "def handler(event, context):\n    raise RuntimeError('no')\n"


def recorded(aws, arn):
    events = aws.client("cloudtrail").lookup_events(
        LookupAttributes=[
            {"AttributeKey": "EventSource", "AttributeValue": "secretsmanager.amazonaws.com"}
        ]
    )["Events"]
    details = [json.loads(each["CloudTrailEvent"]) for each in events]
    return {each["eventName"] for each in details if each["additionalEventData"]["SecretId"] == arn}


def test_a_failed_rotation_and_its_start_are_recorded_with_the_arn(aws, name, function):
    secrets = aws.client("secretsmanager")
    arn = secrets.create_secret(Name=name, SecretString="{}")["ARN"]
    secrets.rotate_secret(
        SecretId=name,
        RotationLambdaARN=function(FAILS),
        RotationRules={"AutomaticallyAfterDays": 9},
    )
    wait_until(lambda: "RotationFailed" in recorded(aws, arn), seconds=60, what="the record")
    assert recorded(aws, arn) == {"RotationStarted", "RotationFailed"}


def test_another_way_to_look_is_refused(aws):
    with pytest.raises(ClientError, match="LookupEvents by Username"):
        aws.client("cloudtrail").lookup_events(
            LookupAttributes=[{"AttributeKey": "Username", "AttributeValue": "ann"}]
        )
