"""Reading as a consumer, and as somebody who must not."""

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tools.prove_on_aws.errors import ProofError
from tools.prove_on_aws.secret import LOGIN, Secret
from tools.prove_on_aws.step import Proof, Step
from tools.prove_on_aws.trial import Trial

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

_REFUSED = "AccessDeniedException"


def log_in(trial: Trial) -> dict[str, Any]:
    """Let the deployed consumer log in; count it.

    Returns:
        What it answered: the database user and the version of the secret.

    Raises:
        ProofError: It could not.
    """
    client: LambdaClient = trial.client("lambda")
    answer = client.invoke(FunctionName=trial.outputs()["ConsumerFunctionName"])
    payload: dict[str, Any] = json.loads(answer["Payload"].read())
    if "user" not in payload:
        told = f"{payload.get('errorType')}: {payload.get('errorMessage')}"
        trial.memory.failed_logins.append(told)
        raise ProofError(
            f"The consumer could not log in: {told}",
            remedy="Its log group names secret, cause and remedy",
        )
    trial.memory.logins += 1
    return payload


def _consume(proof: Proof) -> None:
    payload = log_in(proof.trial)
    labels = Secret(proof.trial, LOGIN).labels()
    proof.note(f"{payload['user']} logged in with version {payload['version_id']}")
    if "AWSCURRENT" not in labels.get(payload["version_id"], []):
        raise ProofError(
            "The consumer logged in with a version that is not AWSCURRENT",
            remedy="Compare its log with the secret's labels",
        )
    for each in ("three-policies", "role-paths"):
        proof.settle(each, held=True, evidence="the consumer function logged in")


def _administrator(proof: Proof) -> None:
    """What is read, if it is, goes nowhere: the answer is not looked at."""
    client: SecretsManagerClient = proof.trial.client("secretsmanager")
    secret = Secret(proof.trial, LOGIN)
    try:
        client.get_secret_value(SecretId=secret.name, VersionStage="AWSCURRENT")
    except ClientError as error:
        refusal = error.response["Error"]
        proof.settle(
            "administrator-denied",
            held=refusal["Code"] == _REFUSED and "resource-based policy" in refusal["Message"],
            evidence=f"{refusal['Code']}: {refusal['Message']}",
        )
    else:
        proof.settle(
            "administrator-denied",
            held=False,
            evidence="the credentials of this program read the secret",
        )


CONSUME = Step(
    name="consume",
    title="lets the deployed consumer read the secret and log in",
    settles=("three-policies", "role-paths"),
    minutes=(0.1, 3),
    needs=("deploy",),
    run=_consume,
)
ADMINISTRATOR = Step(
    name="administrator",
    title="tries to read the secret with your own credentials, and has to be refused",
    settles=("administrator-denied",),
    minutes=(0.1, 1),
    needs=("deploy",),
    run=_administrator,
)
