"""CloudTrail.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
"""

from local.policies.call import Call
from local.policies.request import Access


def _everywhere(call: Call) -> list[Access]:
    return [Access(action=call.name, resource="*")]


OPERATIONS = {"LookupEvents": _everywhere}
