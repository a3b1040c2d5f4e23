"""The function that answers for others, and those that it runs, in the wrong hands."""

from collections.abc import Iterator

from security.attacks.attack import BOUNDARY, IDENTITY, RESOURCE, Attack, refused
from security.calls import invoke
from security.identifiers import ACCOUNT, arn
from security.intent import Intent
from security.parts import Parts
from security.principals import STRANGER, Principal
from security.purposes.functions import RELAY

_FOREIGN = (
    arn("lambda", "function:payroll-production-any-users"),
    arn("lambda", "function:another"),
)
_SERVICES = ("secretsmanager.amazonaws.com", "events.amazonaws.com")


def attacks(parts: Parts) -> Iterator[Attack]:
    """List whom the answering function must not run, and who must not run those that it does."""
    who, makers = parts.function(RELAY), [each.code_of for each in parts.makers()]
    others = [each.code_of for each in parts.all_code() if each.code_of not in makers]
    for function in (*_FOREIGN, *others):
        what = "run a function that makes no custom resource of ours"
        yield from refused(run(who, function, what), IDENTITY, BOUNDARY)
    for maker in makers:
        yield from _by_others(parts, maker)


def _by_others(parts: Parts, maker: str) -> Iterator[Attack]:
    what = "run a function that makes a custom resource"
    for who in parts.all_code():
        if who.name != RELAY:
            # The boundary is the most that all roles together may do: where secrets are at home
            # it is another one than the relay's.
            layers = (IDENTITY, BOUNDARY) if parts.home(who.name) else (IDENTITY,)
            yield from refused(run(who, maker, what), *layers)
    yield from refused(run(STRANGER, maker, what), RESOURCE)
    for service in _SERVICES:
        call = invoke(service, maker, parts.secrets()[0], ACCOUNT, what)
        yield from refused(call, RESOURCE)


def run(who: Principal, function: str, what: str) -> Intent:
    """Somebody runs a function."""
    return Intent(what=what, who=who, action="lambda:InvokeFunction", resource=function)
