"""Functions about one token that want more, and others that want it."""

from collections.abc import Iterator

from security.attacks.attack import BOUNDARY, IDENTITY, RESOURCE, Attack, refused
from security.attacks.needs import Needs
from security.attacks.noticing import invoked_by_others
from security.attacks.readers import other_versions
from security.calls import Calls
from security.intent import Intent
from security.kinds.api_tokens.purposes import TokenParts, purposes, tokens
from security.kinds.applications import beyond
from security.kinds.others_secrets import attacks_on
from security.parts import Parts
from security.principals import ADMINISTRATOR, STRANGER, Principal
from security.purposes.keys import deployer

_POINT_ELSEWHERE = {
    "UpdateFunctionConfiguration": "give the function another declaration",
    "UpdateFunctionCode": "give the function other code",
    "AddPermission": "let somebody else call the function",
}


def attacks(parts: Parts) -> Iterator[Attack]:
    """List what must be denied around each token."""
    calls, needs = Calls(parts), Needs(purposes(parts))
    managed: dict[str, set[str]] = {}
    own: dict[str, set[str]] = {}
    for token in tokens(parts):
        yield from _elsewhere(token)
        yield from _reaper(calls, token)
        yield from _readers(calls, token)
        secret = token.given.management_secret_arn
        if secret:
            managed.setdefault(secret, set()).add(token.home)
            for who in token.functions():
                yield from other_versions(calls, who, secret)
        for reader in token.given.readers:
            own.setdefault(reader, set()).add(token.secret)
    for secret, homes in managed.items():
        yield from attacks_on(calls, needs, secret, homes=homes, admitted=False)
    for reader, secrets in own.items():
        yield from beyond(calls, reader, secrets)


def _elsewhere(token: TokenParts) -> Iterator[Attack]:
    """Whoever changes a declaration has tokens sent to another host."""
    for function in token.functions():
        for operation, what in _POINT_ELSEWHERE.items():
            for who in token.parts.all_code():
                yield from refused(_on(who, operation, function, what), IDENTITY, BOUNDARY)
            yield from refused(_on(STRANGER, operation, function, what), RESOURCE)


def _on(who: Principal, operation: str, function: Principal, what: str) -> Intent:
    return Intent(what=what, who=who, action=f"lambda:{operation}", resource=function.code_of)


def _reaper(calls: Calls, token: TokenParts) -> Iterator[Attack]:
    reaper = token.function("reaper")
    what = "put another token into the secret, and not only end those before"
    yield from refused(calls.secret_alone(reaper, "PutSecretValue", token.secret, what), IDENTITY)
    rule = token.parts.rule(f"{token.home}-reaper")
    yield from invoked_by_others(reaper, "the reaper", rule=rule)


def _readers(calls: Calls, token: TokenParts) -> Iterator[Attack]:
    for who in (ADMINISTRATOR, STRANGER, deployer()):
        what = "read the token without being named as a reader"
        call = calls.secret_alone(
            who, "GetSecretValue", token.secret, what, endpoint="", VersionStage="AWSCURRENT"
        )
        yield from refused(call, RESOURCE)
