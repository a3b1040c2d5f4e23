"""EC2, as far as functions tend security groups, and Lambda makes interfaces for them.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from moto.ec2.models import ec2_backends

from local.policies.call import Call
from local.policies.request import Access


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


def _create_interface(call: Call) -> list[Access]:
    """Name everything that takes part; the interface itself does not exist yet."""
    groups = call.parameters.get("Groups", [])
    parts = [
        "network-interface/*",
        f"subnet/{call.parameters['SubnetId']}",
        *(f"security-group/{group}" for group in groups),
    ]
    return [_access(call, part) for part in parts]


def _on_interface(call: Call) -> list[Access]:
    return [_access(call, f"network-interface/{call.parameters['NetworkInterfaceId']}")]


def _access(call: Call, part: str) -> Access:
    return Access(
        action=call.name,
        resource=f"arn:aws:ec2:{call.region}:{call.account}:{part}",
        context={"ec2:Region": call.region},
    )


OPERATIONS = {
    "AuthorizeSecurityGroupEgress": _on_security_group,
    "AuthorizeSecurityGroupIngress": _on_security_group,
    "CreateNetworkInterface": _create_interface,
    "DeleteNetworkInterface": _on_interface,
    "DescribeNetworkInterfaces": _everywhere,
    "DescribeSecurityGroups": _everywhere,
    "DescribeSubnets": _everywhere,
    "DescribeVpcs": _everywhere,
    "RevokeSecurityGroupEgress": _on_security_group,
    "RevokeSecurityGroupIngress": _on_security_group,
}
