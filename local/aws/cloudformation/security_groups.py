"""Security groups and their rules, as CloudFormation makes them.

moto ignores the egress rules of a group's template, makes another group on an update, lets a
template's ingress rule live on when its resource is deleted, and has no resource for an egress
rule. It takes an IPv6 range for no range at all.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html
"""

from collections.abc import Callable
from typing import Any

from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.security_groups import SecurityGroup

from local.aws.cloudformation.completions import update_in_place
from local.aws.cloudformation.resource import Properties, Resource
from local.moto_patch import replace

_ANYWHERE = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}
"""What EC2 gives a group that is made without an egress rule."""


class _Rule(Resource):
    """A rule of a security group that is a resource of its own.

    Attributes:
        outwards: Whether it is about what may leave the group, not about what may get to it.
    """

    outwards: bool

    def create(self, properties: Properties) -> str:
        """Add the rule and return an id for it."""
        self._group, self._rule = properties["GroupId"], dict(properties)
        _authorize(self._service, self._group, self._rule, outwards=self.outwards)
        return self.name

    def update(self, properties: Properties) -> None:
        """Replace the rule."""
        self.make_anew(properties)

    def remove(self) -> None:
        """Take the rule away; it may have gone with its group."""
        if self._service.get_security_group_from_id(self._group):
            _revoke(self._service, self._group, self._rule, outwards=self.outwards)

    @property
    def _service(self) -> EC2Backend:
        return ec2_backends[self.account_id][self.region]


class SecurityGroupEgress(_Rule):
    """A rule for what may leave a security group."""

    type_name = "AWS::EC2::SecurityGroupEgress"
    outwards = True


class SecurityGroupIngress(_Rule):
    """A rule for what may get to a security group."""

    type_name = "AWS::EC2::SecurityGroupIngress"
    outwards = False


def _authorize(ec2: EC2Backend, group: str, rule: Properties, *, outwards: bool) -> None:
    act = ec2.authorize_security_group_egress if outwards else ec2.authorize_security_group_ingress
    act(**_arguments(group, rule, "Destination" if outwards else "Source"))


def _revoke(ec2: EC2Backend, group: str, rule: Properties, *, outwards: bool) -> None:
    act = ec2.revoke_security_group_egress if outwards else ec2.revoke_security_group_ingress
    act(**_arguments(group, rule, "Destination" if outwards else "Source"))


def _arguments(group: str, rule: Properties, peer: str) -> dict[str, Any]:
    """Translate a rule's properties into the arguments of moto's security groups."""
    ranges = [{key: rule[key]} for key in ("CidrIp", "CidrIpv6") if key in rule]
    other = rule.get(f"{peer}SecurityGroupId")
    prefix_list = rule.get(f"{peer}PrefixListId")
    return {
        "group_name_or_id": group,
        "ip_protocol": str(rule["IpProtocol"]),
        "from_port": rule.get("FromPort"),
        "to_port": rule.get("ToPort"),
        "ip_ranges": ranges,
        "source_groups": [{"GroupId": other}] if other else [],
        "prefix_list_ids": [{"PrefixListId": prefix_list}] if prefix_list else [],
    }


def _put_rules(group: SecurityGroup, properties: Properties) -> None:
    """Give a group the rules of its template, besides those of resources of their own."""
    ec2, known = group.ec2_backend, vars(group)
    wanted = {
        True: list(properties.get("SecurityGroupEgress") or [_ANYWHERE]),
        False: list(properties.get("SecurityGroupIngress") or []),
    }
    had: dict[bool, list[Properties]] = known.get("inline", {True: [_ANYWHERE], False: []})
    known["inline"] = wanted
    for outwards, rules in wanted.items():
        for rule in (each for each in had[outwards] if each not in rules):
            _revoke(ec2, group.id, rule, outwards=outwards)
        for rule in (each for each in rules if each not in had[outwards]):
            _authorize(ec2, group.id, rule, outwards=outwards)


def install() -> None:
    """Let groups be made, and updated in place, with all the rules of their templates."""
    create: Callable[..., SecurityGroup] = SecurityGroup.create_from_cloudformation_json

    def create_from_cloudformation_json(
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **more: Any,  # noqa: ANN401 - moto's, passed on
    ) -> SecurityGroup:
        properties = cloudformation_json["Properties"]
        bare = {k: v for k, v in properties.items() if not k.startswith("SecurityGroup")}
        definition = {**cloudformation_json, "Properties": bare}
        group = create(resource_name, definition, account_id, region_name, **more)
        try:
            _put_rules(group, properties)
        except BaseException:
            ec2_backends[account_id][region_name].delete_security_group(group_id=group.id)
            raise
        return group

    replace(
        SecurityGroup,
        "create_from_cloudformation_json",
        staticmethod(create_from_cloudformation_json),
    )
    update_in_place(SecurityGroup, _put_rules)
