"""The IAM user, with the five calls about its access keys."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from iam_access_key.failures import failure
from rotation.errors import GoneError
from rotation.secret_text import SecretText

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

    from rotation.deadline import Deadline

ACTIVE = "Active"


@dataclass(frozen=True, slots=True)
class Key:
    """What IAM tells of an access key.

    Attributes:
        id: Its id.
        active: Whether it may sign requests.
        created: When it was made, to the second.
    """

    id: str
    active: bool
    created: datetime


class User:
    """An IAM user, of whom we may manage the access keys and nothing else.

    IAM is eventually consistent: a list may lack a key that was made some seconds ago.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
    """

    def __init__(self, client: IAMClient, arn: str, deadline: Deadline) -> None:
        """Names the user; nothing is called yet.

        Args:
            client: IAM.
            arn: ARN of the user.
            deadline: After it no call is begun.
        """
        self.arn = arn
        self.name = arn.rpartition("/")[2]
        self._client = client
        self._deadline = deadline

    def access_keys(self) -> Mapping[str, Key]:
        """The user's keys by their ids, two at most.

        Raises:
            GoneError: There is no such user.
            TargetError: IAM did not tell.
        """
        answer = self._call("list_access_keys")
        return {
            each["AccessKeyId"]: Key(
                each["AccessKeyId"], each["Status"] == ACTIVE, each["CreateDate"]
            )
            for each in answer["AccessKeyMetadata"]
        }

    def create_key(self) -> tuple[str, SecretText]:
        """Makes a key. Nobody will ever tell its secret again.

        Returns:
            Its id, and its secret.

        Raises:
            BusyError: The user has as many keys as IAM allows.
            GoneError: There is no such user.
            TargetError: IAM refused.
        """
        made = self._call("create_access_key")["AccessKey"]
        return made["AccessKeyId"], SecretText(made["SecretAccessKey"])

    def last_used(self, key_id: str) -> datetime | None:
        """When a key signed its last request, as far as IAM knows by now.

        Returns:
            None if never, and of a key that is gone.

        Raises:
            TargetError: IAM did not tell.
        """
        try:
            answer = self._call("get_access_key_last_used", about_user=False, AccessKeyId=key_id)
        except GoneError:
            return None
        used: datetime | None = answer["AccessKeyLastUsed"].get("LastUsedDate")
        return used

    def deactivate(self, key_id: str) -> None:
        """Lets a key sign nothing any more. It can be activated again.

        Raises:
            TargetError: IAM refused.
        """
        self._unless_gone("update_access_key", key_id, Status="Inactive")

    def delete(self, key_id: str) -> None:
        """Deletes a key for good.

        Raises:
            TargetError: IAM refused.
        """
        self._unless_gone("delete_access_key", key_id)

    def _unless_gone(self, operation: str, key_id: str, **arguments: Any) -> None:  # noqa: ANN401  # boto3's
        with suppress(GoneError):  # another run was first
            self._call(operation, AccessKeyId=key_id, **arguments)

    def _call(self, operation: str, *, about_user: bool = True, **arguments: Any) -> Any:  # noqa: ANN401  # boto3's
        self._deadline.remaining()
        if about_user:
            arguments["UserName"] = self.name
        try:
            return getattr(self._client, operation)(**arguments)
        except (ClientError, BotoCoreError) as error:
            raise failure(operation, self.name, error) from error
