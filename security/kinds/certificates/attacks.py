"""Signatures and key pairs that nobody may have, and whom peers trust."""

from collections.abc import Iterator

from local.policies import Layer
from security.attacks.attack import BOUNDARY, IDENTITY, KEY, RESOURCE, Attack, refused
from security.calls import Calls
from security.identifiers import arn
from security.intent import Intent
from security.kinds.applications import beyond
from security.kinds.certificates.keys import (
    MAKER,
    ROTATION,
    authorities,
    make_pair,
    pair_key,
    parameter,
    secrets,
    sign,
    used,
)
from security.parts import Parts
from security.principals import ADMINISTRATOR, STRANGER, Principal
from security.purposes.keys import deployer

_ANOTHER_KEY = arn("kms", "key/payroll")
_OTHERWISE = {
    "sign a digest, of which nobody sees what it is of": {"MessageType": "DIGEST"},
    "sign with another algorithm": {"SigningAlgorithm": "ECDSA_SHA_512"},
}


def attacks(parts: Parts) -> Iterator[Attack]:
    """List what must be denied about certificates, if the stack has any."""
    if not parts.settings.certificates:
        return
    ours = [parts.function(name) for name in (ROTATION, MAKER)]
    strangers = [each for each in parts.all_code() if each.name not in {ROTATION, MAKER}]
    for who in ours:
        yield from _beyond(parts, who)
    for who in strangers:
        yield from _by_other_code(parts, who)
    for who in (ADMINISTRATOR, STRANGER, deployer()):
        yield from _by_people(parts, who)
    yield from _as_another_authority(parts)
    yield from _readers(parts)


def _own(parts: Parts) -> list[str]:
    """The keys of the authorities that the stack makes: what others allow, their owners say."""
    given = parts.settings.certificate_authority.authorities
    return [key for name, key in authorities(parts).items() if not given[name].key_arn]


def _beyond(parts: Parts, who: Principal) -> Iterator[Attack]:
    """The functions that sign, when they do something else."""
    for key in _own(parts):
        for what, how in _OTHERWISE.items():
            yield from refused(sign(who, key, what, **how), IDENTITY, BOUNDARY, KEY)
    what = "sign with another's key"
    yield from refused(sign(who, _ANOTHER_KEY, what), IDENTITY, BOUNDARY, KEY)
    others = [each for each in parts.secrets() if each not in secrets(parts)]
    for secret in (*others, ""):
        what = "have a key pair made for what is no certificate"
        yield from refused(make_pair(who, secret, what), IDENTITY, BOUNDARY, KEY)
    yield from _decrypt(who, IDENTITY, BOUNDARY, KEY)
    yield from _trust(parts, who)


def _by_other_code(parts: Parts, who: Principal) -> Iterator[Attack]:
    for key in _own(parts):
        what = "sign without being there for it"
        yield from refused(sign(who, key, what), IDENTITY, BOUNDARY, KEY)
    for secret in secrets(parts):
        what = "have a key pair made without being there for it"
        yield from refused(make_pair(who, secret, what), IDENTITY, BOUNDARY, KEY)
    yield from _trust(parts, who)


def _by_people(parts: Parts, who: Principal) -> Iterator[Attack]:
    for key in _own(parts):
        yield from refused(sign(who, key, "sign whatever they like"), KEY)
        yield from refused(used(who, "kms:CreateGrant", key, "lend the key to somebody"), KEY)
    for secret in secrets(parts):
        what = "make a key pair, and keep it"
        yield from refused(make_pair(who, secret, what), KEY)
        what = "read a certificate's key without being named as a reader"
        call = Calls(parts).secret_alone(
            who, "GetSecretValue", secret, what, endpoint="", VersionStage="AWSCURRENT"
        )
        yield from refused(call, RESOURCE)
    yield from _decrypt(who, KEY)


def _decrypt(who: Principal, *layers: Layer) -> Iterator[Attack]:
    what = "decrypt a private key that KMS has made"
    yield from refused(used(who, "kms:Decrypt", pair_key(), what), *layers)


def _trust(parts: Parts, who: Principal) -> Iterator[Attack]:
    what, to = "tell peers to trust another authority", parameter(parts)
    for action in ("ssm:PutParameter", "ssm:DeleteParameter"):
        intent = Intent(what=what, who=who, action=action, resource=to)
        yield from refused(intent, IDENTITY, BOUNDARY)


def _as_another_authority(parts: Parts) -> Iterator[Attack]:
    issuer = parts.settings.certificate_authority.issuer
    for name, key in authorities(parts).items():
        if name != issuer:
            what = "sign as an authority that does not, or not any more"
            yield from refused(sign(parts.function(ROTATION), key, what), IDENTITY)


def _readers(parts: Parts) -> Iterator[Attack]:
    given = parts.settings.certificates
    for reader in dict.fromkeys(reader for each in given.values() for reader in each.readers):
        own = {
            parts.secret(f"certificates/{name}")
            for name, each in given.items()
            if reader in each.readers
        }
        yield from beyond(Calls(parts), reader, own)
