"""The key of everything that is not a secret."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.arns import arn_of
from stacks.keys import THIS_KEY, customer_managed_key
from stacks.names import Names


class DataKey(Construct):
    """Encrypts the database's storage, its backups, all logs, and an instance's volume."""

    def __init__(self, scope: Construct, construct_id: str, *, names: Names, volumes: bool) -> None:
        """Create the key.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What its names begin with.
            volumes: Whether instances have volumes under it.
        """
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        self.key = customer_managed_key(
            self,
            alias=f"alias/{names.path}/data",
            description="Encrypts the database, its backups and the logs",
            uses=[
                _grants_of_rds(stack),
                _use_by_cloudwatch_logs(stack, names),
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


def _use_by_cloudwatch_logs(stack: Stack, names: Names) -> iam.PolicyStatement:
    """Let CloudWatch Logs encrypt the stack's own log groups, which have fixed names."""
    log_groups = (
        f"/aws/lambda/{names.prefix}-*",
        f"/aws/rds/instance/{names.prefix}/*",
        f"/{names.path}/*",
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
