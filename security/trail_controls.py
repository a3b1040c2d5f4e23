"""The controls about a trail and its bucket, each with what in the template satisfies it."""

from collections.abc import Mapping, Sequence
from typing import Any

from local.policies import Layer
from security.control import Control
from security.deployment import Deployment
from security.evidence import Every, at, equals, is_true, line, of, present
from security.policy_evidence import NothingIsPublic
from stacks.settings import Settings

_TRAIL, _BUCKET = "AWS::CloudTrail::Trail", "AWS::S3::Bucket"
_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def _ours(settings: Settings) -> bool:
    return settings.trail.enabled


def _everything_is_recorded(deployment: Deployment) -> Sequence[str]:
    """A trail of all regions records management events, of which it leaves out none."""
    lines = []
    for name, trail in of(deployment, _TRAIL):
        management = [
            each for each in at(trail, "AdvancedEventSelectors") or () if _is_all_management(each)
        ]
        if not management or not (at(trail, "IsMultiRegionTrail") and at(trail, "IsLogging")):
            return ()
        lines.append(line(name, "IsMultiRegionTrail", at(trail, "IsMultiRegionTrail")))
    return lines


def _is_all_management(selector: Mapping[str, Any]) -> bool:
    category = {"Field": "eventCategory", "Equals": ["Management"]}
    return bool(selector["FieldSelectors"] == [category])


def _nothing_is_public(value: object) -> bool:
    return isinstance(value, Mapping) and all(value.get(each) is True for each in _BLOCKS)


def _tls_alone(deployment: Deployment) -> Sequence[str]:
    """Buckets deny whatever comes without TLS."""
    found = [
        f"{place}: {statement['Sid']}"
        for place, document in _bucket_policies(deployment).items()
        for statement in document["Statement"]
        if statement["Effect"] == "Deny"
        and statement["Action"] == ["s3:*"]
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": ["false"]}}
    ]
    return found if len(found) == len(_bucket_policies(deployment)) else ()


def _services_alone(deployment: Deployment) -> Sequence[str]:
    """Bucket policies allow services of AWS's, and no account, anything."""
    policies = _bucket_policies(deployment)
    allowing = [
        statement
        for document in policies.values()
        for statement in document["Statement"]
        if statement["Effect"] == "Allow"
    ]
    if any(each["Principal"].keys() != {"Service"} for each in allowing):
        return ()
    return [f"{place}: services alone" for place in policies]


def _bucket_policies(deployment: Deployment) -> dict[Any, Any]:
    return {
        place: document
        for place, document in deployment.documents.items()
        if place.layer is Layer.RESOURCE and ":s3:" in place.owner
    }


_NOT_PUBLIC = Every(_BUCKET, "PublicAccessBlockConfiguration", _nothing_is_public)
_ENCRYPTION = "BucketEncryption.ServerSideEncryptionConfiguration"


def _with_a_kms_key(rules: object) -> bool:
    defaults = [
        each.get("ServerSideEncryptionByDefault", {}).get("SSEAlgorithm")
        for each in (rules if isinstance(rules, list) else ())
    ]
    return defaults == ["aws:kms"]


def _locks(value: object) -> bool:
    return isinstance(value, Mapping) and value.get("Mode") == "COMPLIANCE"


CONTROLS = (
    Control(
        "CloudTrail.1",
        "a trail of all regions records management events, reads too",
        _everything_is_recorded,
        _ours,
    ),
    Control("CloudTrail.2", "records are encrypted", Every(_TRAIL, "KMSKeyId", present), _ours),
    Control(
        "CloudTrail.4",
        "log files are validated",
        Every(_TRAIL, "EnableLogFileValidation", is_true),
        _ours,
    ),
    Control("CloudTrail.6", "the records' bucket is not public", _NOT_PUBLIC, _ours),
    Control(
        "S3.2, S3.3",
        "no policy opens a bucket to everyone",
        NothingIsPublic(Layer.RESOURCE, "s3"),
        _ours,
    ),
    Control("S3.5", "TLS, or nothing", _tls_alone, _ours),
    Control("S3.6", "no other account is allowed anything", _services_alone, _ours),
    Control("S3.8", "public access is blocked", _NOT_PUBLIC, _ours),
    Control(
        "S3.12",
        "objects have no access lists",
        Every(
            _BUCKET,
            "OwnershipControls.Rules",
            equals([{"ObjectOwnership": "BucketOwnerEnforced"}]),
        ),
        _ours,
    ),
    Control("S3.13", "records end", Every(_BUCKET, "LifecycleConfiguration.Rules", present), _ours),
    Control(
        "S3.14",
        "versions are kept",
        Every(_BUCKET, "VersioningConfiguration.Status", equals("Enabled")),
        _ours,
    ),
    Control(
        "S3.15",
        "objects are locked",
        Every(_BUCKET, "ObjectLockConfiguration.Rule.DefaultRetention", _locks),
        _ours,
    ),
    Control(
        "S3.17", "buckets are under a KMS key", Every(_BUCKET, _ENCRYPTION, _with_a_kms_key), _ours
    ),
)
