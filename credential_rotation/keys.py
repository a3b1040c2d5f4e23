"""What the customer-managed keys have in common: one for the secrets, one for data and logs.

Whoever administers a key cannot use it, and it is used through its services alone: there is no
statement that lets anyone call `kms:Decrypt` directly. Use needs a second permission, in the
caller's own policy, because the key policy names the account and not a role.
"""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from credential_rotation.names import Names, arn_of
from credential_rotation.roles import Grantee

ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
"""What an administrator may do with a key: everything but using it or granting its use."""

THIS_KEY = "*"
"""The resource of a statement in a key policy: there it means the key that carries the policy."""


def customer_managed_key(
    scope: Construct,
    *,
    alias: str,
    description: str,
    uses: list[iam.PolicyStatement],
    administration: Sequence[str] = ADMINISTRATION,
    spec: kms.KeySpec | None = None,
) -> kms.Key:
    """Create a key. If it is symmetric, it rotates; KMS rotates no other.

    Args:
        scope: The parent.
        alias: What people call it, beginning with `alias/`.
        description: What it encrypts.
        uses: Who may use it, and through which service.
        administration: What an administrator may do with it.
        spec: The kind of a key for signing; a symmetric one if left out.
    """
    administer = iam.PolicyStatement(
        sid="AdministerWithoutUse",
        principals=[iam.AccountRootPrincipal()],
        actions=list(administration),
        resources=[THIS_KEY],
    )
    return kms.Key(
        scope,
        "Key",
        alias=alias,
        description=description,
        enable_key_rotation=None if spec else True,
        key_spec=spec,
        key_usage=kms.KeyUsage.SIGN_VERIFY if spec else None,
        policy=iam.PolicyDocument(statements=[administer, *uses]),
    )


class SecretsKey(Construct):
    """Encrypts the secrets and nothing else.

    Attributes:
        key: The key.
        ours: Whether the stack makes it. What an existing one allows, its owner says.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, names: Names, existing: str = ""
    ) -> None:
        """Create the key, or refer to one.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What its names begin with.
            existing: ARN of a key to take instead; empty for none.
        """
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        self._via_secrets_manager = f"secretsmanager.{stack.region}.amazonaws.com"
        self.ours = not existing
        self.key: kms.IKey = (
            kms.Key.from_key_arn(self, "Key", existing) if existing else self._made(names)
        )

    def _made(self, names: Names) -> kms.Key:
        use = iam.PolicyStatement(
            sid="UseThroughSecretsManager",
            principals=[iam.AccountRootPrincipal()],
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[THIS_KEY],
            conditions={
                "StringEquals": {"kms:ViaService": self._via_secrets_manager},
                # The second value is what Secrets Manager tries a new secret's key with.
                "StringLike": {
                    "kms:EncryptionContext:SecretARN": [
                        names.secrets(Stack.of(self)),
                        "RequestToValidateKeyAccess",
                    ]
                },
            },
        )
        return customer_managed_key(
            self,
            alias=f"alias/{names.path}/secrets",
            description="Encrypts the secrets, through Secrets Manager alone",
            uses=[use],
        )

    def grant_decrypt(self, role: Grantee, *, secret_arn: str) -> None:
        """Let a role decrypt one secret, or all of a path, through Secrets Manager."""
        role.allow(self._statement(["kms:Decrypt"], secret_arn))

    def grant_encrypt_decrypt(self, role: Grantee, *, secret_arn: str) -> None:
        """Let a role decrypt and encrypt one secret, or all of a path, through Secrets Manager."""
        role.allow(self._statement(["kms:Decrypt", "kms:GenerateDataKey"], secret_arn))

    def grant_encrypt(
        self,
        role: Grantee,
        *,
        secret_arns: Sequence[str],
        instead_of: iam.PolicyStatement | None,
    ) -> iam.PolicyStatement:
        """Let a role encrypt some secrets through Secrets Manager, by one statement for all.

        A statement for each would fill the role's policy after a few.

        Args:
            role: The role.
            secret_arns: The secrets.
            instead_of: What it returned for fewer secrets; None for the first.

        Returns:
            The statement.
        """
        statement = instead_of or self._statement(["kms:GenerateDataKey"], secret_arns[0])
        statement.add_condition(
            "StringLike", {"kms:EncryptionContext:SecretARN": list(secret_arns)}
        )
        if instead_of is None:
            role.allow(statement)
        return statement

    def ceiling(self, *actions: str, secrets: str) -> iam.PolicyStatement:
        """The most that a permissions boundary has to let a role do with the key.

        Args:
            actions: What.
            secrets: ARN of the secrets that the role is about, which may have a wildcard.
        """
        statement = self._statement(list(actions), secrets)
        statement.sid = "SecretsKey"
        return statement

    def _statement(self, actions: list[str], secret_arn: str) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            actions=actions,
            resources=[self.key.key_arn],
            conditions={
                "StringEquals": {"kms:ViaService": self._via_secrets_manager},
                "StringLike": {"kms:EncryptionContext:SecretARN": secret_arn},
            },
        )


class DataKey(Construct):
    """Encrypts the database's storage, its backups, all logs, and an instance's volume."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        volumes: bool,
        flow_log: bool,
    ) -> None:
        """Create the key.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What its names begin with.
            volumes: Whether instances have volumes under it.
            flow_log: Whether a network of ours has its flow log under it.
        """
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        self.key = customer_managed_key(
            self,
            alias=f"alias/{names.path}/data",
            description="Encrypts the database, its backups and the logs",
            uses=[
                _grants_of_rds(stack),
                _use_by_cloudwatch_logs(stack, names, flow_log=flow_log),
                *(_use_by_ebs(stack) if volumes else ()),
            ],
        )


