"""What the functions about certificates do; both run outside of the network."""

from collections.abc import Iterator
from functools import partial

from security.calls import Calls
from security.intent import Intent
from security.kinds.applications import reads
from security.kinds.certificates.keys import (
    MAKER,
    ROTATION,
    authorities,
    make_pair,
    parameter,
    secrets,
    sign,
    used,
)
from security.kinds.rotation import steps
from security.parts import Parts
from security.principals import Principal


def purposes(parts: Parts) -> Iterator[Intent]:
    """List what the functions need, if the stack has them."""
    if not parts.settings.certificates:
        return
    rotation, maker = parts.function(ROTATION), parts.function(MAKER)
    issuer = authorities(parts)[parts.settings.certificate_authority.issuer]
    for secret in secrets(parts):
        yield from steps(Calls(parts), rotation, secret)
        yield from _first(parts, maker, secret)
        for who in (rotation, maker):
            yield make_pair(who, secret, "make the key pair of a certificate")
    for who in (rotation, maker):
        yield from _issue(parts, who, issuer)
    for name, key in authorities(parts).items():
        yield sign(maker, key, f"sign the certificate of the authority {name} itself")
    for name, certificate in parts.settings.certificates.items():
        for reader in certificate.readers:
            yield from reads(Calls(parts), reader, parts.secret(f"certificates/{name}"))


def _issue(parts: Parts, who: Principal, issuer: str) -> Iterator[Intent]:
    what = "read whom peers trust"
    yield Intent(what=what, who=who, action="ssm:GetParameter", resource=parameter(parts))
    for key in authorities(parts).values():
        yield used(who, "kms:GetPublicKey", key, "see whether a certificate is of one of our keys")
    yield sign(who, issuer, "sign a certificate")


def _first(parts: Parts, who: Principal, secret: str) -> Iterator[Intent]:
    call = partial(Calls(parts).secret, who)
    for label in ("AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"):
        what = "see whether there is a certificate, and which"
        yield from call("GetSecretValue", secret=secret, what=what, VersionStage=label)
    yield from call("DescribeSecret", secret=secret, what="see whether another one was first")
    yield from call("PutSecretValue", secret=secret, what="store the first certificate")
    what = "make the first certificate AWSCURRENT"
    yield from call("UpdateSecretVersionStage", secret=secret, what=what)
