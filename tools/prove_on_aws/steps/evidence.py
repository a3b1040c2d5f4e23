"""A trail, a bucket and a key with the policies of ours, without the lock: made and deleted."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from credential_rotation.keys import ADMINISTRATION
from tools.prove_on_aws.step import Proof, Step
from tools.prove_on_aws.trial import Trial

if TYPE_CHECKING:
    from mypy_boto3_kms.client import KMSClient
    from mypy_boto3_s3.client import S3Client

_CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}
_FEWEST_DAYS = 7
"""Until a key is deleted."""

_KEY_REFUSED = "InsufficientEncryptionPolicyException"


def _evidence(proof: Proof) -> None:
    made = _Evidence(proof.trial)
    with ExitStack() as gone:
        try:
            key = gone.enter_context(made.key())
        except ClientError as error:
            proof.settle("key-policy-denial", held=False, evidence=str(error))
            return
        proof.settle(
            "key-policy-denial", held=True, evidence="KMS took the policy from who is excepted"
        )
        bucket = gone.enter_context(made.bucket(key))
        try:
            gone.enter_context(made.trail(bucket, key))
        except ClientError as error:
            code = error.response["Error"]["Code"]
            held = None if code == "MaximumNumberOfTrailsExceededException" else False
            by_key = held if code == _KEY_REFUSED or held is None else None
            by_bucket = held if code != _KEY_REFUSED else None
            proof.settle("trail-key", held=by_key, evidence=str(error))
            proof.settle("trail-bucket", held=by_bucket, evidence=str(error))
            return
        told = "CloudTrail, which tries both, made the trail and switched it on"
        for each in ("trail-key", "trail-bucket"):
            proof.settle(each, held=True, evidence=told)


class _Evidence:
    """Makes what the construct makes, as far as the assumptions are about it.

    Args:
        trial: Has the names, and the credentials.
    """

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        who = trial.client("sts").get_caller_identity()
        self._account = str(who["Account"])
        self._caller = _principal(trial, str(who["Arn"]))
        self._name = f"{trial.prefix}-evidence"
        self._source = {
            "aws:SourceArn": f"arn:{_partition(str(who['Arn']))}:cloudtrail:{trial.region}:"
            f"{self._account}:trail/{self._name}"
        }

    @contextmanager
    def key(self) -> Iterator[str]:
        """A key, which is deleted as soon as AWS does."""
        client: KMSClient = self._trial.client("kms")
        root = f"arn:{_partition(self._caller)}:iam::{self._account}:root"
        policy = _policy(
            _statement("Allow", {"AWS": root}, list(ADMINISTRATION), "*"),
            _statement(
                "Allow",
                _CLOUDTRAIL,
                ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
                "*",
                StringEquals=self._source,
            ),
            _statement(
                "Deny",
                {"AWS": "*"},
                ["kms:PutKeyPolicy"],
                "*",
                ArnNotEquals={"aws:PrincipalArn": self._caller},
            ),
        )
        description = f"Of {self._trial.prefix}, for minutes"
        key = client.create_key(Policy=policy, Description=description)["KeyMetadata"]
        try:
            yield key["Arn"]
        finally:
            client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=_FEWEST_DAYS)

    @contextmanager
    def bucket(self, key: str) -> Iterator[str]:
        """A bucket under the key, with a bucket key."""
        client: S3Client = self._trial.client("s3")
        name = f"{self._name}-{self._account}"
        where: Any = {"CreateBucketConfiguration": {"LocationConstraint": self._trial.region}}
        client.create_bucket(Bucket=name, **(where if self._trial.region != "us-east-1" else {}))
        default: Any = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
        rule: Any = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
        try:
            client.put_bucket_encryption(
                Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]}
            )
            client.put_bucket_policy(Bucket=name, Policy=self._bucket_policy(name))
            yield name
        finally:
            for each in client.list_objects_v2(Bucket=name).get("Contents", []):
                client.delete_object(Bucket=name, Key=each["Key"])
            client.delete_bucket(Bucket=name)

    def _bucket_policy(self, name: str) -> str:
        bucket = f"arn:{_partition(self._caller)}:s3:::{name}"
        acl = {"s3:x-amz-acl": "bucket-owner-full-control"}
        objects = f"{bucket}/AWSLogs/{self._account}/*"
        return _policy(
            _statement(
                "Allow", _CLOUDTRAIL, ["s3:GetBucketAcl"], bucket, StringEquals=self._source
            ),
            _statement(
                "Allow",
                _CLOUDTRAIL,
                ["s3:PutObject"],
                objects,
                StringEquals={**self._source, **acl},
            ),
            _statement(
                "Deny",
                {"AWS": "*"},
                ["s3:PutObject"],
                f"{bucket}/*",
                Bool={"aws:PrincipalIsAWSService": "false"},
            ),
        )

    @contextmanager
    def trail(self, bucket: str, key: str) -> Iterator[None]:
        """A trail that is on."""
        client = self._trial.client("cloudtrail")
        client.create_trail(Name=self._name, S3BucketName=bucket, KmsKeyId=key)
        try:
            client.start_logging(Name=self._name)
            yield
        finally:
            client.delete_trail(Name=self._name)


def _principal(trial: Trial, caller: str) -> str:
    """What `aws:PrincipalArn` says of a caller: of a session its role, with the role's path."""
    if ":assumed-role/" not in caller:
        return caller
    role = caller.split("/")[1]
    return str(trial.client("iam").get_role(RoleName=role)["Role"]["Arn"])


def _partition(arn: str) -> str:
    return arn.split(":")[1]


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _statement(
    effect: str,
    principal: dict[str, str],
    actions: list[str],
    resource: str,
    **condition: Mapping[str, str],
) -> dict[str, Any]:
    return {
        "Effect": effect,
        "Principal": principal,
        "Action": actions,
        "Resource": resource,
        "Condition": condition,
    }


EVIDENCE = Step(
    name="evidence",
    title="makes a trail with a bucket and a key, whose policies are those of `trail.enabled`, "
    "and deletes them",
    settles=("key-policy-denial", "trail-key", "trail-bucket"),
    minutes=(0.1, 3),
    run=_evidence,
)
