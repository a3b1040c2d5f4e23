"""What a rotating function does, step by step."""

from collections.abc import Iterator

from security.calls import Calls, invoke
from security.identifiers import ACCOUNT
from security.intent import Intent
from security.principals import Principal

_TOKEN = "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE"  # noqa: S105  # a version's id


def steps(calls: Calls, rotator: Principal, secret: str) -> Iterator[Intent]:
    """List what a rotation needs.

    Args:
        calls: About the parts of the deployment.
        rotator: The code of the function.
        secret: ARN of the secret.
    """
    service = "secretsmanager.amazonaws.com"
    yield invoke(service, rotator.code_of, secret, ACCOUNT, "Secrets Manager calls for a step")

    describe = "every step: which version has which label"
    yield from calls.secret(rotator, "DescribeSecret", secret, describe)

    read = "createSecret: read the credential in use"
    yield from calls.secret(rotator, "GetSecretValue", secret, read, VersionStage="AWSCURRENT")

    store = "createSecret: store the new credential before it is used"
    yield from calls.secret(rotator, "PutSecretValue", secret, store)

    pending = "setSecret, testSecret, finishSecret: read the new credential"
    yield from calls.secret(
        rotator, "GetSecretValue", secret, pending, VersionStage="AWSPENDING", VersionId=_TOKEN
    )

    previous = "setSecret of a retry: try the credential before"
    yield from calls.secret(rotator, "GetSecretValue", secret, previous, VersionStage="AWSPREVIOUS")

    move = "finishSecret: make it AWSCURRENT, and take AWSPENDING off"
    yield from calls.secret(rotator, "UpdateSecretVersionStage", secret, move)
