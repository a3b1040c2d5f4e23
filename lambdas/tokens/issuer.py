"""What the strategy of two tokens needs to know about who issues them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from rotation.errors import BadSecretError

if TYPE_CHECKING:
    from rotation.deadline import Deadline
    from rotation.rotating_secret import RotatingSecret
    from rotation.secret_text import SecretText


@dataclass(frozen=True, slots=True)
class Token:
    """What an issuer tells of a token that it has issued.

    Attributes:
        id: Its id, which is no secret.
        created: When it was issued, perhaps to the second.
        active: Whether it is accepted; False if it is suspended.
        name: As `Account.issue` was told; None if tokens have no names.
    """

    id: str
    created: datetime
    active: bool = True
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """The token that a version of the secret holds.

    Attributes:
        id: Its id, which is no secret.
        expires: When it ends by itself; None if it does not, or nobody told.
    """

    id: str
    expires: datetime | None = None

    def ended(self, now: datetime) -> bool:
        """Whether it has ended by itself."""
        return self.expires is not None and self.expires <= now


class Issuer(Protocol):
    """Who issues tokens, and accepts them: IAM for a user's access keys, or a vendor's API.

    An issuer has to accept two tokens at once; one that does not can't be rotated without a gap.

    Attributes:
        kind: How its strategy is called in logs and metrics, such as `access-key`.
        noun: How its tokens are called in messages, such as `access key`.
        owner: Whose tokens they are, in messages, such as `The user orders`.
        stranger_remedy: What a person can do about a token that is not ours.
        lists: Whether it tells which tokens there are. Where it does not, what a function that died
            had issued is not found again; then people are told.
        exclusive: Whether all tokens that it lists should be ours. Then one that is not ours is in
            the way of the next.
        suspends: Whether a token can be made not to be accepted without being lost.
        settle: How long after it was issued a token may still be unknown in places.
    """

    kind: str
    noun: str
    owner: str
    stranger_remedy: str
    lists: bool
    exclusive: bool
    suspends: bool
    settle: timedelta

    def held(self, text: SecretText, *, whose: str) -> Held | None:
        """Reads the content of a version. Asks nobody.

        Args:
            text: The content.
            whose: Where it comes from, for errors: a label.

        Returns:
            The token; None if the content waits for its first one.

        Raises:
            BadSecretError: It can't be used.
            NotOursError: It is somebody else's.
        """

    def prove(self, text: SecretText, deadline: Deadline) -> None:
        """Uses a token, until it is known everywhere.

        Args:
            text: Content that holds it.
            deadline: By when.

        Raises:
            CredentialRefusedError: It is not accepted.
            NotOursError: It is somebody else's.
            UnreachableError: The issuer does not answer.
        """

    def account(self, secret: RotatingSecret, deadline: Deadline) -> Account:
        """Opens what the tokens of a secret belong to; nothing is called yet.

        Args:
            secret: The secret, for what is in it or beside it that lets us in.
            deadline: After it no call is begun.
        """


class Account(Protocol):
    """What tokens belong to, with the calls about them. Every call may be made any number of times.

    All raise TargetError if the issuer refused or did not answer, GoneError if the account is gone,
    and OutOfTimeError.
    """

    def tokens(self) -> Mapping[str, Token]:
        """The tokens by their ids; called only if the issuer lists.

        Those of others are left out where they can be told apart. The list may be some seconds old.
        """

    def issue(self, like: SecretText, *, name: str) -> SecretText:
        """Issues a token. Nobody will ever tell it again. Never tried twice by itself.

        Args:
            like: The content of the secret; what is not about the token stays as it is.
            name: What to call the token, where tokens have names; never used twice. Letters,
                digits and hyphens.

        Returns:
            The content with the new token.

        Raises:
            UnreachableError: It may have been issued.
            BusyError: There are as many as the issuer allows, and none was issued.
            TargetError: None was issued.
        """

    def last_used(self, token_id: str) -> datetime | None:
        """When a token was last used, as far as is known; None if it was not, or nobody tells."""

    def suspend(self, token_id: str) -> None:
        """Lets a token not be accepted any more; called only if the issuer suspends."""

    def revoke(self, token_id: str, content: SecretText | None) -> None:
        """Ends a token for good; nothing if it is gone already.

        Args:
            token_id: Which.
            content: Content of the version that holds it; None if no version does.
        """


def must_hold(issuer: Issuer, text: SecretText, *, whose: str) -> Held:
    """Reads the content of a version that has to hold a token.

    Args:
        issuer: Who issues it.
        text: The content.
        whose: Where it comes from, for errors: a label.

    Raises:
        BadSecretError: It does not, or can't be used.
        NotOursError: It is somebody else's.
    """
    held = issuer.held(text, whose=whose)
    if held is None:
        raise BadSecretError(
            f"{whose} holds no {issuer.noun} yet",
            remedy="Deploy the stack: it has the first one made",
        )
    return held
