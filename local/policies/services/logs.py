"""CloudWatch Logs.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
"""

from local.policies.call import Call
from local.policies.request import Access


def _everywhere(call: Call) -> list[Access]:
    return [Access(action=call.name, resource="*")]


def _on_stream(call: Call) -> list[Access]:
    """Name the log stream; for calls about the whole group AWS leaves its name empty."""
    group, stream = call.parameters["logGroupName"], call.parameters.get("logStreamName", "")
    arn = f"arn:aws:logs:{call.region}:{call.account}:log-group:{group}:log-stream:{stream}"
    return [Access(action=call.name, resource=arn)]


OPERATIONS = {
    "CreateLogGroup": _on_stream,
    "CreateLogStream": _on_stream,
    "DeleteLogGroup": _on_stream,
    "DeleteRetentionPolicy": _on_stream,
    "DescribeLogGroups": _everywhere,
    "DescribeLogStreams": _on_stream,
    "FilterLogEvents": _on_stream,
    "PutLogEvents": _on_stream,
    "PutRetentionPolicy": _on_stream,
}
