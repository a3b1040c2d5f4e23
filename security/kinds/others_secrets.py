"""Secrets of somebody else's, which settings name for functions of ours to read."""

from collections.abc import Collection, Iterator

from security.attacks.attack import BOUNDARY, ENDPOINT, IDENTITY, KEY, Attack, refused
from security.attacks.needs import Needs
from security.attacks.readers import STRANGE_SECRET
from security.calls import Calls
from security.principals import ADMINISTRATOR, Principal


def attacks_on(
    calls: Calls, needs: Needs, secret: str, *, homes: Collection[str], admitted: bool
) -> Iterator[Attack]:
    """List how nobody gets at such a secret by what is ours, whatever its own policy says.

    Args:
        calls: About the parts of the deployment.
        needs: Which functions read it.
        secret: Its ARN.
        homes: Those whose boundary leads to it.
        admitted: Whether the functions' way leads to it.
    """
    parts = calls.parts
    for who in parts.all_code():
        if needs.read(who, secret):
            if parts.key_of(secret):
                yield from _its_key(calls, who, secret)
            continue
        what = "read a secret of somebody else's"
        call = calls.secret_alone(who, "GetSecretValue", secret, what, VersionStage="AWSCURRENT")
        at_home = parts.home(who.name) in homes
        layers = (*(() if at_home else (BOUNDARY,)), *(() if admitted else (ENDPOINT,)))
        yield from refused(call, IDENTITY, *layers)
    what = "use the functions' way to a secret of somebody else's"
    call = calls.secret_alone(
        ADMINISTRATOR, "GetSecretValue", secret, what, VersionStage="AWSCURRENT"
    )
    yield from refused(call, ENDPOINT)


def _its_key(calls: Calls, who: Principal, secret: str) -> Iterator[Attack]:
    what = "use somebody else's key without Secrets Manager"
    yield from refused(calls.key_directly(who, "kms:Decrypt", secret, what), IDENTITY, KEY)
    what = "use somebody else's key for another secret"
    other = {"kms:EncryptionContext:SecretARN": STRANGE_SECRET}
    yield from refused(calls.key(who, "kms:Decrypt", secret, what, **other), IDENTITY)
