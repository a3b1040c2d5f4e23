"""The customer-managed keys: one for the secrets, one for data and logs.

Whoever administers a key cannot use it, and it is used through its services alone: there is no
statement that lets anyone call `kms:Decrypt` directly. Use needs a second permission, in the
caller's own policy, because the key policy names the account and not a role.
"""

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.role import ServiceRole
from stacks.settings import Settings

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


class SecretsKey(Construct):
    """Encrypts the secrets and nothing else."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        """Create the key.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            settings: What the team decided.
        """
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        self._via_secrets_manager = f"secretsmanager.{stack.region}.amazonaws.com"
        secrets = stack.format_arn(
            service="secretsmanager",
            resource="secret",
            resource_name=f"{settings.path}/*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        use = iam.PolicyStatement(
            sid="UseThroughSecretsManager",
            principals=[iam.AccountRootPrincipal()],
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[THIS_KEY],
            conditions={
                "StringEquals": {
                    "kms:CallerAccount": stack.account,
                    "kms:ViaService": self._via_secrets_manager,
                },
                # The second value is what Secrets Manager tries a new secret's key with.
                "StringLike": {
                    "kms:EncryptionContext:SecretARN": [secrets, "RequestToValidateKeyAccess"]
                },
            },
        )
        self.key = _key(
            self,
            alias=f"alias/{settings.path}/secrets",
            description="Encrypts the secrets, through Secrets Manager alone",
            uses=[use],
        )

    def grant_decrypt(self, role: ServiceRole, *, secret_arn: str) -> None:
        """Let a role decrypt one secret, through Secrets Manager."""
        role.allow(self._statement(["kms:Decrypt"], secret_arn))

    def grant_encrypt_decrypt(self, role: ServiceRole, *, secret_arn: str) -> None:
        """Let a role decrypt and encrypt one secret, through Secrets Manager."""
        role.allow(self._statement(["kms:Decrypt", "kms:GenerateDataKey"], secret_arn))

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


class DataKey(Construct):
    """Encrypts the database's storage, its backups and all logs."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        """Create the key.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            settings: What the team decided.
        """
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        self.key = _key(
            self,
            alias=f"alias/{settings.path}/data",
            description="Encrypts the database, its backups and the logs",
            uses=[_grants_of_rds(stack), _use_by_cloudwatch_logs(stack, settings)],
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
            "StringEquals": {
                "kms:CallerAccount": stack.account,
                "kms:ViaService": f"rds.{stack.region}.amazonaws.com",
            },
        },
    )


def _use_by_cloudwatch_logs(stack: Stack, settings: Settings) -> iam.PolicyStatement:
    """Let CloudWatch Logs encrypt the stack's own log groups, which have fixed names."""
    log_groups = (
        f"/aws/lambda/{settings.prefix}-*",
        f"/aws/rds/instance/{settings.prefix}/*",
        f"/{settings.path}/*",
    )
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html, with its
    # wildcards spelt out.
    return iam.PolicyStatement(
        sid="UseByCloudWatchLogs",
        principals=[iam.ServicePrincipal(f"logs.{stack.region}.amazonaws.com")],
        actions=[
            "kms:Decrypt",
            "kms:DescribeKey",
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
                    stack.format_arn(
                        service="logs",
                        resource="log-group",
                        resource_name=name,
                        arn_format=ArnFormat.COLON_RESOURCE_NAME,
                    )
                    for name in log_groups
                ]
            }
        },
    )


def _key(
    scope: Construct, *, alias: str, description: str, uses: list[iam.PolicyStatement]
) -> kms.Key:
    administration = iam.PolicyStatement(
        sid="AdministerWithoutUse",
        principals=[iam.AccountRootPrincipal()],
        actions=list(ADMINISTRATION),
        resources=[THIS_KEY],
    )
    return kms.Key(
        scope,
        "Key",
        alias=alias,
        description=description,
        enable_key_rotation=True,
        policy=iam.PolicyDocument(statements=[administration, *uses]),
    )
