"""The function that answers for others, and those that it runs, in the wrong hands."""

from collections.abc import Iterator

from security.attacks.attack import BOUNDARY, IDENTITY, RESOURCE, Attack, refused
from security.attacks.readers import unrelated
from security.calls import Calls, invoke
from security.identifiers import ACCOUNT, arn
from security.intent import Intent
from security.parts import Parts
from security.principals import STRANGER, Principal

_FOREIGN = (
    arn("lambda", "function:payroll-production-application-users"),
    arn("lambda", "function:another"),
)
_SERVICES = ("secretsmanager.amazonaws.com", "events.amazonaws.com")


def attacks(parts: Parts) -> Iterator[Attack]:
    """List whom the answering function must not run, what it must not read, and who runs them."""
    who, makers = parts.function("custom-resources"), [each.code_of for each in parts.makers()]
    others = [parts.function(name).code_of for name in parts.functions()]
    for function in (*_FOREIGN, *(each for each in others if each not in makers)):
        what = "run a function that makes no custom resource of ours"
        yield from refused(_run(who, function, what), IDENTITY, BOUNDARY)
    for secret in (parts.secret("application"), parts.secret("admin")):
        yield from unrelated(Calls(parts), who, secret)
    for maker in makers:
        yield from _by_others(parts, maker)


def _by_others(parts: Parts, maker: str) -> Iterator[Attack]:
    what = "run a function that makes a custom resource"
    for name in parts.functions():
        who = parts.function(name)
        if name != "custom-resources":
            # The boundary is the most that all roles together may do: those about keys have
            # another one.
            layers = (IDENTITY, BOUNDARY) if parts.is_about_keys(who) else (IDENTITY,)
            yield from refused(_run(who, maker, what), *layers)
    if instance := parts.instance():
        yield from refused(_run(instance, maker, what), IDENTITY)
    yield from refused(_run(STRANGER, maker, what), RESOURCE)
    for service in _SERVICES:
        call = invoke(service, maker, parts.secret("application"), ACCOUNT, what)
        yield from refused(call, RESOURCE)


def _run(who: Principal, function: str, what: str) -> Intent:
    return Intent(what=what, who=who, action="lambda:InvokeFunction", resource=function)
