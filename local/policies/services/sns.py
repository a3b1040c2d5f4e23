"""SNS.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
"""

from moto.sns.models import sns_backends

from local.policies.call import Call
from local.policies.request import Access, Policy


def _publish(call: Call) -> list[Access]:
    arn = str(call.parameters["TopicArn"])
    topic = sns_backends[call.account][call.region].topics.get(arn)
    policy = Policy.read("the topic's policy", topic.policy) if topic else None
    return [Access(action=call.name, resource=arn, resource_policy=policy)]


OPERATIONS = {"Publish": _publish}
