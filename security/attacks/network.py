"""Ways out of the network, and changes to it."""

from collections.abc import Iterator

from security.attacks.attack import BOUNDARY, ENDPOINT, IDENTITY, Attack, refused
from security.identifiers import OTHER_ACCOUNT, REGION, arn
from security.intent import Intent
from security.parts import Parts
from security.principals import STRANGER

_INTERFACE = arn("ec2", "network-interface/eni-0example")
_INTERFACES = {
    "ec2:AssignPrivateIpAddresses": _INTERFACE,
    "ec2:CreateNetworkInterface": arn("ec2", "network-interface/*"),
    "ec2:DeleteNetworkInterface": _INTERFACE,
    "ec2:DescribeNetworkInterfaces": "*",
    "ec2:DescribeSubnets": "*",
    "ec2:UnassignPrivateIpAddresses": _INTERFACE,
}


def attacks(parts: Parts) -> Iterator[Attack]:
    """List what must not leave the network or change it."""
    for who in parts.all_code():
        # Where a function has interfaces, the boundary has to let all of them.
        inside = parts.has_interfaces(parts.home(who.name))
        layers = (IDENTITY,) if inside else (IDENTITY, BOUNDARY)
        for action, resource in _INTERFACES.items():
            intent = Intent(
                what="touch network interfaces, which Lambda alone may",
                who=who,
                action=action,
                resource=resource,
                context={"ec2:Region": REGION},
            )
            yield from refused(intent, *layers)
    if not parts.settings.network.vpc_id:
        yield from _groups(parts)
    yield from _smuggling(parts)


def _groups(parts: Parts) -> Iterator[Attack]:
    who, context = parts.function("default-group"), {"ec2:Region": REGION}
    for what, verb, group in (
        ("open the group that it closes", "Authorize", parts.security_group()),
        ("close another group", "Revoke", arn("ec2", "security-group/sg-0another")),
    ):
        for direction in ("Egress", "Ingress"):
            action = f"ec2:{verb}SecurityGroup{direction}"
            intent = Intent(what=what, who=who, action=action, resource=group, context=context)
            yield from refused(intent, IDENTITY, BOUNDARY)


def _smuggling(parts: Parts) -> Iterator[Attack]:
    """Credentials of the attacker's own account, brought into the network, are allowed there."""
    secret = arn("secretsmanager", "secret:loot-a1b2c3", account=OTHER_ACCOUNT)
    ways = [
        ("secretsmanager:CreateSecret", secret, "secretsmanager"),
        ("secretsmanager:PutSecretValue", secret, "secretsmanager"),
    ]
    if "s3" in parts.ways_out():  # otherwise there is no way to it
        ways += [
            ("s3:PutObject", "arn:aws:s3:::loot/password", "s3"),
            ("s3:GetObject", "arn:aws:s3:::loot/program", "s3"),
        ]
    for action, resource, endpoint in ways:
        intent = Intent(
            what="carry a password out to an account of their own",
            who=STRANGER,
            action=action,
            resource=resource,
            owner=OTHER_ACCOUNT,
            endpoint=endpoint,
        )
        yield from refused(intent, ENDPOINT)
