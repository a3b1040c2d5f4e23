"""Roles and users that are not of ours, and get as far as our endpoint."""

from collections.abc import Iterator

from security.attacks.attack import ENDPOINT, RESOURCE, Attack, refused
from security.calls import Calls
from security.identifiers import role_arn
from security.parts import Parts
from security.principals import EVERYTHING, Principal

_WRITES = ("PutSecretValue", "UpdateSecretVersionStage")
_CHANGES = ("DeleteSecret", "PutResourcePolicy", "RotateSecret", "UpdateSecret")


def attacks(parts: Parts) -> Iterator[Attack]:
    """List what they may not do, whatever their own policies allow."""
    calls = Calls(parts)
    for secret in parts.secrets():
        for who in _similar(parts):
            yield from _through_the_endpoint(calls, who, secret)
        yield from _below_our_path(calls, secret)


def _similar(parts: Parts) -> Iterator[Principal]:
    """Everybody here has the endpoint's security group, and may do everything in the account."""
    path = parts.path
    for name, role in {
        "another application": "shipping/application",
        "a role of a similar path": f"{path}-evil/x",
        "a role of a similar name": f"{path}x",
        "a role with our path at its end": f"evil/{path}/x",
    }.items():
        yield Principal.role(name, role_arn(role), policies=(EVERYTHING,))
    yield Principal.user(f"{path}/x", policies=(EVERYTHING,))


def _through_the_endpoint(calls: Calls, who: Principal, secret: str) -> Iterator[Attack]:
    what = "use the functions' way to the secret, without a role of ours"
    for operation in ("DescribeSecret", *_WRITES):
        yield from refused(calls.secret_alone(who, operation, secret, what), ENDPOINT)
    for endpoint in dict.fromkeys((calls.parts.way, "")):
        read = calls.secret_alone(
            who, "GetSecretValue", secret, what, endpoint=endpoint, VersionStage="AWSCURRENT"
        )
        yield from refused(read, RESOURCE, ENDPOINT)


def _below_our_path(calls: Calls, secret: str) -> Iterator[Attack]:
    """Whoever may make roles gives one our path: the endpoint takes it for one of ours."""
    role = role_arn(f"{calls.parts.path}/x")
    who = Principal.role("a role that was put below our path", role, policies=(EVERYTHING,))
    what = "be taken for one of ours"
    for operation in ("GetSecretValue", *_WRITES):
        call = calls.secret_alone(who, operation, secret, what, VersionStage="AWSCURRENT")
        yield from refused(call, RESOURCE)
    for operation in _CHANGES:
        yield from refused(calls.secret_alone(who, operation, secret, what), ENDPOINT)
