"""Where logs go."""

from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct


class EncryptedLogGroup(logs.LogGroup):
    """A log group under our key that keeps its events for a year (CloudWatch.16).

    Its name is fixed, for two reasons. The service that writes to it would otherwise create it,
    unencrypted and for ever. And the key's policy names the log groups that it encrypts, which it
    could not if CloudFormation made the names up.
    """

    def __init__(self, scope: Construct, construct_id: str, *, name: str, key: kms.IKey) -> None:
        """Create the log group.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            name: The log group's name.
            key: The key, whose policy has to let CloudWatch Logs use it for this name.
        """
        super().__init__(
            scope,
            construct_id,
            encryption_key=key,
            log_group_name=name,
            retention=logs.RetentionDays.ONE_YEAR,
        )
