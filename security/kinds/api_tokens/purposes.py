"""What the functions about tokens of HTTP APIs do.

What they send to the API, AWS does not see; the declaration says it, and hosts are pinned.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from api_declaration.declaration import Declaration
from security.calls import Calls, invoke
from security.identifiers import ACCOUNT
from security.intent import Intent
from security.kinds.applications import reads
from security.parts import Parts
from security.principals import Principal
from security.purposes.noticing import RULES
from stacks.settings.api_tokens import ApiToken

_VERSION = "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE"
_LABELS = ("AWSCURRENT", "AWSPENDING", "AWSPREVIOUS", "ATTEMPTED", "INTENT", "REVOKED")


@dataclass(frozen=True)
class TokenParts:
    """The parts of one token.

    Attributes:
        parts: Of the whole deployment.
        name: The token's name.
        given: What the settings say of it.
    """

    parts: Parts
    name: str
    given: ApiToken

    @property
    def secret(self) -> str:
        """ARN of its secret."""
        return self.parts.secret(f"token/{self.name}")

    @property
    def home(self) -> str:
        """What the names of its functions begin with."""
        return f"token-{self.name}"

    @property
    def by_id(self) -> bool:
        """Whether the reaper looks versions up by their ids, and marks them."""
        listing = Declaration.read(self.given.declared).list
        return listing is None or listing.name is not None

    def function(self, name: str) -> Principal:
        """The code of one of its functions."""
        return self.parts.function(f"{self.home}-{name}")

    def functions(self) -> list[Principal]:
        """The code of all of them."""
        return [self.function(name) for name in ("reaper", "rotation", "users")]


def tokens(parts: Parts) -> list[TokenParts]:
    """The tokens of the stack."""
    given = parts.settings.api_tokens
    return [
        TokenParts(parts, name, each)
        for name, each in given.items()
        if f"token/{name}" in parts.named_secrets
    ]


def purposes(parts: Parts) -> Iterator[Intent]:
    """List what the functions need."""
    for token in tokens(parts):
        yield from _rotation(token)
        yield from _first(token)
        yield from _reaper(token)
        if token.given.management_secret_arn:
            for who in token.functions():
                yield from Calls(parts).secret(
                    who,
                    "GetSecretValue",
                    token.given.management_secret_arn,
                    "have what the API lets tokens be managed with",
                    VersionStage="AWSCURRENT",
                )
        for reader in token.given.readers:
            yield from reads(Calls(parts), reader, token.secret)


def _rotation(token: TokenParts) -> Iterator[Intent]:
    who, secret = token.function("rotation"), token.secret
    what = "Secrets Manager calls for a step"
    yield invoke("secretsmanager.amazonaws.com", who.code_of, secret, ACCOUNT, what)
    call = partial(Calls(token.parts).secret, who)
    yield from call("DescribeSecret", secret=secret, what="every step: the labels")
    for label in _LABELS:
        what = "every step: which token is whose"
        yield from call("GetSecretValue", secret=secret, what=what, VersionStage=label)
    what = "createSecret: look whether an earlier run has stored a token"
    yield from call("GetSecretValue", secret=secret, what=what, VersionId=_VERSION)
    yield from call("PutSecretValue", secret=secret, what="createSecret: record, and store")
    what = "finishSecret: make it AWSCURRENT, and take AWSPENDING off"
    yield from call("UpdateSecretVersionStage", secret=secret, what=what)


def _first(token: TokenParts) -> Iterator[Intent]:
    secret, call = token.secret, partial(Calls(token.parts).secret, token.function("users"))
    what = "see whether there is a token"
    yield from call("GetSecretValue", secret=secret, what=what, VersionStage="AWSCURRENT")
    yield from call("PutSecretValue", secret=secret, what="store the first token")
    what = "make the first token AWSCURRENT"
    yield from call("UpdateSecretVersionStage", secret=secret, what=what)


def _reaper(token: TokenParts) -> Iterator[Intent]:
    who, secret = token.function("reaper"), token.secret
    rule = token.parts.rule(f"{token.home}-reaper")
    yield invoke(RULES.name, who.code_of, rule, ACCOUNT, "look several times a day")
    call = partial(Calls(token.parts).secret, who)
    yield from call("DescribeSecret", secret=secret, what="see when it was rotated")
    for label in _LABELS:
        what = "see which version holds which token"
        yield from call("GetSecretValue", secret=secret, what=what, VersionStage=label)
    if token.by_id:
        what = "see whether a token of a name of ours was stored"
        yield from call("GetSecretValue", secret=secret, what=what, VersionId=_VERSION)
        what = "mark the version whose token was revoked"
        yield from call("UpdateSecretVersionStage", secret=secret, what=what)
