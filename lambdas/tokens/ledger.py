"""Which of the issuer's tokens is what to the secret."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from typing import TYPE_CHECKING

from rotation.errors import (
    BadSecretError,
    CredentialRefusedError,
    NotOursError,
    SecretsManagerError,
)
from rotation.versions import ATTEMPTED, CURRENT, PENDING, PREVIOUS, Version
from tokens.intent import Intent
from tokens.issuer import Token

if TYPE_CHECKING:
    from rotation.deadline import Deadline
    from rotation.rotating_secret import RotatingSecret
    from rotation.secret_text import SecretText
    from tokens.issuer import Held, Issuer

REVOKED = "REVOKED"
"""Our own label, on the version whose token was revoked last; where the issuer does not list."""

_LABELS = (ATTEMPTED, PREVIOUS, PENDING, CURRENT)
"""A token that several versions hold counts as what the last of these says."""

_READ_IN_ORDER = (CURRENT, PREVIOUS, ATTEMPTED, PENDING)
"""Labels move while they are read. If AWSCURRENT does, AWSPREVIOUS is then the version that was
read already, and AWSPENDING the new one; the other way round, one would be left out. And what is
stored meanwhile is found as AWSPENDING, not as given up."""


class Standing(Enum):
    """What a token is to the secret."""

    CURRENT = auto()
    """AWSCURRENT holds it."""

    PENDING = auto()
    """AWSPENDING holds it: a rotation is on its way, or stuck."""

    PREVIOUS = auto()
    """AWSPREVIOUS holds it, or did before a person wrote a version: consumers may still use it."""

    GIVEN_UP = auto()
    """A rotation that was given up stored it. No consumer was ever told."""

    ORPHAN = auto()
    """We had it issued and nobody stored it: it is lost."""

    STRANGE = auto()
    """Somebody else had it issued, as far as anybody can prove; or it was ours, and is in no
    version with a label any more."""

    THEIRS = auto()
    """Its name is not one that we gave, and tokens of others are welcome."""


_STANDINGS = {
    CURRENT: Standing.CURRENT,
    PENDING: Standing.PENDING,
    PREVIOUS: Standing.PREVIOUS,
    ATTEMPTED: Standing.GIVEN_UP,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A token in a version of the secret.

    Attributes:
        label: The version's label.
        version: The version.
        held: The token.
    """

    label: str
    version: Version
    held: Held


