"""The policies of others, as they have to be for what settings name; see docs/security.md."""

from collections.abc import Iterator, Mapping

from local.policies import Layer
from security.documents import Document, Place
from security.identifiers import ACCOUNT, PARTITION, REGION
from stacks.settings import Settings
from stacks.settings.places import foreign_secrets


def given(settings: Settings) -> Mapping[Place, Document]:
    """The policies of the keys that settings name: used through Secrets Manager, and alone so."""
    return {Place(Layer.KEY, key): _through_secrets_manager() for key in _keys(settings)}


def _keys(settings: Settings) -> Iterator[str]:
    for key in (settings.secrets_key_arn, *dict(foreign_secrets(settings)).values()):
        if key:
            yield key


def _through_secrets_manager() -> Document:
    statement = {
        "Sid": "UseThroughSecretsManager",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{PARTITION}:iam::{ACCOUNT}:root"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": ["*"],
        "Condition": {
            "StringEquals": {"kms:ViaService": [f"secretsmanager.{REGION}.amazonaws.com"]}
        },
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
