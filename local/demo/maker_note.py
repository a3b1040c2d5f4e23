"""The note of whoever has a token issued."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

_NOTE = "INTENT"


def forget_the_maker(secrets: "SecretsManagerClient", secret: str) -> None:
    """Say that nobody is having a token issued any more, so that a rotation may at once.

    Whoever does leaves a note, beside which no other one is issued for 40 seconds, and the
    deployment has just had the first one issued.

    Args:
        secrets: Secrets Manager.
        secret: Name of the secret that holds the token.
    """
    versions = secrets.describe_secret(SecretId=secret)["VersionIdsToStages"]
    for version, labels in versions.items():
        if _NOTE in labels:
            secrets.update_secret_version_stage(
                SecretId=secret, VersionStage=_NOTE, RemoveFromVersionId=version
            )
