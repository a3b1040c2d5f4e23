"""Asking AWS, without a deployment."""

import json
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tools.prove_on_aws.errors import OverdueError
from tools.prove_on_aws.secret import ADMIN_SECRET, LOGIN, Secret
from tools.prove_on_aws.step import Proof, Step

if TYPE_CHECKING:
    from mypy_boto3_logs.client import CloudWatchLogsClient
    from mypy_boto3_rds.client import RDSClient
    from mypy_boto3_rds.type_defs import ParameterTypeDef

_TOOLKIT = "CDKToolkit"
_NEWEST = "postgres18"
MAJORS = {
    "aurora-mysql": ("8.0", "8.4"),
    "aurora-postgresql": ("14", "15", "16", "17", "18"),
    "mariadb": ("10.6", "10.11", "11.4", "11.8"),
    "mysql": ("8.0", "8.4"),
    "postgres": ("14", "15", "16", "17", "18"),
}
"""The versions that settings accept, each a family of parameter groups."""
_TRAIL_MINUTES = 20
_LOG_MINUTES = 5
_TESTED = {"TestRotationSucceeded", "TestRotationFailed"}
_GIVEN_UP = {"RotationFailed", "RotationAbandoned"}


def _bootstrap(proof: Proof) -> None:
    trial = proof.trial
    [stack] = trial.client("cloudformation").describe_stacks(StackName=_TOOLKIT)["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
    bucket, [account, region] = outputs["BucketName"], stack["StackId"].split(":")[4:2:-1]
    named = fnmatchcase(bucket, f"cdk-*-assets-{account}-{region}")
    answer = trial.client("s3").get_bucket_encryption(Bucket=bucket)
    rules = answer["ServerSideEncryptionConfiguration"]["Rules"]
    defaults = [rule.get("ApplyServerSideEncryptionByDefault", {}) for rule in rules]
    own = [each["KMSMasterKeyID"] for each in defaults if each.get("KMSMasterKeyID")]
    proof.settle(
        "bootstrap-bucket",
        held=named and not own,
        evidence=f"{bucket}, encrypted with {', '.join(own) or 'a key of AWS'}",
    )


def _parameters(proof: Proof) -> None:
    """Write each product's parameters to an empty group of each version, and delete it again."""
    from credential_rotation.engines import ENGINES  # noqa: PLC0415  # the CDK takes seconds

    found: dict[str, tuple[bool | None, str]] = {}
    for name, versions in MAJORS.items():
        engine = ENGINES[name]
        for version in versions:
            family = f"{name}{version}"
            parameters = engine.parameters_for(version)
            found[family] = _try_parameters(proof, family, parameters, of_cluster=engine.cluster)
            proof.note(f"{family}: {found[family][1]}")
    held, answer = found.pop(_NEWEST)
    proof.settle("log-connections-18", held=held, evidence=answer)
    refused = [f"{family}: {answer}" for family, (held, answer) in found.items() if not held]
    unknown = any(held is None for held, _ in found.values())
    proof.settle(
        "parameters-of-products",
        held=not refused or (None if unknown else False),
        evidence="; ".join(refused) or f"RDS takes the parameters of {', '.join(found)}",
    )


def _try_parameters(
    proof: Proof, family: str, parameters: dict[str, str], *, of_cluster: bool
) -> tuple[bool | None, str]:
    client: RDSClient = proof.trial.client("rds")
    name = f"{proof.trial.prefix}-{family.replace('.', '-')}"
    told: list[ParameterTypeDef] = [
        {"ParameterName": key, "ParameterValue": value, "ApplyMethod": "pending-reboot"}
        for key, value in parameters.items()
    ]
    description = "Tried by make prove-on-aws, deleted at once"
    try:
        if of_cluster:
            client.create_db_cluster_parameter_group(
                DBClusterParameterGroupName=name,
                DBParameterGroupFamily=family,
                Description=description,
            )
        else:
            client.create_db_parameter_group(
                DBParameterGroupName=name, DBParameterGroupFamily=family, Description=description
            )
    except ClientError as error:
        return None, str(error)
    try:
        if of_cluster:
            client.modify_db_cluster_parameter_group(
                DBClusterParameterGroupName=name, Parameters=told
            )
        else:
            client.modify_db_parameter_group(DBParameterGroupName=name, Parameters=told)
    except ClientError as error:
        return False, str(error)
    else:
        return True, f"RDS takes {', '.join(f'{k} = {v}' for k, v in parameters.items())}"
    finally:
        if of_cluster:
            client.delete_db_cluster_parameter_group(DBClusterParameterGroupName=name)
        else:
            client.delete_db_parameter_group(DBParameterGroupName=name)


def _schedule_test(proof: Proof) -> None:
    """RotateSecret tries a function when its schedule is made; the function logs the outcome."""
    client: CloudWatchLogsClient = proof.trial.client("logs")
    group = f"/aws/lambda/{proof.trial.outputs()['MainAppRotationFunctionName']}"

    def look() -> tuple[dict[str, Any] | None, str]:
        pages = client.get_paginator("filter_log_events").paginate(logGroupName=group)
        entries = [_entry(each.get("message", "")) for page in pages for each in page["events"]]
        tests = [each for each in entries if each.get("step") == "testSecret" and "level" in each]
        return (tests[0] if tests else None), f"{len(entries)} entries, no testSecret"

    try:
        test = proof.wait("The trial of the schedule", look, minutes=_LOG_MINUTES)
    except OverdueError as error:
        proof.settle("rotation-test-version", held=None, evidence=str(error))
        return
    proof.settle(
        "rotation-test-version",
        held=test["level"] == "INFO",
        evidence=f"the function logged: {test['message']}",
    )


def _entry(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


def _trail(proof: Proof) -> None:
    """What CloudTrail has of our secrets; it may lag by a quarter of an hour."""
    arns = {Secret(proof.trial, output).describe()["ARN"] for output in (LOGIN, ADMIN_SECRET)}

    def look() -> tuple[set[str] | None, str]:
        seen = _recorded(proof, arns)
        whole = "RotationSucceeded" in seen and seen & _TESTED and seen & _GIVEN_UP
        return (seen if whole else None), ", ".join(sorted(seen)) or "nothing"

    try:
        seen = proof.wait("The record of the rotations", look, minutes=_TRAIL_MINUTES)
    except OverdueError as error:
        proof.note(str(error))
        seen = _recorded(proof, arns)
    told = f"recorded with the secret's ARN: {', '.join(sorted(seen)) or 'nothing'}"
    whole = "RotationSucceeded" in seen and bool(seen & _GIVEN_UP)
    proof.settle("trail-names", held=whole or None, evidence=told)
    proof.settle("trail-of-tests", held=bool(seen & _TESTED) or None, evidence=told)


def _recorded(proof: Proof, arns: set[str]) -> set[str]:
    """The names of the service's own events that carry the ARN of one of our secrets."""
    pages = (
        proof.trial.client("cloudtrail")
        .get_paginator("lookup_events")
        .paginate(
            LookupAttributes=[
                {"AttributeKey": "EventSource", "AttributeValue": "secretsmanager.amazonaws.com"}
            ],
            StartTime=datetime.now(UTC) - timedelta(hours=6),
        )
    )
    events = [each for page in pages for each in page["Events"]]
    return {
        each["EventName"]
        for each in events
        if json.loads(each["CloudTrailEvent"]).get("additionalEventData", {}).get("SecretId")
        in arns
    }


BOOTSTRAP = Step(
    name="bootstrap",
    title="looks at the bucket that `cdk bootstrap` has made",
    settles=("bootstrap-bucket",),
    minutes=(0.1, 1),
    run=_bootstrap,
)
PARAMETERS = Step(
    name="parameters",
    title="writes each product's parameters to an empty group of each of its versions",
    settles=("log-connections-18", "parameters-of-products"),
    minutes=(0.1, 2),
    run=_parameters,
)
SCHEDULE_TEST = Step(
    name="schedule-test",
    title="looks for the trial of the schedule in the rotation function's log",
    settles=("rotation-test-version",),
    minutes=(0.1, _LOG_MINUTES),
    needs=("deploy",),
    run=_schedule_test,
)
TRAIL = Step(
    name="trail",
    title="looks for the rotations in CloudTrail",
    settles=("trail-names", "trail-of-tests"),
    minutes=(0.1, _TRAIL_MINUTES),
    needs=("alternating",),
    run=_trail,
)
