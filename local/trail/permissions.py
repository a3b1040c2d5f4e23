"""What CloudTrail asks of a bucket and of a key, and whether their policies let it.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
"""

from collections.abc import Mapping

from moto.kms.models import Key, kms_backends
from moto.s3.models import FakeBucket

from local.policies import Evaluator, EvaluatorError, Policy, Request
from local.policies.services.s3 import default_key, find_bucket

SERVICE = "cloudtrail.amazonaws.com"
_ACL = "bucket-owner-full-control"


def find_key(key_id: str, *, account: str, region: str) -> Key | None:
    """Find a key by its id, its ARN or an alias; None if there is none."""
    where = key_id.split(":") if key_id.startswith("arn:") else []
    backend = kms_backends[where[4] if where else account][where[3] if where else region]
    found: Key | None = backend.keys.get(backend.any_id_to_key_id(key_id))
    return found


class Permissions:
    """Asks for a trail.

    Args:
        evaluator: Who decides.
        trail_arn: The trail.
    """

    def __init__(self, evaluator: Evaluator, trail_arn: str) -> None:
        self._evaluator = evaluator
        self._trail_arn = trail_arn
        self.account = trail_arn.split(":")[4]
        self.region = trail_arn.split(":")[3]

    def bucket(self, name: str) -> FakeBucket | None:
        """Find the bucket, whoever's it is."""
        return find_bucket(self.account, name)

    def may_check(self, bucket: FakeBucket) -> bool:
        """Whether it may see whose the bucket is."""
        return self._allowed("s3:GetBucketAcl", bucket.arn, _policy(bucket), {})

    def may_write(self, bucket: FakeBucket, name: str) -> bool:
        """Whether it may write an object of a name."""
        resource = f"{bucket.arn}/{name}"
        return self._allowed("s3:PutObject", resource, _policy(bucket), {"s3:x-amz-acl": _ACL})

    def may_encrypt(self, key: Key, bucket: FakeBucket, name: str) -> bool:
        """Whether it may use a key for an object, and that of a bucket key."""
        if key.key_state != "Enabled":
            return False
        _, with_bucket_key = default_key(bucket)
        actions = ["kms:DescribeKey", "kms:GenerateDataKey"]
        actions += ["kms:Decrypt"] if with_bucket_key else []
        arn = bucket.arn if with_bucket_key else f"{bucket.arn}/{name}"
        context = {
            "kms:EncryptionContext:aws:cloudtrail:arn": self._trail_arn,
            "kms:EncryptionContext:aws:s3:arn": arn,
        }
        policy = Policy.read("the key's policy", key.policy)
        return all(
            self._allowed(action, key.arn, policy, {} if action == "kms:DescribeKey" else context)
            for action in actions
        )

    def _allowed(
        self, action: str, resource: str, policy: Policy | None, context: Mapping[str, str]
    ) -> bool:
        try:
            return self._evaluator.decide(
                Request(
                    principal=SERVICE,
                    action=action,
                    resource=resource,
                    resource_account=self.account,
                    context={
                        "aws:PrincipalIsAWSService": "true",
                        "aws:PrincipalServiceName": SERVICE,
                        "aws:SecureTransport": "true",
                        "aws:SourceAccount": self.account,
                        "aws:SourceArn": self._trail_arn,
                        **context,
                    },
                    resource_policy=policy,
                )
            ).allowed
        except EvaluatorError:
            return False


def _policy(bucket: FakeBucket) -> Policy | None:
    return Policy.read("the bucket's policy", bucket.policy) if bucket.policy else None
