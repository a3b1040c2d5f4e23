"""People who get hold of the deployed roles, and some who don't."""

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from local.aws.configuration import ACCOUNT
from local.demo.attempt import Attempts
from local.demo.person import Person
from local.demo.profile import Profile

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

    from local.demo.rotation_follower import RotationFollower
    from local.local_aws import LocalAws

_EVERYTHING = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["iam:*", "sts:*"], "Resource": "*"}],
    }
)
"""What another account lets its user do: it is none of our business."""
_OPERATOR = "operator"
_CONTRACTOR = "contractor"


class People:
    """An operator of this account and a contractor of another.

    Args:
        aws: The local AWS.
        attempts: Writes down what they try.
        operator: The profile of the role that may rotate.
        contractor: The profile of the role for the other account.
        secret: The name of the application's secret.
    """

    def __init__(
        self,
        aws: "LocalAws",
        attempts: Attempts,
        *,
        operator: Profile,
        contractor: Profile,
        secret: str,
    ) -> None:
        self._aws = aws
        self._attempts = attempts
        self._operator = operator
        self._contractor = contractor
        self._secret = secret

    def act(self, watch: "RotationFollower") -> None:
        """Let everybody try what he may and what he may not.

        Args:
            watch: Awaits the rotation that the operator starts.

        Raises:
            NotAsIntendedError: Something did not.
            RotationFailedError: The operator's rotation did not come to its end.
        """
        self._operate(watch)
        self._help()

    def _operate(self, watch: "RotationFollower") -> None:
        """Rotate with MFA for an hour, and read nothing."""
        ann = Person(self._aws, "ann", account=ACCOUNT)
        ann.join(f"{self._operator.role}s")
        assume = partial(ann.assume, self._operator)
        self._attempts.refused("ann", f"become {_OPERATOR} without MFA", assume)
        ann.enrol()
        given = self._attempts.allowed(
            "ann", f"become {_OPERATOR} with MFA", lambda: assume(**ann.mfa())
        )
        secrets = self._secrets(given)
        self._attempts.allowed(_OPERATOR, "rotate the secret", lambda: watch.rotate(secrets))
        self._attempts.refused(_OPERATOR, "read the secret", lambda: self._read(secrets))

    def _help(self) -> None:
        """Look at the rotation from another account, for which the external id is the right one."""
        bob = Person(self._aws, "bob", account=self._contractor.account)
        bob.get_policy(_EVERYTHING)
        bob.enrol()
        assume = partial(bob.assume, self._contractor, SourceIdentity=bob.name)
        self._attempts.refused(
            "bob",
            f"become {_CONTRACTOR} with a wrong ExternalId",
            lambda: assume(**bob.mfa(), ExternalId="another-customer"),
        )
        given = self._attempts.allowed(
            "bob",
            f"become {_CONTRACTOR} with ours",
            lambda: assume(**bob.mfa(), ExternalId=str(self._contractor.external_id)),
        )
        secrets = self._secrets(given)
        self._attempts.allowed(
            _CONTRACTOR,
            "see the rotation",
            lambda: secrets.describe_secret(SecretId=self._secret),
        )
        self._attempts.refused(_CONTRACTOR, "read the secret", lambda: self._read(secrets))

    def _secrets(self, given: dict[str, Any]) -> "SecretsManagerClient":
        client: SecretsManagerClient = self._aws.client_of(given["Credentials"], "secretsmanager")
        return client

    def _read(self, secrets: "SecretsManagerClient") -> object:
        return secrets.get_secret_value(SecretId=self._secret, VersionStage="AWSCURRENT")
