"""The policies of others, as they have to be for what settings name; see docs/security.md."""

from collections.abc import Iterator, Mapping

from credential_rotation.trail import LIST_RECORDS, READ_RECORDS
from local.policies import Layer
from security.documents import Document, Place
from security.identifiers import ACCOUNT, PARTITION, REGION, role_arn
from stacks.settings import Settings
from stacks.settings.places import foreign_secrets


def given(settings: Settings) -> Mapping[Place, Document]:
    """The policies of what settings name: keys that are used through one service, and a bucket."""
    through = f"secretsmanager.{REGION}.amazonaws.com"
    documents = {Place(Layer.KEY, key): _used(through) for key in _keys(settings)}
    if settings.trail.key_arn:
        key = settings.trail.key_arn
        region = key.split(":")[3]
        documents[Place(Layer.KEY, key)] = _used(f"s3.{region}.amazonaws.com")
    if settings.trail.bucket:
        bucket = f"arn:{PARTITION}:s3:::{settings.trail.bucket}"
        documents[Place(Layer.RESOURCE, bucket)] = _read_by_auditors(bucket, settings)
    return documents


def _read_by_auditors(bucket: str, settings: Settings) -> Document:
    statement = {
        "Sid": "ReadByAuditors",
        "Effect": "Allow",
        "Principal": {"AWS": role_arn(f"{settings.prefix}-auditor")},
        "Action": [*READ_RECORDS, *LIST_RECORDS, "s3:GetBucketLocation"],
        "Resource": [bucket, f"{bucket}/{settings.trail.prefix}/{ACCOUNT}/*"],
        "Condition": {},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _keys(settings: Settings) -> Iterator[str]:
    for key in (settings.secrets_key_arn, *dict(foreign_secrets(settings)).values()):
        if key:
            yield key


def _used(through: str) -> Document:
    statement = {
        "Sid": "UseThroughOneService",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{PARTITION}:iam::{ACCOUNT}:root"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": ["*"],
        "Condition": {"StringEquals": {"kms:ViaService": [through]}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
