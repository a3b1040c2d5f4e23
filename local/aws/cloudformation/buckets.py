"""Buckets with all that their templates say, of which moto makes a name and an encryption.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
"""

import json
from collections.abc import Mapping
from typing import Any

from moto.s3.cloud_formation import cfn_to_api_encryption
from moto.s3.models import FakeBucket, S3Backend, s3_backends

from local.aws.cloudformation.resource import Properties, Resource

_PARTITION = "aws"
_KNOWN = frozenset(
    {
        "AccessControl",  # by default `Private`, and the only one that the CDK's bootstrap names
        "BucketEncryption",
        "BucketName",
        "LifecycleConfiguration",
        "ObjectLockConfiguration",
        "ObjectLockEnabled",
        "OwnershipControls",
        "PublicAccessBlockConfiguration",
        "Tags",
        "VersioningConfiguration",
    }
)
_RULE = {
    "AbortIncompleteMultipartUpload": "AbortIncompleteMultipartUpload",
    "Id": "ID",
    "NoncurrentVersionExpiration": "NoncurrentVersionExpiration",
    "Prefix": "Prefix",
    "Status": "Status",
}
"""What moto calls the properties of a rule for the lifecycle."""


class NotEmptyError(Exception):
    """A bucket with something in it cannot be deleted."""


class _InS3(Resource):
    """A resource of S3."""

    @property
    def _service(self) -> S3Backend:
        backend: S3Backend = s3_backends[self.account_id][_PARTITION]
        return backend


class Bucket(_InS3):
    """A bucket."""

    type_name = "AWS::S3::Bucket"
    attributes = ("Arn", "DomainName", "RegionalDomainName")

    @staticmethod
    def cloudformation_name_type() -> str:
        """Return the property that names a bucket."""
        return "BucketName"

    def create(self, properties: Properties) -> str:
        """Make the bucket and return its name.

        Raises:
            ValueError: It has a property that is not known here.
        """
        _check(properties)
        bucket = self._service.create_bucket(self.name, self.region)
        bucket.object_lock_enabled = _is_true(properties.get("ObjectLockEnabled"))
        self._configure(bucket, properties)
        return self.name

    def update(self, properties: Properties) -> None:
        """Bring the bucket to new properties; what is in it stays as it is locked."""
        _check(properties)
        bucket = self._service.get_bucket(self._physical_id)
        if bucket.object_lock_enabled and not _is_true(properties.get("ObjectLockEnabled")):
            raise ValueError("Object Lock cannot be disabled for an existing bucket")
        self._configure(bucket, properties)

    def remove(self) -> None:
        """Delete the bucket.

        Raises:
            NotEmptyError: There is something in it.
        """
        if self._service.get_bucket(self._physical_id).keys:
            raise NotEmptyError(
                "The bucket you tried to delete is not empty. You must delete all versions in the "
                "bucket."
            )
        self._service.delete_bucket(self._physical_id)

    def attribute(self, name: str) -> str:
        """Return the bucket's ARN or one of its names in DNS."""
        return str(self._service.get_bucket(self._physical_id).get_cfn_attribute(name))

    def _configure(self, bucket: FakeBucket, properties: Properties) -> None:
        versioning = properties.get("VersioningConfiguration", {}).get("Status")
        # A bucket with Object Lock has versions from the start.
        status = "Enabled" if bucket.object_lock_enabled and not versioning else versioning
        if status:
            self._service.put_bucket_versioning(bucket.name, status)
        encryption = properties.get("BucketEncryption")
        bucket.encryption = _encryption(encryption) if encryption else None
        lock = properties.get("ObjectLockConfiguration", {}).get("Rule", {})
        retention = lock.get("DefaultRetention", {})
        bucket.default_lock_mode = retention.get("Mode")
        bucket.default_lock_days = int(retention.get("Days", 0))
        bucket.default_lock_years = int(retention.get("Years", 0))
        rules = properties.get("LifecycleConfiguration", {}).get("Rules", [])
        bucket.set_lifecycle([_rule(each) for each in rules])
        block = properties.get("PublicAccessBlockConfiguration")
        if block:
            self._service.put_public_access_block(bucket.name, block)
        bucket.ownership_rule = properties.get("OwnershipControls")
        tags = {each["Key"]: each["Value"] for each in properties.get("Tags", [])}
        self._service.put_bucket_tagging(bucket.name, tags)


class BucketPolicy(_InS3):
    """A bucket's policy. It is judged before a call gets to moto; see `local.aws.s3`."""

    type_name = "AWS::S3::BucketPolicy"

    def create(self, properties: Properties) -> str:
        """Put the policy on the bucket, and return the bucket's name."""
        bucket = str(properties["Bucket"])
        policy = json.dumps(properties["PolicyDocument"]).encode()
        self._service.get_bucket(bucket).policy = policy
        return bucket

    def update(self, properties: Properties) -> None:
        """Put the new policy in its place."""
        self.create(properties)

    def remove(self) -> None:
        """Take the policy off, if the bucket is still there."""
        if self._physical_id in self._service.buckets:
            self._service.delete_bucket_policy(self._physical_id)


def _check(properties: Properties) -> None:
    strange = sorted(properties.keys() - _KNOWN)
    if strange:
        raise ValueError(f"the local AWS knows no {', '.join(strange)} of a bucket")


def _encryption(given: Mapping[str, Any]) -> dict[str, Any]:
    """Say the encryption as moto keeps it, with the bucket's key, which it forgets."""
    made = cfn_to_api_encryption(dict(given))
    [rule] = given["ServerSideEncryptionConfiguration"]
    made["Rule"]["BucketKeyEnabled"] = _is_true(rule.get("BucketKeyEnabled"))
    return made


def _rule(given: Mapping[str, Any]) -> dict[str, Any]:
    strange = sorted(given.keys() - _RULE.keys() - {"ExpirationInDays"})
    if strange:
        raise ValueError(f"the local AWS knows no {', '.join(strange)} of a lifecycle")
    every = {"Prefix": ""}  # without one a rule is for all objects
    rule = every | {_RULE[name]: value for name, value in given.items() if name in _RULE}
    if "ExpirationInDays" in given:
        rule["Expiration"] = {"Days": given["ExpirationInDays"]}
    return rule


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"
