"""The IAM user as an issuer of access keys, with the five calls about them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from iam_access_key.access_key import AccessKey, with_key, without_key
from iam_access_key.failures import failure
from iam_access_key.identity import Identity
from rotation.errors import GoneError, NotOursError
from rotation.secret_text import SecretText
from rotation.versions import PENDING
from tokens.issuer import Held, Token

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

    from iam_access_key.settings import Settings
    from rotation.deadline import Deadline
    from rotation.rotating_secret import RotatingSecret

ACTIVE = "Active"


class IamUser:
    """An IAM user, who has two access keys at most; implements `tokens.issuer.Issuer`."""

    kind = "access-key"
    noun = "access key"
    stranger_remedy = (
        "Find out who made it (CloudTrail, CreateAccessKey); give its user a role of their own, and"
        " delete the key"
    )
    lists = True
    exclusive = True
    suspends = True

    def __init__(
        self, client: IAMClient, settings: Settings, *, identity: Identity | None = None
    ) -> None:
        """Names the user.

        Args:
            client: IAM.
            settings: Which user.
            identity: Proves keys; asks STS if left out.
        """
        self.settle = settings.settle
        self.owner = f"The user {settings.user_name}"
        self._client = client
        self._settings = settings
        self._identity = identity or Identity(settings.user_arn)

    def held(self, text: SecretText, *, whose: str) -> Held | None:
        """Reads the content of a version."""
        if without_key(text, whose=whose):
            return None
        return Held(self._key(text, whose).id)

    def prove(self, text: SecretText, deadline: Deadline) -> None:
        """Asks STS with it, until it is known everywhere."""
        self._identity.prove(self._key(text, PENDING), deadline)

    def account(self, secret: RotatingSecret, deadline: Deadline) -> UserKeys:
        """Opens the user's keys."""
        del secret
        return UserKeys(self._client, self._settings.user_name, deadline)

    def _key(self, text: SecretText, whose: str) -> AccessKey:
        key = AccessKey.parse(text, whose=whose)
        if key.user != self._settings.user_name:
            raise NotOursError(
                f"{whose} is for the user {key.user}, and this function is for"
                f" {self._settings.user_name}: nothing was touched",
                remedy="Correct UserName in the secret; another user needs a secret of its own",
            )
        return key


class UserKeys:
    """The access keys of a user, of whom we may manage nothing else; see `tokens.issuer.Account`.

    IAM is eventually consistent: a list may lack a key that was made some seconds ago.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
    """

    def __init__(self, client: IAMClient, user: str, deadline: Deadline) -> None:
        """Names the user; nothing is called yet.

        Args:
            client: IAM.
            user: The user's name.
            deadline: After it no call is begun.
        """
        self._client = client
        self._user = user
        self._deadline = deadline

    def tokens(self) -> Mapping[str, Token]:
        """The user's keys by their ids, two at most."""
        answer = self._call("list_access_keys")
        return {
            each["AccessKeyId"]: Token(
                each["AccessKeyId"], each["CreateDate"], active=each["Status"] == ACTIVE
            )
            for each in answer["AccessKeyMetadata"]
        }

    def issue(self, like: SecretText, *, name: str) -> SecretText:
        """Makes a key, which has no name."""
        del name
        made = self._call("create_access_key")["AccessKey"]
        return with_key(like, self._user, made["AccessKeyId"], SecretText(made["SecretAccessKey"]))

    def last_used(self, token_id: str) -> datetime | None:
        """When a key signed its last request, as far as IAM knows by now."""
        try:
            answer = self._call("get_access_key_last_used", about_user=False, AccessKeyId=token_id)
        except GoneError:
            return None
        used: datetime | None = answer["AccessKeyLastUsed"].get("LastUsedDate")
        return used

    def suspend(self, token_id: str) -> None:
        """Deactivates a key. It can be activated again."""
        self._unless_gone("update_access_key", token_id, Status="Inactive")

    def revoke(self, token_id: str, content: SecretText | None) -> None:
        """Deletes a key for good."""
        del content
        self._unless_gone("delete_access_key", token_id)

    def _unless_gone(self, operation: str, key_id: str, **arguments: Any) -> None:  # noqa: ANN401  # boto3's
        with suppress(GoneError):  # another run was first
            self._call(operation, AccessKeyId=key_id, **arguments)

    def _call(self, operation: str, *, about_user: bool = True, **arguments: Any) -> Any:  # noqa: ANN401  # boto3's
        self._deadline.remaining()
        if about_user:
            arguments["UserName"] = self._user
        try:
            return getattr(self._client, operation)(**arguments)
        except (ClientError, BotoCoreError) as error:
            raise failure(operation, self._user, error) from error
