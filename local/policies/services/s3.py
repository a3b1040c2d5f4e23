"""S3.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from moto.s3.models import s3_backends

from local.policies.call import Call
from local.policies.request import Access, Policy

_PARTITION = "aws"


def _get_object(call: Call) -> list[Access]:
    return [_on_object(call, "s3:GetObject")]


def _put_object(call: Call) -> list[Access]:
    return [_on_object(call, "s3:PutObject")]


def _get_encryption(call: Call) -> list[Access]:
    bucket = call.parameters["Bucket"]
    return [
        Access(
            action="s3:GetEncryptionConfiguration",
            resource=f"arn:{_PARTITION}:s3:::{bucket}",
            resource_policy=_bucket_policy(call.account, bucket),
        )
    ]


def _on_object(call: Call, action: str) -> Access:
    bucket, key = call.parameters["Bucket"], call.parameters["Key"]
    return Access(
        action=action,
        resource=f"arn:{_PARTITION}:s3:::{bucket}/{key}",
        resource_policy=_bucket_policy(call.account, bucket),
    )


def _bucket_policy(account: str, name: str) -> Policy | None:
    bucket = s3_backends[account][_PARTITION].buckets.get(name)
    if bucket is None or bucket.policy is None:
        return None
    return Policy.read("the bucket's policy", bucket.policy)


OPERATIONS = {
    "GetBucketEncryption": _get_encryption,
    "GetObject": _get_object,
    "HeadObject": _get_object,
    "PutObject": _put_object,
}
