"""How a new secret gets its first token, and how the last one goes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING

from rotation.errors import GoneError, RotationError
from rotation.rotation import Rotation
from rotation.versions import CURRENT, PENDING
from tokens.intent import Intent
from tokens.ledger import Ledger, Standing

if TYPE_CHECKING:
    from rotation.deadline import Deadline
    from rotation.rotating_secret import RotatingSecret
    from tokens.two_tokens import TwoTokens

_FIRST = uuid.UUID("0f1ae6b6-8d0f-4f6b-9d35-6f0a5a6f5b0e")
"""Any constant: with it, all deliveries of a request mean the same version."""


class FirstToken:
    """Makes AWSCURRENT a token that works, where it holds none yet.

    The token goes from its issuer into the secret, and nowhere else: a template with an
    AWS::IAM::AccessKey would hand it to CloudFormation. A secret that holds one is left as it is,
    whatever became of the token, so a second deployment changes nothing.
    """

    def __init__(self, strategy: TwoTokens, *, seconds: float) -> None:
        """Composes it.

        Args:
            strategy: Makes and proves tokens.
            seconds: The longest that it may take.
        """
        self.name = f"first-{strategy.name}"
        self._strategy = strategy
        self.seconds = seconds

    def ensure(
        self,
        secret: RotatingSecret,
        *,
        owner: str,
        deadline: Deadline,
        properties: Mapping[str, object] = MappingProxyType({}),
        before: Mapping[str, object] = MappingProxyType({}),
    ) -> str:
        """Makes sure that AWSCURRENT holds a token. Any number of times.

        Args:
            secret: The secret; its content says what is not about the token.
            owner: For which request it is done.
            deadline: By when it has to be done.
            properties: The resource's, which say nothing more.
            before: Those that it had before.

        Returns:
            Whose token it is.

        Raises:
            RotationError: It does not. A token that was issued is revoked, or found again.
        """
        del owner, properties, before
        issuer = self._strategy.issuer
        current = secret.current()
        if issuer.held(current.text, whose=CURRENT) is not None:
            return issuer.owner
        rotation = Rotation(secret, _version(secret), deadline)
        text = self._strategy.maker(rotation).make(beside=None, like=current.text)
        try:
            stored = secret.store_pending(rotation.token, text)
        except RotationError:
            self._strategy.discard(rotation, text)
            raise
        if not stored:
            self._strategy.discard(rotation, text)
        pending = rotation.unfinished()
        if pending is None:
            return issuer.owner
        self._strategy.test(pending, deadline)
        secret.make_current(rotation.token, instead_of=current.id)
        return issuer.owner

    def remove(self, secret: RotatingSecret, *, deadline: Deadline) -> None:
        """Revokes the tokens that the secret holds.

        IAM deletes no user who has keys, and a token that nothing rotates any more must not be
        left.
        """
        ledger, last = Ledger(self._strategy.issuer, secret, deadline), Intent.read(secret)
        with suppress(GoneError):
            tokens = ledger.tokens()
            for token in tokens.values():
                standing = ledger.standing(token, tokens, last)
                if standing not in {Standing.STRANGE, Standing.THEIRS}:
                    ledger.revoke(token.id)


def _version(secret: RotatingSecret) -> str:
    """The version of the first token: the same for all deliveries, until it was given up.

    One whose token was revoked before it was proven can never become AWSCURRENT.
    """
    version = str(uuid.uuid5(_FIRST, secret.arn))
    while secret.stored(version) is not None:
        pending = secret.labelled(PENDING)
        if pending is not None and pending.id == version:
            break
        version = str(uuid.uuid5(_FIRST, version))
    return version