class Ledger:
    """Reads the secret's versions when they are needed, once."""

    def __init__(self, issuer: Issuer, secret: RotatingSecret, deadline: Deadline) -> None:
        """Opens it; nothing is called yet.

        Args:
            issuer: Who issues the tokens.
            secret: The secret.
            deadline: After it no call is begun.
        """
        self.account = issuer.account(secret, deadline)
        self._issuer = issuer
        self._secret = secret
        self._deadline = deadline

    @cached_property
    def versions(self) -> Mapping[str, Version]:
        """The versions that hold tokens, by label.

        Raises:
            SecretsManagerError: A call failed.
        """
        found = {label: self._secret.labelled(label) for label in _READ_IN_ORDER}
        return {label: version for label in _LABELS if (version := found[label]) is not None}

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """The tokens that versions hold, by their ids."""
        entries = {}
        for label, version in self.versions.items():
            try:
                held = self._issuer.held(version.text, whose=label)
            except (BadSecretError, NotOursError):
                continue
            if held is not None:
                entries[held.id] = Entry(label, version, held)
        return entries

    def tokens(self) -> Mapping[str, Token]:
        """The tokens that there are: those that the issuer lists.

        Where it does not, those that versions hold and that we have not revoked.

        Raises:
            TargetError: The issuer did not tell.
            SecretsManagerError: A call failed.
        """
        if self._issuer.lists:
            return self.account.tokens()
        revoked = self._secret.labelled(REVOKED)
        return {
            token_id: Token(token_id, entry.version.created)
            for token_id, entry in self.entries.items()
            if revoked is None or entry.version.id != revoked.id
        }

    def works(self, token_id: str, content: SecretText, *, suspended: bool = False) -> bool:
        """Whether the issuer still knows a token, and accepts it.

        Args:
            token_id: Which.
            content: Of the version that holds it.
            suspended: Whether one counts that is suspended.

        Raises:
            TargetError: The issuer did not tell.
        """
        if self._issuer.lists:
            token = self.account.tokens().get(token_id)
            return token is not None and (token.active or suspended)
        try:
            self._issuer.prove(content, self._deadline)
        except CredentialRefusedError:
            return False
        return True

    def standing(
        self, token: Token, tokens: Mapping[str, Token], intent: Intent | None
    ) -> Standing:
        """What a token is.

        Args:
            token: One of those that there are.
            tokens: All of them.
            intent: The last one, and it is over.

        Raises:
            SecretsManagerError: A call failed.
            TargetError: The issuer did not tell when the token was used.
        """
        if token.id in self.entries:
            return _STANDINGS[self.entries[token.id].label]
        if self._was_current(token, intent):
            return Standing.PREVIOUS
        named = token.name is not None and not self._issuer.exclusive
        if named and Intent.named(self._secret, token.name or "") is None:
            return Standing.THEIRS
        if self._is_orphan(token, tokens, intent) and not self.account.last_used(token.id):
            return Standing.ORPHAN
        return Standing.STRANGE

    def lost(self, intent: Intent | None, *, at_it: bool = False) -> frozenset[str]:
        """What was perhaps issued, and can't be found again because the issuer does not list.

        Args:
            intent: The last one.
            at_it: Whether it is not over.

        Returns:
            The tokens' names, or ids where those are known.

        Raises:
            SecretsManagerError: A call failed.
        """
        if self._issuer.lists or intent is None:
            return frozenset()
        known = at_it or self._secret.stored(intent.token) is not None
        unstored = set() if known else {intent.id}
        # Where a late run moved AWSCURRENT, a token may be in no version with a label any more.
        return intent.lost | unstored | (intent.tokens - self.entries.keys())

    def revoke(self, token_id: str) -> None:
        """Ends a token for good.

        Raises:
            TargetError: The issuer refused.
            SecretsManagerError: A call failed.
        """
        entry = self.entries.get(token_id)
        self.account.revoke(token_id, entry.version.text if entry else None)
        if entry and not self._issuer.lists:
            self._mark_revoked(entry)

    def _mark_revoked(self, entry: Entry) -> None:
        """Notes that a version's token is gone.

        Two may be at once: AWSPREVIOUS's, and one that was given up, which nothing takes over now.
        """
        if entry.label == ATTEMPTED:
            with suppress(SecretsManagerError):  # another run was first; or the next does it again
                self._secret.take_off(ATTEMPTED, entry.version.id)
        else:
            last = self._secret.labelled(REVOKED)
            self._secret.try_move(REVOKED, entry.version.id, instead_of=last.id if last else None)

    def _was_current(self, token: Token, intent: Intent | None) -> bool:
        """Whether a token in no version with a label was AWSCURRENT's when the last was issued.

        A person who edits the secret writes a version with AWSCURRENT's token, and the one before
        loses its label. Where all tokens are ours, an intent names AWSCURRENT's and those that were
        revoked just then: a stranger's would have been in its way. While nobody can read which is
        AWSCURRENT's now, it may be that one.
        """
        named = self._issuer.exclusive and intent is not None and token.id in intent.tokens
        return named and any(each.label == CURRENT for each in self.entries.values())

    def _is_orphan(self, token: Token, tokens: Mapping[str, Token], intent: Intent | None) -> bool:
        """Whether we had a token issued that no version with a label holds, and never stored it.

        Its name tells. Where tokens have no names: it was not there when the intent was recorded,
        and was issued in the seconds after. If another one was too, nobody can tell which is ours.
        """
        if token.name is not None:
            ours = Intent.named(self._secret, token.name)
            return ours is not None and not self._stored(ours.token, token)
        if intent is None:
            return False
        since = [each for each in tokens.values() if each.id not in intent.tokens]
        lost = [each for each in since if each.id not in self.entries and intent.covers(each)]
        return lost == since == [token]

    def _stored(self, version_id: str, token: Token) -> bool:
        """Whether a version holds a token, although it may have no label any more."""
        version = self._secret.stored(version_id)
        held = version and self._issuer.held(version.text, whose="A version")
        return held is not None and held.id == token.id
