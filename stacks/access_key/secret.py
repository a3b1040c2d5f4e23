"""The secret that holds the key."""

import json
from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.endpoints import SecretsEndpoint
from stacks.names import Names
from stacks.role import ServiceRole
from stacks.rotated_secret import RotatedSecret
from stacks.secret_policy import READ
from stacks.secrets_key import SecretsKey

_FILL = (READ, "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage")

_KNOWN_LABELS = ["ATTEMPTED", "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS", "INTENT"]
"""Of the versions that say what a key is."""


class AccessKeySecret(RotatedSecret):
    """The user's access key.

    At first it holds the user's name alone, which never changes: the key is put in by a function,
    so that no template and no stack ever has it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        user_name: str,
        key: SecretsKey,
        endpoint: SecretsEndpoint,
        readers: Sequence[str],
    ) -> None:
        """Create the secret.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What its names begin with.
            user_name: Whose key it is going to hold.
            key: Encrypts the secret.
            endpoint: The way to it from the network, for readers there.
            readers: ARNs of roles that may read it and are not of this stack.
        """
        super().__init__(
            scope,
            construct_id,
            name=f"{names.path}/access-key",
            resource_id="Secret",
            description=f"Access key of the IAM user {user_name}",
            text=json.dumps({"UserName": user_name}),
            key=key,
            endpoint=endpoint,
            readers=readers,
        )

    def grant_rotate_from_outside(self, role: ServiceRole, *, function_arn: str) -> None:
        """Let a function outside of the network rotate the secret, if the secret names it."""
        self._grant_rotate(role, function_arn=function_arn)
        self.policy.admit(role.arn)

    def grant_fill(self, role: ServiceRole) -> None:
        """Let a role put the first key in."""
        role.allow(iam.PolicyStatement(actions=list(_FILL), resources=[self.arn]))
        self._key.grant_encrypt_decrypt(role, secret_arn=self.arn)
        self.policy.admit(role.arn)

    def grant_know(self, role: ServiceRole) -> None:
        """Let a role read which version holds which key."""
        role.allow(
            iam.PolicyStatement(actions=["secretsmanager:DescribeSecret"], resources=[self.arn])
        )
        role.allow(
            iam.PolicyStatement(
                actions=[READ],
                resources=[self.arn],
                conditions={"StringEquals": {"secretsmanager:VersionStage": _KNOWN_LABELS}},
            )
        )
        self._key.grant_decrypt(role, secret_arn=self.arn)
        self.policy.admit(role.arn)
