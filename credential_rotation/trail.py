"""A trail of CloudTrail, and the bucket in which nobody alters or deletes what it has recorded.

What holds against whoever administers the account, and why some of it can only be told of, is in
docs/evidence.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import AspectPriority, RemovalPolicies, Stack
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from credential_rotation.keys import ADMINISTRATION, THIS_KEY, customer_managed_key
from credential_rotation.names import Names

CLOUDTRAIL = "cloudtrail.amazonaws.com"

RECORDS = "AWSLogs"
"""What the names of all records begin with; the account's id comes next."""

READ_RECORDS = ("s3:GetObject", "s3:GetObjectVersion")
LIST_RECORDS = ("s3:ListBucket", "s3:ListBucketVersions")
"""Versions too: a marker that hides a record leaves its version where it is."""

VALIDATE = ("cloudtrail:DescribeTrails", "cloudtrail:ListPublicKeys")
"""What `aws cloudtrail validate-logs` asks of CloudTrail; neither has a resource."""

SEE_TRAIL = ("cloudtrail:GetEventSelectors", "cloudtrail:GetTrail", "cloudtrail:GetTrailStatus")

END_OF_RECORDS = ("kms:DisableKey", "kms:ScheduleKeyDeletion")
"""What makes the records unreadable, for a while or for good. The key's policy lets nobody."""

NEVER_OF_RECORDS = ("s3:DeleteObject", "s3:DeleteObjectVersion")
NEVER_OF_BUCKET = ("s3:DeleteBucket", "s3:DeleteBucketPolicy")
"""What the bucket's policy denies to everyone. No deployment needs it: the bucket outlives all."""

BY_DEPLOYMENT = (
    "s3:PutBucketAcl",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutReplicationConfiguration",
)
"""What CloudFormation may have to change about the bucket, and nobody else."""

_UPLOAD_DAYS = 7
_OUTLIVE = ["AWS::KMS::Key", "AWS::S3::Bucket", "AWS::S3::BucketPolicy"]
"""What outlives the stack, whatever becomes of it."""


@dataclass(frozen=True, kw_only=True)
class TrailOptions:
    """What a trail of ours is like.

    Attributes:
        retention_days: Days for which no record can be altered or deleted, whoever wants to.
        readers: ARNs of the roles that may read the records.
        deployer: ARN of the role with which CloudFormation changes bucket and key.
    """

    retention_days: int
    readers: Sequence[str]
    deployer: str


@dataclass(frozen=True, kw_only=True)
class Records:
    """Where the records of this account are, for who may read them.

    Attributes:
        bucket_arn: The bucket.
        prefix: What the names of this account's records begin with, without a slash at the end.
        region: Where the bucket is.
        key_arn: What they are encrypted with; empty for a key of AWS's.
        trail_arn: The trail; empty if it is somebody else's.
    """

    bucket_arn: str
    prefix: str
    region: str
    key_arn: str = ""
    trail_arn: str = ""

    def read(self) -> Iterator[iam.PolicyStatement]:
        """What a role needs to read and to validate the records."""
        yield iam.PolicyStatement(
            sid="ReadRecords",
            actions=list(READ_RECORDS),
            resources=[f"{self.bucket_arn}/{self.prefix}/*"],
        )
        yield iam.PolicyStatement(
            sid="ListRecords",
            actions=list(LIST_RECORDS),
            resources=[self.bucket_arn],
            conditions={"StringLike": {"s3:prefix": f"{self.prefix}/*"}},
        )
        yield iam.PolicyStatement(
            sid="FindRecords", actions=["s3:GetBucketLocation"], resources=[self.bucket_arn]
        )
        yield iam.PolicyStatement(
            sid="ValidateRecords",
            actions=list(VALIDATE),
            resources=["*"],  # see VALIDATE
        )
        if self.trail_arn:
            yield iam.PolicyStatement(
                sid="SeeTrail", actions=list(SEE_TRAIL), resources=[self.trail_arn]
            )
        if self.key_arn:
            yield iam.PolicyStatement(
                sid="DecryptRecords",
                actions=["kms:Decrypt"],
                resources=[self.key_arn],
                conditions={"StringEquals": {"kms:ViaService": _via_s3(self.region)}},
            )


