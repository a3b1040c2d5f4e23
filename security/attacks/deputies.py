"""Services that were told to act for somebody else."""

from collections.abc import Iterator

from security.attacks.attack import BOUNDARY, IDENTITY, RESOURCE, TRUST, Attack, refused
from security.attacks.readers import STRANGE_SECRET
from security.calls import assume, invoke
from security.identifiers import ACCOUNT, OTHER_ACCOUNT, arn
from security.intent import Intent
from security.parts import Parts
from security.principals import ADMINISTRATOR, STRANGER, Principal
from security.purposes.services import FLOW_LOG_ROLE, FLOW_LOGS

_SECRETS_MANAGER = "secretsmanager.amazonaws.com"


def attacks(parts: Parts) -> Iterator[Attack]:
    """List whom the services must not act for."""
    for secret, function in parts.rotators.items():
        yield from _invocations(parts, secret, function)
    yield from _assumptions(parts)
    if not parts.settings.network.vpc_id:
        ours = arn("ec2", "vpc-flow-log/fl-0example")
        yield from sources(FLOW_LOGS, parts.role(FLOW_LOG_ROLE), ours, _elsewhere(ours))


def _invocations(parts: Parts, secret: str, function: str) -> Iterator[Attack]:
    theirs = _elsewhere(secret)
    for what, service, source, account in (
        ("rotate for another account", _SECRETS_MANAGER, theirs, OTHER_ACCOUNT),
        ("rotate for another secret", _SECRETS_MANAGER, STRANGE_SECRET, ACCOUNT),
        ("rotate our secret for another account", _SECRETS_MANAGER, secret, OTHER_ACCOUNT),
        ("invoke from another service", "events.amazonaws.com", secret, ACCOUNT),
    ):
        yield from refused(invoke(service, function, source, account, what), RESOURCE)
    for other in parts.secrets():
        if parts.home_of(other) != parts.home_of(secret):
            what = "rotate for a secret of another home"
            call = invoke(_SECRETS_MANAGER, function, other, ACCOUNT, what)
            yield from refused(call, RESOURCE)
    what = "invoke the rotation"
    # RotateSecret asks whether its caller may.
    handing = {
        who for who, adopted in parts.adopters.items() if parts.rotators[adopted] == function
    }
    for who, layers in (
        (STRANGER, (RESOURCE,)),
        *((each, (IDENTITY, BOUNDARY)) for each in parts.all_code() if each.code_of not in handing),
    ):
        intent = Intent(what=what, who=who, action="lambda:InvokeFunction", resource=function)
        yield from refused(intent, *layers)


def _assumptions(parts: Parts) -> Iterator[Attack]:
    for name in parts.functions():
        role = parts.function(name)
        yield from refused(assume("ec2.amazonaws.com", role, f"act as {name}"), TRUST)
        for who in (ADMINISTRATOR, STRANGER):
            intent = Intent(
                what=f"act as {name}", who=who, action="sts:AssumeRole", resource=role.role_arn
            )
            yield from refused(intent, TRUST)


def sources(service: str, role: Principal, ours: str, theirs: str) -> Iterator[Attack]:
    """List for whom a service must not take a role on.

    Args:
        service: The service.
        role: The role.
        ours: ARN of what it is for.
        theirs: ARN of something else.
    """
    for what, context in {
        "act for another account": {"SourceArn": ours, "SourceAccount": OTHER_ACCOUNT},
        "act for another resource": {"SourceArn": theirs, "SourceAccount": ACCOUNT},
        "act without saying for whom": {},
    }.items():
        yield from refused(assume(service, role, what, **context), TRUST)


def _elsewhere(resource: str) -> str:
    return resource.replace(f":{ACCOUNT}:", f":{OTHER_ACCOUNT}:")
