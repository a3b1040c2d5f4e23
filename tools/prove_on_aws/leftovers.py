"""What a run may have left in the account, and how to delete it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from botocore.exceptions import ClientError

from tools.prove_on_aws.trial import Trial


@dataclass(frozen=True)
class Leftover:
    """Something that is still there.

    Attributes:
        what: Kind and name.
        command: Deletes it.
    """

    what: str
    command: str


def leftovers(trial: Trial) -> list[Leftover]:
    """Look for everything that costs money or blocks a name, by the run's own names."""
    return [found for look in _LOOKS for found in look(trial)]


def _stack(trial: Trial) -> Iterator[Leftover]:
    stack = trial.stack()
    if stack:
        yield Leftover(
            f"stack {trial.prefix} ({stack['StackStatus']})",
            f"aws cloudformation delete-stack --stack-name {trial.prefix}",
        )


def _instances(trial: Trial) -> Iterator[Leftover]:
    client = trial.client("rds")
    try:
        found = client.describe_db_instances(DBInstanceIdentifier=trial.database)["DBInstances"]
    except ClientError as error:
        if "NotFound" not in error.response["Error"]["Code"]:
            raise
        return
    for each in found:
        if each["DBInstanceStatus"] != "deleting":
            yield Leftover(
                f"database instance {trial.database}",
                "aws rds delete-db-instance --skip-final-snapshot --delete-automated-backups "
                f"--db-instance-identifier {trial.database}",
            )


def _snapshots(trial: Trial) -> Iterator[Leftover]:
    client = trial.client("rds")
    for each in client.describe_db_snapshots(
        DBInstanceIdentifier=trial.database, SnapshotType="manual"
    )["DBSnapshots"]:
        name = each["DBSnapshotIdentifier"]
        yield Leftover(
            f"snapshot {name}",
            f"aws rds delete-db-snapshot --db-snapshot-identifier {name}",
        )


def _parameter_groups(trial: Trial) -> Iterator[Leftover]:
    pages = trial.client("rds").get_paginator("describe_db_parameter_groups").paginate()
    for each in (each for page in pages for each in page["DBParameterGroups"]):
        name = each["DBParameterGroupName"]
        if name.startswith(trial.prefix):
            yield Leftover(
                f"parameter group {name}",
                f"aws rds delete-db-parameter-group --db-parameter-group-name {name}",
            )


def _cluster_parameter_groups(trial: Trial) -> Iterator[Leftover]:
    pages = trial.client("rds").get_paginator("describe_db_cluster_parameter_groups").paginate()
    for each in (each for page in pages for each in page["DBClusterParameterGroups"]):
        name = each["DBClusterParameterGroupName"]
        if name.startswith(trial.prefix):
            yield Leftover(
                f"cluster parameter group {name}",
                "aws rds delete-db-cluster-parameter-group --db-cluster-parameter-group-name "
                f"{name}",
            )


def _secrets(trial: Trial) -> Iterator[Leftover]:
    pages = (
        trial.client("secretsmanager")
        .get_paginator("list_secrets")
        .paginate(Filters=[{"Key": "name", "Values": [f"{trial.path}/"]}])
    )
    for each in (each for page in pages for each in page["SecretList"]):
        yield Leftover(
            f"secret {each['Name']}",
            "aws secretsmanager delete-secret --force-delete-without-recovery "
            f"--secret-id {each['Name']}",
        )


def _log_groups(trial: Trial) -> Iterator[Leftover]:
    client = trial.client("logs")
    for prefix in (
        f"/aws/lambda/{trial.prefix}-",
        f"/aws/rds/instance/{trial.database}/",
        f"/{trial.path}/",
    ):
        pages = client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
        for each in (each for page in pages for each in page["logGroups"]):
            name = each["logGroupName"]
            yield Leftover(
                f"log group {name}", f"aws logs delete-log-group --log-group-name {name}"
            )


def _keys(trial: Trial) -> Iterator[Leftover]:
    pages = trial.client("kms").get_paginator("list_aliases").paginate()
    for each in (each for page in pages for each in page["Aliases"]):
        if each["AliasName"].startswith(f"alias/{trial.path}/"):
            yield Leftover(
                f"key {each['AliasName']}",
                f"aws kms schedule-key-deletion --key-id {each.get('TargetKeyId', '?')} && "
                f"aws kms delete-alias --alias-name {each['AliasName']}",
            )


def _networks(trial: Trial) -> Iterator[Leftover]:
    found = trial.client("ec2").describe_vpcs(
        Filters=[{"Name": "tag:application", "Values": [trial.name]}]
    )["Vpcs"]
    for each in found:
        yield Leftover(f"VPC {each['VpcId']}", f"aws ec2 delete-vpc --vpc-id {each['VpcId']}")


_LOOKS: tuple[Callable[[Trial], Iterator[Leftover]], ...] = (
    _stack,
    _instances,
    _snapshots,
    _parameter_groups,
    _cluster_parameter_groups,
    _secrets,
    _log_groups,
    _keys,
    _networks,
)