class Trail(Construct):
    """Records of all regions, under a key and in a bucket of their own.

    Bucket, policy and key are retained whatever happens to the stack, also when its first
    deployment fails: what CloudTrail has written by then is locked.

    Attributes:
        name: The trail's name. It has the region in it: of a trail of all regions, the others have
            a shadow of the same name.
        bucket_name: The bucket's, which CloudFormation makes up.
        records: Where the records are.
        key: Encrypts them.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, names: Names, options: TrailOptions
    ) -> None:
        """Create trail, bucket and key.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What their names begin with.
            options: What the trail is like.
        """
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        self.name = f"{names.prefix}-{stack.region}"
        # By its name, not by reference: the policies that name it come before it.
        self._arn = stack.format_arn(
            service="cloudtrail", resource="trail", resource_name=self.name
        )
        self.key = self._key(stack, names, options)
        self._bucket = self._make_bucket(options)
        self.bucket_name: str = self._bucket.ref
        self.records = Records(
            bucket_arn=self._bucket.attr_arn,
            prefix=f"{RECORDS}/{stack.account}",
            region=stack.region,
            key_arn=self.key.key_arn,
            trail_arn=self._arn,
        )
        policy = s3.CfnBucketPolicy(
            self,
            "Policy",
            bucket=self.bucket_name,
            policy_document=iam.PolicyDocument(statements=list(self._statements(options))),
        )
        # After whatever the stack says of its keys.
        RemovalPolicies.of(self).retain(
            apply_to_resource_types=_OUTLIVE, priority=2 * AspectPriority.DEFAULT
        )
        self._trail().node.add_dependency(policy)

    def _key(self, stack: Stack, names: Names, options: TrailOptions) -> kms.Key:
        use = iam.PolicyStatement(
            sid="UseByCloudTrail",
            principals=[iam.ServicePrincipal(CLOUDTRAIL)],
            # Decrypt, because the bucket has a key of its own, which is kept encrypted.
            # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
            actions=["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
            resources=[THIS_KEY],
            conditions={"StringEquals": {"aws:SourceArn": self._arn}},
        )
        read = iam.PolicyStatement(
            sid="ReadByAuditors",
            principals=[iam.AccountRootPrincipal()],
            actions=["kms:Decrypt"],
            resources=[THIS_KEY],
            conditions={
                "StringEquals": {"kms:ViaService": _via_s3(stack.region)},
                "ArnEquals": {"aws:PrincipalArn": list(options.readers)},
            },
        )
        policy = iam.PolicyStatement(
            sid="PolicyByDeploymentAlone",
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=["kms:PutKeyPolicy"],
            resources=[THIS_KEY],
            conditions={"ArnNotEquals": {"aws:PrincipalArn": options.deployer}},
        )
        return customer_managed_key(
            self,
            alias=f"alias/{names.path}/trail",
            description="Encrypts what CloudTrail has recorded",
            uses=[use, read, policy],
            administration=[each for each in ADMINISTRATION if each not in END_OF_RECORDS],
        )

    def _make_bucket(self, options: TrailOptions) -> s3.CfnBucket:
        return s3.CfnBucket(
            self,
            "Bucket",
            bucket_encryption=s3.CfnBucket.BucketEncryptionProperty(
                server_side_encryption_configuration=[
                    s3.CfnBucket.ServerSideEncryptionRuleProperty(
                        bucket_key_enabled=True,
                        server_side_encryption_by_default=(
                            s3.CfnBucket.ServerSideEncryptionByDefaultProperty(
                                sse_algorithm="aws:kms", kms_master_key_id=self.key.key_arn
                            )
                        ),
                    )
                ]
            ),
            lifecycle_configuration=_lifecycle(options.retention_days),
            object_lock_configuration=s3.CfnBucket.ObjectLockConfigurationProperty(
                object_lock_enabled="Enabled",
                rule=s3.CfnBucket.ObjectLockRuleProperty(
                    default_retention=s3.CfnBucket.DefaultRetentionProperty(
                        mode="COMPLIANCE", days=options.retention_days
                    )
                ),
            ),
            object_lock_enabled=True,
            ownership_controls=s3.CfnBucket.OwnershipControlsProperty(
                rules=[
                    s3.CfnBucket.OwnershipControlsRuleProperty(
                        object_ownership="BucketOwnerEnforced"
                    )
                ]
            ),
            public_access_block_configuration=s3.CfnBucket.PublicAccessBlockConfigurationProperty(
                block_public_acls=True,
                block_public_policy=True,
                ignore_public_acls=True,
                restrict_public_buckets=True,
            ),
            versioning_configuration=s3.CfnBucket.VersioningConfigurationProperty(status="Enabled"),
        )

    def _statements(self, options: TrailOptions) -> Iterator[iam.PolicyStatement]:
        bucket, objects = self.records.bucket_arn, f"{self.records.bucket_arn}/*"
        yield iam.PolicyStatement(
            sid="CheckByCloudTrail",
            principals=[iam.ServicePrincipal(CLOUDTRAIL)],
            actions=["s3:GetBucketAcl"],
            resources=[bucket],
            conditions={"StringEquals": {"aws:SourceArn": self._arn}},
        )
        yield iam.PolicyStatement(
            sid="WriteByCloudTrail",
            principals=[iam.ServicePrincipal(CLOUDTRAIL)],
            actions=["s3:PutObject"],
            resources=[f"{bucket}/{self.records.prefix}/*"],
            conditions={
                "StringEquals": {
                    "aws:SourceArn": self._arn,
                    "s3:x-amz-acl": "bucket-owner-full-control",
                }
            },
        )
        yield _deny("TlsOnly", ["s3:*"], [bucket, objects], Bool={"aws:SecureTransport": "false"})
        # A service that acts for itself says so. None but CloudTrail is allowed anything.
        yield _deny(
            "WrittenByCloudTrailOnly",
            ["s3:PutObject"],
            [objects],
            Bool={"aws:PrincipalIsAWSService": "false"},
        )
        yield _deny(
            "ReadByAuditorsOnly",
            READ_RECORDS,
            [objects],
            ArnNotEquals={"aws:PrincipalArn": list(options.readers)},
        )
        yield _deny("RecordsStay", NEVER_OF_RECORDS, [objects])
        yield _deny("BucketStays", NEVER_OF_BUCKET, [bucket])
        yield _deny(
            "ChangedByDeploymentOnly",
            BY_DEPLOYMENT,
            [bucket],
            ArnNotEquals={"aws:PrincipalArn": options.deployer},
        )

    def _trail(self) -> cloudtrail.CfnTrail:
        return cloudtrail.CfnTrail(
            self,
            "Trail",
            trail_name=self.name,
            is_logging=True,
            s3_bucket_name=self.bucket_name,
            kms_key_id=self.key.key_arn,
            enable_log_file_validation=True,
            include_global_service_events=True,
            is_multi_region_trail=True,
            advanced_event_selectors=[
                _selector("Management events, reads too", eventCategory="Management"),
                # What else comes through an endpoint is a management event already.
                _selector(
                    "What an endpoint's policy alone has refused",
                    eventCategory="NetworkActivity",
                    eventSource="secretsmanager.amazonaws.com",
                    errorCode="VpceAccessDenied",
                ),
                self._access_to_records(),
            ],
        )

    def _access_to_records(self) -> cloudtrail.CfnTrail.AdvancedEventSelectorProperty:
        """Who reads the records, or tries to delete one; not that CloudTrail writes them."""
        return cloudtrail.CfnTrail.AdvancedEventSelectorProperty(
            name="Access to the records",
            field_selectors=[
                *_equal({"eventCategory": "Data", "resources.type": "AWS::S3::Object"}),
                cloudtrail.CfnTrail.AdvancedFieldSelectorProperty(
                    field="resources.ARN", starts_with=[f"{self.records.bucket_arn}/"]
                ),
                cloudtrail.CfnTrail.AdvancedFieldSelectorProperty(
                    field="eventName", not_equals=["PutObject"]
                ),
            ],
        )


def _deny(
    sid: str, actions: Sequence[str], resources: Sequence[str], **conditions: object
) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=list(actions),
        resources=list(resources),
        conditions=conditions,
    )


def _selector(name: str, **fields: str) -> cloudtrail.CfnTrail.AdvancedEventSelectorProperty:
    return cloudtrail.CfnTrail.AdvancedEventSelectorProperty(
        name=name, field_selectors=_equal(fields)
    )


def _equal(fields: Mapping[str, str]) -> list[cloudtrail.CfnTrail.AdvancedFieldSelectorProperty]:
    return [
        cloudtrail.CfnTrail.AdvancedFieldSelectorProperty(field=field, equal_to=[value])
        for field, value in fields.items()
    ]


def _lifecycle(retention_days: int) -> s3.CfnBucket.LifecycleConfigurationProperty:
    """Delete records a day after they may be.

    They are not moved to another class before: most are smaller than the 128 KB from which S3
    moves anything, and from which other classes cost less.
    """
    return s3.CfnBucket.LifecycleConfigurationProperty(
        rules=[
            s3.CfnBucket.RuleProperty(
                id="AfterRetention",
                status="Enabled",
                expiration_in_days=retention_days + 1,
                noncurrent_version_expiration=s3.CfnBucket.NoncurrentVersionExpirationProperty(
                    noncurrent_days=1
                ),
                abort_incomplete_multipart_upload=(
                    s3.CfnBucket.AbortIncompleteMultipartUploadProperty(
                        days_after_initiation=_UPLOAD_DAYS
                    )
                ),
            )
        ]
    )


def _via_s3(region: str) -> str:
    return f"s3.{region}.amazonaws.com"
