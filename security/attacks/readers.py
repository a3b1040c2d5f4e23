"""Functions that read more than their version of their secret."""

from collections.abc import Iterator

from security.attacks.attack import BOUNDARY, ENDPOINT, IDENTITY, RESOURCE, Attack, refused
from security.calls import SECRETS, Calls
from security.identifiers import arn
from security.parts import Parts
from security.principals import Principal

STRANGE_SECRET = arn("secretsmanager", "secret:payroll/production/application-a1b2c3")
_VERSION = "EXAMPLE2-90ab-cdef-fedc-ba987EXAMPLE"
_ALONE = ("rotation", "single")
_READS = {
    "consumer": {"application"},
    "application-users": {"application", "admin"},
    "rotation": {"admin"},  # if it alternates between users; the application secret it rotates
}
"""Who may read the version in use of which secret, and no other."""


def attacks(parts: Parts, *, strategy: str) -> Iterator[Attack]:
    """List what functions that read may not read.

    Args:
        parts: Of the deployment.
        strategy: How the application secret is rotated.
    """
    calls = Calls(parts)
    for name in parts.functions():
        reads = _READS.get(name, set()) - ({"admin"} if (name, strategy) == _ALONE else set())
        yield from read_beyond(calls, parts.function(name), reads)
        if name in _READS and "admin" not in reads:
            yield from unrelated(calls, parts.function(name), parts.secret("admin"))


def read_beyond(calls: Calls, who: Principal, reads: set[str]) -> Iterator[Attack]:
    """List what someone may not read who reads the version in use of some secrets.

    Args:
        calls: About the parts of the deployment.
        who: Who reads.
        reads: The names of the secrets that they may read.
    """
    yield from _other_secrets(calls, who, strange=STRANGE_SECRET)
    for secret in sorted(reads):
        yield from other_versions(calls, who, calls.parts.secret(secret))


def other_versions(
    calls: Calls, who: Principal, secret: str, *, endpoint: str = SECRETS
) -> Iterator[Attack]:
    """List the versions that somebody may not read who reads the one in use."""
    for what, parameters in {
        "read a password that is not proven yet": {"VersionStage": "AWSPENDING"},
        "read the password before": {"VersionStage": "AWSPREVIOUS"},
        "read any version by its id": {"VersionId": _VERSION},
        "read without saying which version": {},
    }.items():
        call = calls.secret_alone(
            who, "GetSecretValue", secret, what, endpoint=endpoint, **parameters
        )
        yield from refused(call, IDENTITY)


def _other_secrets(calls: Calls, who: Principal, *, strange: str) -> Iterator[Attack]:
    call = calls.secret_alone(
        who, "GetSecretValue", strange, "read a stranger's secret", VersionStage="AWSCURRENT"
    )
    yield from refused(call, IDENTITY, BOUNDARY, ENDPOINT)


def unrelated(calls: Calls, who: Principal, secret: str) -> Iterator[Attack]:
    """List how someone may not get at a secret that is none of theirs."""
    what = "read the master user's password"
    call = calls.secret_alone(who, "GetSecretValue", secret, what, VersionStage="AWSCURRENT")
    yield from refused(call, IDENTITY, RESOURCE, ENDPOINT)
    yield from refused(calls.key(who, "kms:Decrypt", secret, what), IDENTITY)
