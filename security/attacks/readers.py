"""Functions that read more than their version of their secrets."""

from collections.abc import Iterator

from security.attacks.attack import BOUNDARY, ENDPOINT, IDENTITY, RESOURCE, Attack, refused
from security.attacks.needs import Needs
from security.calls import Calls
from security.identifiers import arn
from security.parts import Parts
from security.principals import Principal

STRANGE_SECRET = arn("secretsmanager", "secret:payroll/production/main/app-a1b2c3")
_VERSION = "EXAMPLE2-90ab-cdef-fedc-ba987EXAMPLE"


def attacks(parts: Parts, needs: Needs) -> Iterator[Attack]:
    """List what functions may not read: of others, and of ours what they have no need of."""
    calls = Calls(parts)
    for who in parts.all_code():
        yield from strange(calls, who)
        for secret in parts.secrets():
            if not needs.read(who, secret):
                yield from unrelated(calls, who, secret)


def strange(calls: Calls, who: Principal) -> Iterator[Attack]:
    """List how someone may not get at a secret of another app."""
    call = calls.secret_alone(
        who,
        "GetSecretValue",
        STRANGE_SECRET,
        "read a stranger's secret",
        VersionStage="AWSCURRENT",
    )
    yield from refused(call, IDENTITY, BOUNDARY, ENDPOINT)


def unrelated(calls: Calls, who: Principal, secret: str) -> Iterator[Attack]:
    """List how a function may not get at a secret that is none of its own."""
    parts = calls.parts
    at_home = parts.share_home(who.name, secret)
    what = "read a secret of its own database" if at_home else "read a secret of another home"
    layers = () if at_home else (BOUNDARY,)
    call = calls.secret_alone(who, "GetSecretValue", secret, what, VersionStage="AWSCURRENT")
    yield from refused(call, IDENTITY, RESOURCE, *layers)
    if not (at_home and may_use_the_key_at_home(parts, who)):
        yield from refused(calls.key(who, "kms:Decrypt", secret, what), IDENTITY, *layers)


def may_use_the_key_at_home(parts: Parts, who: Principal) -> bool:
    """Whether it rotates: its use of the key is for all secrets of its home that name it.

    Secrets Manager, which asks for the key in its name, has refused the secret by then.
    """
    return who.code_of in parts.rotators.values()


def other_versions(
    calls: Calls, who: Principal, secret: str, *, endpoint: str | None = None
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
