"""CloudWatch.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
"""

from local.policies.access import Access
from local.policies.call import Call


def _put_metric_data(call: Call) -> list[Access]:
    context = {"cloudwatch:namespace": str(call.parameters["Namespace"])}
    return [Access(action=call.name, resource="*", context=context)]


OPERATIONS = {"PutMetricData": _put_metric_data}
