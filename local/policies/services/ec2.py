"""EC2, as far as functions tend security groups.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from moto.ec2.models import ec2_backends

from local.policies.access import Access
from local.policies.call import Call


def _everywhere(call: Call) -> list[Access]:
    return [Access(action=call.name, resource="*", context={"ec2:Region": call.region})]


def _on_security_group(call: Call) -> list[Access]:
    group_id = call.parameters["GroupId"]
    account, region = call.account, call.region
    context = {"ec2:Region": region, "ec2:SecurityGroupID": group_id}
    group = ec2_backends[account][region].get_security_group_from_id(group_id)
    if group:
        context["ec2:Vpc"] = f"arn:aws:ec2:{region}:{account}:vpc/{group.vpc_id}"
        context |= {f"aws:ResourceTag/{tag['key']}": tag["value"] for tag in group.get_tags()}
    arn = f"arn:aws:ec2:{region}:{account}:security-group/{group_id}"
    return [Access(action=call.name, resource=arn, context=context)]


OPERATIONS = {
    "AuthorizeSecurityGroupEgress": _on_security_group,
    "AuthorizeSecurityGroupIngress": _on_security_group,
    "DescribeSecurityGroups": _everywhere,
    "RevokeSecurityGroupEgress": _on_security_group,
    "RevokeSecurityGroupIngress": _on_security_group,
}
