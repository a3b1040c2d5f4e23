"""Whether AWS accepts an access key, and for whom it takes it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from iam_access_key.access_key import AccessKey
from iam_access_key.failures import may_pass
from rotation.aws_errors import code_of
from rotation.client import client_of
from rotation.errors import (
    CredentialRefusedError,
    NotOursError,
    OutOfTimeError,
    TargetError,
    UnreachableError,
)

if TYPE_CHECKING:
    from rotation.deadline import Deadline

ANSWERS = 4
"""So many in a row have to succeed: a new key is not known everywhere at the same time."""

PAUSE_SECONDS = 0.5

Ask = Callable[[AccessKey], str]
"""Asks AWS whose a key is; answers the ARN. Raises what botocore raises."""


def caller_of(key: AccessKey) -> str:
    """The ARN of whoever a request is signed by, from STS; nobody needs a permission for that.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    """
    client = client_of(
        "sts",
        api_version="2011-06-15",
        key_id=key.id,
        key=key.secret.reveal(),
    )
    try:
        arn: str = client.get_caller_identity()["Arn"]
    finally:
        client.close()  # the next answer comes over another connection, so perhaps from elsewhere
    return arn


class Identity:
    """Proves access keys of one user."""

    def __init__(
        self, arn: str, *, ask: Ask = caller_of, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Names the user.

        Args:
            arn: ARN of the user.
            ask: Asks AWS.
            sleep: How to wait between two questions.
        """
        self._arn = arn
        self._ask = ask
        self._sleep = sleep

    def prove(self, key: AccessKey, deadline: Deadline) -> None:
        """Asks until several answers in a row are right.

        A key takes 10 to 15 seconds to be known everywhere, seldom 30.

        Args:
            key: The key.
            deadline: By when.

        Raises:
            CredentialRefusedError: AWS does not know the key, or not everywhere.
            NotOursError: It belongs to somebody else.
            UnreachableError: AWS does not answer.
        """
        right = 0
        trouble: TargetError = _refused(key, "no answer yet")
        while right < ANSWERS:
            try:
                deadline.remaining()
            except OutOfTimeError as error:
                raise trouble from error
            try:
                self._must_be_ours(key, self._ask(key))
            except (ClientError, BotoCoreError) as error:
                right, trouble = 0, _trouble(key, error)
            else:
                right += 1
            if right < ANSWERS:
                self._sleep(PAUSE_SECONDS)

    def _must_be_ours(self, key: AccessKey, arn: str) -> None:
        if arn != self._arn:
            raise NotOursError(
                f"The access key {key.id} belongs to {arn}, and the secret is for {self._arn}",
                remedy="Take AWSPENDING off that version and rotate again",
            )


def _trouble(key: AccessKey, error: ClientError | BotoCoreError) -> TargetError:
    code = code_of(error)
    if may_pass(error):
        return UnreachableError(
            f"STS answered {code} when asked whose the access key {key.id} is",
            remedy="Try again later; if it stays, see the function's network and AWS's health page",
        )
    return _refused(key, code)


def _refused(key: AccessKey, code: str) -> CredentialRefusedError:
    return CredentialRefusedError(
        f"AWS does not accept the access key {key.id} everywhere ({code})",
        remedy="A new key may take half a minute; if it stays, see whether somebody deactivated or"
        " deleted the key",
        retry_helps=True,
    )