def _grants_of_rds(stack: Stack) -> iam.PolicyStatement:
    """Let RDS lend the key to its own storage, on behalf of whoever creates the instance."""
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.Keys.html
    return iam.PolicyStatement(
        sid="GrantThroughRds",
        principals=[iam.AccountRootPrincipal()],
        actions=["kms:CreateGrant"],
        resources=[THIS_KEY],
        conditions={
            "Bool": {"kms:GrantIsForAWSResource": "true"},
            "StringEquals": {"kms:ViaService": f"rds.{stack.region}.amazonaws.com"},
        },
    )


def _use_by_ebs(stack: Stack) -> tuple[iam.PolicyStatement, ...]:
    """Let EC2 make an encrypted volume and attach it, on behalf of whoever starts an instance."""
    # https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html, without
    # re-encryption, which is for images under another key, and DescribeKey, which people may
    # anyway. The grant is what the volume is decrypted by when the instance starts again.
    through_ec2 = {"kms:ViaService": f"ec2.{stack.region}.amazonaws.com"}
    return (
        iam.PolicyStatement(
            sid="GrantThroughEc2",
            principals=[iam.AccountRootPrincipal()],
            actions=["kms:CreateGrant"],
            resources=[THIS_KEY],
            conditions={
                "Bool": {"kms:GrantIsForAWSResource": "true"},
                "StringEquals": through_ec2,
            },
        ),
        iam.PolicyStatement(
            sid="UseThroughEc2",
            principals=[iam.AccountRootPrincipal()],
            actions=["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"],
            resources=[THIS_KEY],
            conditions={"StringEquals": through_ec2},
        ),
    )


def _use_by_cloudwatch_logs(stack: Stack, names: Names, *, flow_log: bool) -> iam.PolicyStatement:
    """Let CloudWatch Logs encrypt the stack's own log groups, which have fixed names."""
    log_groups = (
        f"/aws/lambda/{names.prefix}-*",
        f"/aws/rds/cluster/{names.prefix}-*/*",
        f"/aws/rds/instance/{names.prefix}-*/*",
        *([f"/{names.path}/*"] if flow_log else []),
    )
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html, with its
    # wildcards spelt out; without DescribeKey, whose requests have no encryption context, so that
    # the condition never lets it through.
    return iam.PolicyStatement(
        sid="UseByCloudWatchLogs",
        principals=[iam.ServicePrincipal(f"logs.{stack.region}.amazonaws.com")],
        actions=[
            "kms:Decrypt",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ],
        resources=[THIS_KEY],
        conditions={
            "ArnLike": {
                "kms:EncryptionContext:aws:logs:arn": [
                    arn_of(stack, "logs", "log-group", name) for name in log_groups
                ]
            }
        },
    )
