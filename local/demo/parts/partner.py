"""A third party who insists on an access key."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from botocore.exceptions import BotoCoreError, ClientError

from local.aws.configuration import ACCOUNT
from local.demo.attempt import Attempts
from local.demo.maker_note import forget_the_maker
from local.demo.parts.part import Stage

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

_PAUSE_SECONDS = 0.1


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
            partner.call_with_both()
        partner.tell(stage.attempts)


class Partner:
    """Calls AWS all the time: with the key that it has had from the beginning, and with AWSCURRENT.

    Use it as a context manager: on leaving, the call under way is awaited.

    Args:
        aws: The local AWS.
        secret: The name of the secret that holds the key.

    Attributes:
        calls: How many succeeded.
        failures: What the others answered.
    """

    def __init__(self, aws: "LocalAws", secret: str) -> None:
        self.calls = 0
        self.failures: list[str] = []
        self._aws = aws
        self._secret = secret
        self._secrets: SecretsManagerClient = aws.client("secretsmanager")
        self._clients: dict[str, SecretsManagerClient] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        """Start calling, and let the key be rotated at once."""
        self._key = self._read()
        self._thread.start()
        forget_the_maker(self._secrets, self._secret)
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop calling."""
        self._stop.set()
        self._thread.join()

    def call_with_both(self) -> None:
        """Call once more: with the key of the beginning, and with the one that is in use by now."""
        self._call(self._key)
        self._call(self._read())

    def tell(self, attempts: Attempts) -> None:
        """Write down how it went.

        Raises:
            NotAsIntendedError: A call failed.
        """
        what = "call while its key rotates"
        attempts.succeeded("partner", what, calls=self.calls, failures=self.failures)

    def _run(self) -> None:
        while not self._stop.wait(_PAUSE_SECONDS):
            self._call(self._key)
            self._call(self._read())

    def _call(self, key: dict[str, str]) -> None:
        try:
            self._client_of(key).list_secrets()
        except (BotoCoreError, ClientError) as error:
            self.failures.append(str(error))
        else:
            self.calls += 1

    def _client_of(self, key: dict[str, str]) -> "SecretsManagerClient":
        """Return the client for a key; making one takes longer than its calls."""
        if key["AccessKeyId"] not in self._clients:
            self._clients[key["AccessKeyId"]] = self._aws.client_of(key, "secretsmanager")
        return self._clients[key["AccessKeyId"]]

    def _read(self) -> dict[str, str]:
        """Read AWSCURRENT: as the administrator, who stands for the partner's own role."""
        answer = self._secrets.get_secret_value(SecretId=self._secret, VersionStage="AWSCURRENT")
        key: dict[str, str] = json.loads(answer["SecretString"])
        return key
