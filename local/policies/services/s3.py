"""S3.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from collections.abc import Callable, Mapping
from functools import partial

from moto.s3.models import FakeBucket, FakeKey, s3_backends

from local.policies.call import Call
from local.policies.request import Access, Policy
from local.policies.services.kms import key_access

_PARTITION = "aws"
_BUCKET_ACTIONS = {
    "CreateBucket": "s3:CreateBucket",
    "DeleteBucket": "s3:DeleteBucket",
    "DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
    "DeleteBucketPolicy": "s3:DeleteBucketPolicy",
    "GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "GetBucketLocation": "s3:GetBucketLocation",
    "GetBucketPolicy": "s3:GetBucketPolicy",
    "GetBucketVersioning": "s3:GetBucketVersioning",
    "GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "HeadBucket": "s3:ListBucket",
    "ListObjectVersions": "s3:ListBucketVersions",
    "ListObjects": "s3:ListBucket",
    "ListObjectsV2": "s3:ListBucket",
    "PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "PutBucketPolicy": "s3:PutBucketPolicy",
    "PutBucketVersioning": "s3:PutBucketVersioning",
    "PutObjectLockConfiguration": "s3:PutBucketObjectLockConfiguration",
    "PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}
"""Operations on a bucket, with their permissions, which are often called otherwise."""

_LISTING_KEYS = {"Prefix": "s3:prefix", "Delimiter": "s3:delimiter"}


def _on_bucket(action: str, call: Call) -> list[Access]:
    bucket = call.parameters["Bucket"]
    given = {key: call.parameters.get(name) for name, key in _LISTING_KEYS.items()}
    return [
        Access(
            action=action,
            resource=_arn(bucket),
            context={key: str(value) for key, value in given.items() if value is not None},
            resource_policy=bucket_policy(call.account, bucket),
        )
    ]


def _get_object(call: Call) -> list[Access]:
    action = "s3:GetObjectVersion" if call.parameters.get("VersionId") else "s3:GetObject"
    accesses = [_on_object(call, action)]
    found = _object(call)
    if found and found.kms_key_id:
        context = _encryption_context(call, bucket_key=bool(found.bucket_key_enabled))
        accesses.append(_with_key(call, "kms:Decrypt", found.kms_key_id, context))
    return accesses


def _put_object(call: Call) -> list[Access]:
    """Name the object, and the key that the bucket encrypts with."""
    accesses = [_on_object(call, "s3:PutObject")]
    bucket = find_bucket(call.account, call.parameters["Bucket"])
    key, with_bucket_key = default_key(bucket) if bucket else ("", False)
    key = call.parameters.get("SSEKMSKeyId") or key
    if key:
        context = _encryption_context(call, bucket_key=with_bucket_key)
        accesses.append(_with_key(call, "kms:GenerateDataKey", key, context))
    return accesses


def _delete_object(call: Call) -> list[Access]:
    version = call.parameters.get("VersionId")
    return [_on_object(call, "s3:DeleteObjectVersion" if version else "s3:DeleteObject")]


def _delete_objects(call: Call) -> list[Access]:
    """Name each object. On AWS those that may be deleted are, and the others are listed."""
    bucket = call.parameters["Bucket"]
    return [
        Access(
            action="s3:DeleteObjectVersion" if each.get("VersionId") else "s3:DeleteObject",
            resource=f"{_arn(bucket)}/{each['Key']}",
            resource_policy=bucket_policy(call.account, bucket),
        )
        for each in call.parameters["Delete"]["Objects"]
    ]


def _retention(action: str, call: Call) -> list[Access]:
    return [_on_object(call, action)]


def _on_object(call: Call, action: str) -> Access:
    bucket, key = call.parameters["Bucket"], call.parameters["Key"]
    acl = call.parameters.get("ACL")
    return Access(
        action=action,
        resource=f"{_arn(bucket)}/{key}",
        context={"s3:x-amz-acl": acl} if acl else {},
        resource_policy=bucket_policy(call.account, bucket),
    )


def _with_key(call: Call, action: str, key: str, context: Mapping[str, str]) -> Access:
    """What S3 asks of a key, in the caller's name."""
    return key_access(
        action,
        key,
        region=call.region,
        account=call.account,
        encryption_context=context,
        by_service=f"s3.{call.region}.amazonaws.com",
    )


def _encryption_context(call: Call, *, bucket_key: bool) -> Mapping[str, str]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#encryption-context."""
    bucket = _arn(call.parameters["Bucket"])
    return {"aws:s3:arn": bucket if bucket_key else f"{bucket}/{call.parameters['Key']}"}


def _object(call: Call) -> FakeKey | None:
    bucket = find_bucket(call.account, call.parameters["Bucket"])
    versions = bucket.keys.getlist(call.parameters["Key"], []) if bucket else []
    wanted = call.parameters.get("VersionId")
    found = [each for each in versions if wanted in {None, getattr(each, "version_id", None)}]
    return found[-1] if found and isinstance(found[-1], FakeKey) else None


def _arn(bucket: str) -> str:
    return f"arn:{_PARTITION}:s3:::{bucket}"


def find_bucket(account: str, name: str) -> FakeBucket | None:
    """Find a bucket, whoever's it is: names are the same in all accounts."""
    _, owner = s3_backends.bucket_accounts.get(name, (_PARTITION, account))
    return s3_backends[owner][_PARTITION].buckets.get(name)


def bucket_policy(account: str, name: str) -> Policy | None:
    """Return a bucket's policy; None if it has none, or there is no such bucket."""
    bucket = find_bucket(account, name)
    if bucket is None or bucket.policy is None:
        return None
    return Policy.read("the bucket's policy", bucket.policy)


def default_key(bucket: FakeBucket) -> tuple[str, bool]:
    """Return what a bucket encrypts with by default.

    Returns:
        The KMS key, empty for none of one's own; and whether the bucket has a key under it.
    """
    rule = (bucket.encryption or {}).get("Rule", {})
    rule = rule[0] if isinstance(rule, list) else rule
    default = rule.get("ApplyServerSideEncryptionByDefault", {})
    with_bucket_key = str(rule.get("BucketKeyEnabled", False)).lower() == "true"
    return str(default.get("KMSMasterKeyID") or ""), with_bucket_key


OPERATIONS: dict[str, Callable[[Call], list[Access]]] = {
    **{name: partial(_on_bucket, action) for name, action in _BUCKET_ACTIONS.items()},
    "DeleteObject": _delete_object,
    "DeleteObjects": _delete_objects,
    "GetObject": _get_object,
    "GetObjectRetention": partial(_retention, "s3:GetObjectRetention"),
    "HeadObject": _get_object,
    "PutObject": _put_object,
    "PutObjectRetention": partial(_retention, "s3:PutObjectRetention"),
}
