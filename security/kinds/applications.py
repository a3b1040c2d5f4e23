"""Somebody else's application, whose role the settings name as a reader of a secret."""

from collections.abc import Iterator

from security.attacks.attack import ENDPOINT, RESOURCE, Attack, refused
from security.calls import Calls
from security.intent import Intent
from security.principals import EVERYTHING, Principal

_WRITES = ("PutSecretValue", "UpdateSecretVersionStage")


def reads(calls: Calls, role_arn: str, secret: str) -> Iterator[Intent]:
    """List how the application reads the secret: from anywhere, if its own policy lets it.

    Args:
        calls: About the parts of the deployment.
        role_arn: The application's role.
        secret: ARN of the secret.
    """
    for endpoint in dict.fromkeys((calls.parts.way, "")):
        yield from calls.secret(
            _application(role_arn),
            "GetSecretValue",
            secret,
            "an application reads the secret whose reader it is",
            endpoint=endpoint,
            VersionStage="AWSCURRENT",
        )


def beyond(calls: Calls, role_arn: str, own: set[str]) -> Iterator[Attack]:
    """List what the application may not do even if its own policy allows everything.

    Args:
        calls: About the parts of the deployment.
        role_arn: The application's role.
        own: ARNs of the secrets whose reader it is.
    """
    who, parts = _application(role_arn), calls.parts
    # Who reads a secret of ours is let through the endpoint to all of them, and else to none.
    layers = (RESOURCE,) if own & set(parts.secrets()) else (RESOURCE, ENDPOINT)
    for secret in parts.secrets():
        if secret not in own:
            what = "read a secret whose reader it is not"
            for endpoint in dict.fromkeys((parts.way, "")):
                call = calls.secret_alone(
                    who,
                    "GetSecretValue",
                    secret,
                    what,
                    endpoint=endpoint,
                    VersionStage="AWSCURRENT",
                )
                yield from refused(call, *layers)
        for operation in _WRITES:
            what = "write a secret through our endpoint, as a reader"
            yield from refused(calls.secret_alone(who, operation, secret, what), ENDPOINT)


def _application(role_arn: str) -> Principal:
    """The application's code, also in a function: its own policy is the application's matter."""
    return Principal.role("another application, a reader", role_arn, policies=(EVERYTHING,))
