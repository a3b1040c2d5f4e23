"""A third party who insists on an access key."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from local.aws.configuration import ACCOUNT
from local.demo.maker_note import forget_the_maker
from local.demo.parts.part import Stage
from local.demo.parts.routine import Routine

if TYPE_CHECKING:
    from mypy_boto3_iam.client import IAMClient
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

    from local.local_aws import LocalAws

_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "secretsmanager:ListSecrets", "Resource": "*"}],
    }
)
"""What its IAM user may do."""
_POLICY_NAME = "partner"


class AccessKeyPartner:
    """Shows a partner who goes on calling AWS while the access key rotates. See `Part`."""

    def settings(self, given: Mapping[str, str], aws: "LocalAws") -> Mapping[str, str]:
        """Want an access key."""
        del given, aws
        return {
            "access_key.enabled": "true",
            "access_key.policy": f"arn:aws:iam::{ACCOUNT}:policy/{_POLICY_NAME}",
        }

    def prepare(self, aws: "LocalAws") -> None:
        """Make the policy of the key's user."""
        iam: IAMClient = aws.client("iam")
        iam.create_policy(PolicyName=_POLICY_NAME, PolicyDocument=_POLICY)

    @contextmanager
    def show(self, stage: Stage) -> Iterator[None]:
        """Let the partner call."""
        if "AccessKeySecretName" not in stage.outputs:
            yield
            return
        with Partner(stage.aws, stage.outputs["AccessKeySecretName"]) as partner:
            yield
            partner.use_both()
        partner.tell(stage.attempts)


class Partner(Routine):
    """Calls AWS all the time. See `Routine`."""

    who = "partner"
    what = "call while its key rotates"
    pause_seconds = 0.1
    _errors = (BotoCoreError, ClientError)

    def __init__(self, aws: "LocalAws", secret: str) -> None:
        """Have no client yet."""
        super().__init__(aws, secret)
        self._aws = aws
        self._clients: dict[str, SecretsManagerClient] = {}

    def __enter__(self) -> Self:
        """Start calling, and let the key be rotated at once."""
        super().__enter__()
        forget_the_maker(self._secrets, self._secret)
        return self

    def _use(self, credential: dict[str, Any], other: dict[str, Any]) -> None:
        del other
        self._client_of(credential).list_secrets()

    def _client_of(self, key: dict[str, Any]) -> "SecretsManagerClient":
        """Return the client for a key; making one takes longer than its calls."""
        if key["AccessKeyId"] not in self._clients:
            self._clients[key["AccessKeyId"]] = self._aws.client_of(key, "secretsmanager")
        return self._clients[key["AccessKeyId"]]
