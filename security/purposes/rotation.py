"""What the rotating functions do, step by step."""

from collections.abc import Iterator

from security.calls import Calls, invoke
from security.identifiers import ACCOUNT
from security.intent import Intent
from security.parts import Parts
from security.principals import Principal

_TOKEN = "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE"  # noqa: S105  # a version's id


def purposes(parts: Parts, *, strategy: str) -> Iterator[Intent]:
    """List what the rotations need.

    Args:
        parts: Of the deployment.
        strategy: How the application secret is rotated.
    """
    calls = Calls(parts)
    rotator = parts.function("rotation")
    yield from _steps(calls, rotator, parts.secret("application"))
    if strategy == "alternating":
        yield from calls.secret(
            rotator,
            "GetSecretValue",
            parts.secret("admin"),
            "setSecret: log in as the master user, who sets the other user's password",
            VersionStage="AWSCURRENT",
        )
    if "admin-rotation" in parts.functions():
        yield from _steps(calls, parts.function("admin-rotation"), parts.secret("admin"))


def _steps(calls: Calls, rotator: Principal, secret: str) -> Iterator[Intent]:
    service = "secretsmanager.amazonaws.com"
    yield invoke(service, rotator.code_of, secret, ACCOUNT, "Secrets Manager calls for a step")

    describe = "every step: which version has which label"
    yield from calls.secret(rotator, "DescribeSecret", secret, describe)

    read = "createSecret: read the credential in use"
    yield from calls.secret(rotator, "GetSecretValue", secret, read, VersionStage="AWSCURRENT")

    store = "createSecret: store the new password before it is used"
    yield from calls.secret(rotator, "PutSecretValue", secret, store)

    pending = "setSecret, testSecret, finishSecret: read the new password"
    yield from calls.secret(
        rotator, "GetSecretValue", secret, pending, VersionStage="AWSPENDING", VersionId=_TOKEN
    )

    previous = "setSecret of a retry: log in with the credential before"
    yield from calls.secret(rotator, "GetSecretValue", secret, previous, VersionStage="AWSPREVIOUS")

    move = "finishSecret: make the new version AWSCURRENT"
    yield from calls.secret(rotator, "UpdateSecretVersionStage", secret, move)
