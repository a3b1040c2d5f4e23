"""The key of the secrets."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.arns import arn_of
from stacks.keys import THIS_KEY, customer_managed_key
from stacks.names import Names
from stacks.role import Grantee


class SecretsKey(Construct):
    """Encrypts the secrets and nothing else."""

    def __init__(self, scope: Construct, construct_id: str, *, names: Names) -> None:
        """Create the key.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What its names begin with.
        """
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        self._via_secrets_manager = f"secretsmanager.{stack.region}.amazonaws.com"
        secrets = arn_of(stack, "secretsmanager", "secret", f"{names.path}/*")
        use = iam.PolicyStatement(
            sid="UseThroughSecretsManager",
            principals=[iam.AccountRootPrincipal()],
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[THIS_KEY],
            conditions={
                "StringEquals": {"kms:ViaService": self._via_secrets_manager},
                # The second value is what Secrets Manager tries a new secret's key with.
                "StringLike": {
                    "kms:EncryptionContext:SecretARN": [secrets, "RequestToValidateKeyAccess"]
                },
            },
        )
        self.key = customer_managed_key(
            self,
            alias=f"alias/{names.path}/secrets",
            description="Encrypts the secrets, through Secrets Manager alone",
            uses=[use],
        )

    def grant_decrypt(self, role: Grantee, *, secret_arn: str) -> None:
        """Let a role decrypt one secret, through Secrets Manager."""
        role.allow(self._statement(["kms:Decrypt"], secret_arn))

    def grant_encrypt_decrypt(self, role: Grantee, *, secret_arn: str) -> None:
        """Let a role decrypt and encrypt one secret, through Secrets Manager."""
        role.allow(self._statement(["kms:Decrypt", "kms:GenerateDataKey"], secret_arn))

    def ceiling(self, *actions: str) -> iam.PolicyStatement:
        """The most that a permissions boundary has to let a role do with the key."""
        return iam.PolicyStatement(
            sid="SecretsKey",
            actions=list(actions),
            resources=[self.key.key_arn],
            conditions={"StringEquals": {"kms:ViaService": self._via_secrets_manager}},
        )

    def _statement(self, actions: list[str], secret_arn: str) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            actions=actions,
            resources=[self.key.key_arn],
            conditions={
                "StringEquals": {
                    "kms:ViaService": self._via_secrets_manager,
                    "kms:EncryptionContext:SecretARN": secret_arn,
                }
            },
        )
