"""A call that the deployed policies refuse: the consumer's role asking for another secret."""

import json
from typing import TYPE_CHECKING

from local.demo.variables import changed_variables
from local.errors import LocalError

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

    from local.local_aws import LocalAws


class NotRefusedError(LocalError):
    """The policies let a call through that they must not."""

    def __init__(self, answer: str) -> None:
        super().__init__(
            "the consumer was not refused another secret",
            why=f"it answered {answer}",
            remedy="Look at the consumer's role and the secrets' policies in credential_rotation/",
        )


def refused_call(aws: "LocalAws", *, consumer: str, secret: str) -> str:
    """Point the consumer function at another secret, call it, and point it back.

    Returns:
        The error that the function got.

    Raises:
        NotRefusedError: It got the secret.
    """
    functions: LambdaClient = aws.client("lambda")
    secrets: SecretsManagerClient = aws.client("secretsmanager")
    arn = secrets.describe_secret(SecretId=secret)["ARN"]
    with changed_variables(functions, consumer, SECRET_ID=arn):
        answer = functions.invoke(FunctionName=consumer, Payload=b"{}")
    text = answer["Payload"].read().decode()
    if "AccessDenied" not in text and "not authorized" not in text:
        raise NotRefusedError(text)
    return str(json.loads(text)["errorMessage"])
