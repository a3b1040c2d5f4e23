"""An IAM user's two keys, of which one is in use and the other is the one before, or the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iam_access_key.access_key import AccessKey
from iam_access_key.identity import Identity
from iam_access_key.maker import PAUSE_SECONDS, Maker, Time
from iam_access_key.settings import Settings
from iam_access_key.user import User
from rotation.errors import (
    BadSecretError,
    CredentialRefusedError,
    NotOursError,
    OutOfTimeError,
)
from rotation.versions import CURRENT, PENDING

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

    from rotation.deadline import Deadline
    from rotation.rotation import Rotation
    from rotation.secret_text import SecretText


class TwoKeys:
    """A new key beside the one in use; implements `rotation.strategy.Strategy`.

    IAM makes the key, in createSecret. AWSCURRENT and AWSPREVIOUS both work until the grace is
    over; then the reaper deactivates AWSPREVIOUS's, or the next rotation deletes it.
    """

    name = "access-key"

    def __init__(
        self,
        iam: IAMClient,
        settings: Settings,
        *,
        identity: Identity | None = None,
        time: Time | None = None,
    ) -> None:
        """Composes the strategy.

        Args:
            iam: IAM.
            settings: Whose key it is, and how long the one before keeps working.
            identity: Proves keys; asks STS if left out.
            time: Where time comes from; the real one if left out.
        """
        self._iam = iam
        self._settings = settings
        self._time = time or Time()
        self._identity = identity or Identity(settings.user_arn, sleep=self._time.sleep)

    def create(self, rotation: Rotation, current: SecretText) -> SecretText:
        """Lets IAM make a key, after it was recorded that we do."""
        key = self._key(current, whose=CURRENT)
        return self.maker(rotation).make(beside=key.id, like=key.document)

    def discard(self, rotation: Rotation, text: SecretText) -> None:
        """Deletes the key, if the version is known not to hold it."""
        self.maker(rotation).take_back(text)

    def takes_over(self, rotation: Rotation, current: SecretText, attempt: SecretText) -> bool:
        """If the key still exists: a late move of AWSCURRENT to it then does no harm."""
        try:
            self.check(current, attempt)
        except BadSecretError:
            return False
        keys = self.user(rotation.deadline).access_keys()
        key = keys.get(AccessKey.parse(attempt, whose="ATTEMPTED").id)
        return key is not None and key.active

    def check(self, current: SecretText, pending: SecretText) -> None:
        """The new version has to hold another key of the same user."""
        if self._key(current, whose=CURRENT).id == self._key(pending, whose=PENDING).id:
            raise BadSecretError(
                f"{PENDING} holds the same access key as {CURRENT}",
                remedy=f"Take {PENDING} off that version and rotate again",
            )

    def set(self, rotation: Rotation, current: SecretText) -> None:
        """Changes nothing: IAM knows the key. Waits until that is so everywhere.

        Raises:
            RotationError: The key is deactivated, or gone, or takes too long.
        """
        pending = rotation.pending()
        self.check(current, pending)
        user, key_id = self.user(rotation.deadline), self._key(pending, whose=PENDING).id
        while True:
            key = user.access_keys().get(key_id)
            if key is not None and not key.active:
                raise _deactivated(key_id)
            if key is not None and self._time.now() >= key.created + self._settings.settle:
                return
            try:
                rotation.deadline.remaining()
            except OutOfTimeError as error:
                raise _missing(key_id, user.name) from error
            self._time.sleep(PAUSE_SECONDS)

    def test(self, pending: SecretText, deadline: Deadline) -> None:
        """Asks STS with it, until it is known everywhere."""
        self._identity.prove(self._key(pending, whose=PENDING), deadline)

    def user(self, deadline: Deadline) -> User:
        """The user whose key it is.

        Args:
            deadline: After it no call is begun.
        """
        return User(self._iam, self._settings.user_arn, deadline)

    def maker(self, rotation: Rotation) -> Maker:
        """What makes the key of a version."""
        user = self.user(rotation.deadline)
        return Maker(rotation, user, grace=self._settings.grace, time=self._time)

    def _key(self, text: SecretText, *, whose: str) -> AccessKey:
        key = AccessKey.parse(text, whose=whose)
        if key.user != self._settings.user_name:
            raise NotOursError(
                f"{whose} is for the user {key.user}, and this function is for"
                f" {self._settings.user_name}: nothing was touched",
                remedy="Correct UserName in the secret; another user needs a secret of its own",
            )
        return key


def _deactivated(key_id: str) -> CredentialRefusedError:
    return CredentialRefusedError(
        f"The access key {key_id} of {PENDING} was deactivated",
        remedy="Find out who did that and why; activate it, or take"
        f" {PENDING} off that version and rotate again",
    )


def _missing(key_id: str, user: str) -> CredentialRefusedError:
    return CredentialRefusedError(
        f"IAM does not show the access key {key_id} of {PENDING} as one of the user {user}",
        remedy="A new key may take half a minute: the next attempt looks again",
        retry_helps=True,
    )
