"""Deploying, changing, failing to change, and destroying."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from local.cdk import CdkError
from tools.prove_on_aws.errors import ProofError
from tools.prove_on_aws.leftovers import leftovers
from tools.prove_on_aws.secret import ADMIN_SECRET, LOGIN, Secret
from tools.prove_on_aws.step import Proof, Step
from tools.prove_on_aws.steps.consuming import log_in
from tools.prove_on_aws.trial import Trial

if TYPE_CHECKING:
    from mypy_boto3_rds.type_defs import DBInstanceTypeDef

WITNESSES: Mapping[str, Sequence[str]] = {
    "dynamic-reference": ("AWS::RDS::DBInstance",),
    "event-subscription-check": ("AWS::RDS::EventSubscription",),
    "first-password-scram": ("Custom::DatabaseUser",),
    "flow-log-trust": ("AWS::EC2::FlowLog",),
    "iam-delay": ("Custom::DatabaseUser", "Custom::ClosedSecurityGroup"),
    "invoke-check-source": ("AWS::SecretsManager::RotationSchedule",),
    "key-trial": ("AWS::SecretsManager::Secret",),
    "log-key": ("AWS::Logs::LogGroup",),
    "monitoring-trust": ("AWS::RDS::DBInstance",),
    "rds-grants": ("AWS::RDS::DBInstance",),
    "reads-too": ("AWS::Events::Rule",),
}
"""The types of the resources that could not be created if an assumption did not hold."""

CHANGES = {
    "database__backup_days": "8",
    "database__max_storage_gib": "40",
    "rotation__schedule": "rate(8 hours)",
    "rotation__strategy": "single",
}
REPLACEMENT = {"database__name": "elsewhere"}
"""What would need another instance of the same name, which CloudFormation has to refuse."""

_NOT_BEGUN = "REVIEW_IN_PROGRESS"
"""A stack whose first change set was never executed stays so."""

_STABLE_MINUTES = 90
_DELETE_MINUTES = 60
_ATTEMPTS = 3


def _deploy(proof: Proof) -> None:
    try:
        proof.trial.cdk.deploy_synthesized()
    finally:
        _hear_witnesses(proof)
    proof.note(f"the stack {proof.trial.prefix} is {_wait_until_stable(proof)}")


def _hear_witnesses(proof: Proof) -> None:
    events = proof.trial.events() if proof.trial.stack() else []
    for assumption, types in WITNESSES.items():
        of_them = [each for each in events if each.get("ResourceType") in types]
        failed = [
            f"{each['ResourceType']}: {each.get('ResourceStatusReason', 'no reason')}"
            for each in of_them
            if each["ResourceStatus"] == "CREATE_FAILED"
            and "cancelled" not in each.get("ResourceStatusReason", "")
        ]
        made = {
            each["ResourceType"] for each in of_them if each["ResourceStatus"] == "CREATE_COMPLETE"
        }
        held = False if failed else (True if made == set(types) else None)
        told = failed[0] if failed else f"created: {', '.join(sorted(made)) or 'nothing'}"
        proof.settle(assumption, held=held, evidence=told)


def _change(proof: Proof) -> None:
    """RotateSecret refuses a changed schedule while a rotation is under way: wait for that."""
    _wait_for_rest(proof)
    proof.trial.cdk.deploy(*proof.trial.settings(**CHANGES))
    proof.trial.memory.outputs.clear()  # another strategy, another function
    instance = _instance(proof.trial)
    if instance["BackupRetentionPeriod"] != int(CHANGES["database__backup_days"]):
        raise ProofError(
            f"The instance keeps backups for {instance['BackupRetentionPeriod']} days after the "
            "update",
            remedy="Compare the instance with the template",
        )
    rules = Secret(proof.trial, LOGIN).describe()["RotationRules"]
    proof.note(f"backups for 8 days, storage up to 40 GiB, a single user, {rules}")
    log_in(proof.trial)


def _wait_for_rest(proof: Proof) -> None:
    for output in (LOGIN, ADMIN_SECRET):
        Secret(proof.trial, output).wait_for_rest(proof)


def _refuse(proof: Proof) -> None:
    _wait_for_rest(proof)
    before = _instance(proof.trial).get("DbiResourceId")
    try:
        proof.trial.cdk.deploy(*proof.trial.settings(**CHANGES, **REPLACEMENT))
    except CdkError:
        status = _wait_until_stable(proof)
    else:
        raise ProofError(
            "CloudFormation took another name of the database, which has to fail",
            remedy="Look whether the instance was replaced; the docs say that it is refused",
        )
    log_in(proof.trial)
    rolled_back = status == "UPDATE_ROLLBACK_COMPLETE"
    kept = _instance(proof.trial).get("DbiResourceId") == before
    reasons = [
        each["ResourceStatusReason"]
        for each in proof.trial.events()
        if each["ResourceStatus"] == "UPDATE_FAILED" and "ResourceStatusReason" in each
    ]
    proof.settle(
        "kept-name-refused",
        held=rolled_back and kept,
        evidence=f"{status}, {'the same' if kept else 'another'} instance: {' '.join(reasons[:1])}",
    )
    if not rolled_back:
        raise ProofError(
            f"The stack is {status} after a deployment that had to fail",
            remedy="Its events say which resource cannot go back",
        )


def _instance(trial: Trial) -> "DBInstanceTypeDef":
    [instance] = trial.client("rds").describe_db_instances(DBInstanceIdentifier=trial.database)[
        "DBInstances"
    ]
    found: DBInstanceTypeDef = instance
    return found


def _wait_until_stable(proof: Proof) -> str:
    def look() -> tuple[str | None, str]:
        stack = proof.trial.stack()
        status = stack["StackStatus"] if stack else "not there"
        moves = status.endswith("IN_PROGRESS") and status != _NOT_BEGUN
        return (None if moves else status), status

    return proof.wait(f"The end of what {proof.trial.prefix} is at", look, minutes=_STABLE_MINUTES)


def _destroy(proof: Proof) -> None:
    """Whatever was begun, also by a deployment that was interrupted; more than once if need be."""
    names = [f"{proof.trial.path}/main/{name}" for name in ("app", "admin")]
    for _ in range(_ATTEMPTS):
        if _wait_until_stable(proof) == "not there":
            break
        status = _delete(proof)
        proof.note(f"the stack {proof.trial.prefix} is {status}")
        if status == "DELETE_COMPLETE":
            proof.settle("deletions", held=_are_free(proof.trial, names), evidence=_deleted(proof))
            break
    left = leftovers(proof.trial)
    for each in left:
        proof.note(f"left: {each.what}. Delete it: {each.command}")
    if left:
        raise ProofError(
            f"{len(left)} things are left that cost or block",
            remedy=f"Delete them: {'; '.join(each.command for each in left)}",
        )


def _delete(proof: Proof) -> str:
    client = proof.trial.client("cloudformation")
    stack = proof.trial.stack()
    if stack is None:
        return "DELETE_COMPLETE"
    client.delete_stack(StackName=proof.trial.prefix)

    def look() -> tuple[str | None, str]:
        """By its id: a stack that is gone is known by that alone."""
        [found] = client.describe_stacks(StackName=stack["StackId"])["Stacks"]
        status: str = found["StackStatus"]
        return (status if status in {"DELETE_COMPLETE", "DELETE_FAILED"} else None), status

    return proof.wait(f"The end of {proof.trial.prefix}", look, minutes=_DELETE_MINUTES)


def _are_free(trial: Trial, names: Sequence[str]) -> bool:
    client = trial.client("secretsmanager")
    for name in names:
        try:
            client.describe_secret(SecretId=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
        else:
            return False
    return True


def _deleted(proof: Proof) -> str:
    return f"{proof.trial.prefix} was deleted, and {proof.trial.path}/… looked for"


DEPLOY = Step(
    name="deploy",
    title="deploys the stack",
    settles=tuple(WITNESSES),
    minutes=(10, _STABLE_MINUTES),
    run=_deploy,
)
CHANGE = Step(
    name="change",
    title="changes backup days, storage, schedule and strategy in place",
    settles=(),
    minutes=(3, 60),
    needs=("deploy",),
    run=_change,
)
REFUSE = Step(
    name="refuse",
    title="deploys a change that has to fail, and looks whether everything is as it was",
    settles=("kept-name-refused",),
    minutes=(2, 60),
    needs=("change",),
    run=_refuse,
)
DESTROY = Step(
    name="destroy",
    title="destroys the stack, and looks for what is left",
    settles=("deletions",),
    minutes=(10, _DELETE_MINUTES),
    always=True,
    run=_destroy,
)
