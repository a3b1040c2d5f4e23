"""CloudWatch.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
"""

from local.policies.call import Call
from local.policies.request import Access


def _put_metric_data(call: Call) -> list[Access]:
    context = {"cloudwatch:namespace": str(call.parameters["Namespace"])}
    return [Access(action=call.name, resource="*", context=context)]


def _describe_alarms(call: Call) -> list[Access]:
    """Name all alarms, whichever of them are asked for by state or by the names' beginning."""
    return [_access(call, f"{call.region}:{call.account}:alarm:*")]


def _on_alarm(call: Call) -> list[Access]:
    return [_access(call, f"{call.region}:{call.account}:alarm:{call.parameters['AlarmName']}")]


def _get_dashboard(call: Call) -> list[Access]:
    return [_access(call, f":{call.account}:dashboard/{call.parameters['DashboardName']}")]


def _get_metric_data(call: Call) -> list[Access]:
    return [Access(action=call.name, resource="*")]


def _access(call: Call, resource: str) -> Access:
    return Access(action=call.name, resource=f"arn:aws:cloudwatch:{resource}")


OPERATIONS = {
    "DescribeAlarmHistory": _on_alarm,
    "DescribeAlarms": _describe_alarms,
    "GetDashboard": _get_dashboard,
    "GetMetricData": _get_metric_data,
    "PutMetricData": _put_metric_data,
}
