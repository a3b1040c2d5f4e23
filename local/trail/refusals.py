"""Trails that CloudTrail refuses, and what it tells of one; moto takes them all.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html#API_CreateTrail_Errors
"""

import inspect
from collections.abc import Sequence
from typing import Any

from moto.cloudtrail.exceptions import InvalidParameterCombinationException
from moto.cloudtrail.models import CloudTrailBackend, Trail, TrailStatus, cloudtrail_backends
from moto.core.exceptions import JsonRESTError

from local.moto_patch import replace, wrap
from local.policies import Evaluator
from local.trail.permissions import Permissions, find_key
from local.trail.selectors import problem

_MOST = 5
"""Trails of a region, with the shadows of those of other regions."""


class TrailRefusedError(JsonRESTError):
    """CloudTrail refuses a trail."""

    code = 400


def install(evaluator: Evaluator) -> None:
    """Let CloudTrail refuse what it refuses.

    Args:
        evaluator: Who decides what CloudTrail may do with a bucket and a key.
    """

    def create_trail(original: Any) -> Any:  # noqa: ANN401 - moto's
        arguments = [*inspect.signature(original).parameters][1:]

        def create(self: CloudTrailBackend, *values: Any, **named: Any) -> Trail:  # noqa: ANN401 - moto's
            given = dict(zip(arguments, values, strict=False)) | named
            _refuse_name(self, given["name"])
            arn = f"arn:aws:cloudtrail:{self.region_name}:{self.account_id}:trail/{given['name']}"
            _refuse(Permissions(evaluator, arn), given)
            made: Trail = original(self, **given)
            return made

        return create

    def update_trail(original: Any) -> Any:  # noqa: ANN401 - moto's
        def update(self: CloudTrailBackend, name: str, **changes: Any) -> Trail:  # noqa: ANN401 - moto's
            trail = self.get_trail(name)
            now = {
                "bucket_name": trail.bucket_name,
                "s3_key_prefix": trail.s3_key_prefix,
                "is_global": trail.include_global_service_events,
                "is_multi_region": trail.is_multi_region,
                "kms_key_id": trail.kms_key_id,
            }
            given = {_RENAMED.get(key, key): value for key, value in changes.items()}
            new = {key: value for key, value in given.items() if value is not None}
            _refuse(Permissions(evaluator, trail.arn), now | new)
            updated: Trail = original(self, name, **changes)
            return updated

        return update

    def put_event_selectors(original: Any) -> Any:  # noqa: ANN401 - moto's
        def put(
            self: CloudTrailBackend,
            trail_name: str,
            event_selectors: Sequence[dict[str, Any]],
            advanced_event_selectors: Sequence[dict[str, Any]],
        ) -> Any:  # noqa: ANN401 - moto's
            if wrong := problem(advanced_event_selectors or []):
                raise TrailRefusedError("InvalidEventSelectorsException", wrong)
            return original(self, trail_name, event_selectors, advanced_event_selectors)

        return put

    wrap(CloudTrailBackend, "create_trail", create_trail)
    wrap(CloudTrailBackend, "update_trail", update_trail)
    wrap(CloudTrailBackend, "put_event_selectors", put_event_selectors)
    _tell_of_deliveries()


_RENAMED = {
    "s3_bucket_name": "bucket_name",
    "include_global_service_events": "is_global",
    "is_multi_region_trail": "is_multi_region",
}


def _refuse_name(backend: CloudTrailBackend, name: str) -> None:
    there = [
        trail
        for each in cloudtrail_backends[backend.account_id].values()
        for trail in each.trails.values()
        if trail.is_multi_region or each is backend
    ]
    if any(trail.trail_name == name for trail in there):
        raise TrailRefusedError(
            "TrailAlreadyExistsException",
            f"Trail {name} already exists for customer: {backend.account_id}",
        )
    if len(there) >= _MOST:
        raise TrailRefusedError(
            "MaximumNumberOfTrailsExceededException",
            f"User: {backend.account_id} already has {_MOST} trails in {backend.region_name}.",
        )


def _refuse(permissions: Permissions, given: dict[str, Any]) -> None:
    if given["is_multi_region"] and not given["is_global"]:
        raise InvalidParameterCombinationException(
            "Multi-Region trail must include global service events."
        )
    bucket = permissions.bucket(given["bucket_name"])
    if bucket is None:
        raise TrailRefusedError(
            "S3BucketDoesNotExistException", f"S3 bucket {given['bucket_name']} does not exist!"
        )
    prefix = f"{given['s3_key_prefix']}/" if given.get("s3_key_prefix") else ""
    name = f"{prefix}AWSLogs/{permissions.account}/"
    if not (permissions.may_check(bucket) and permissions.may_write(bucket, f"{name}any")):
        raise TrailRefusedError(
            "InsufficientS3BucketPolicyException",
            f"Incorrect S3 bucket policy is detected for bucket: {bucket.name}",
        )
    key_id = given.get("kms_key_id")
    if not key_id:
        return
    key = find_key(key_id, account=permissions.account, region=permissions.region)
    if key is None:
        raise TrailRefusedError("KmsNotFoundException", f"KMS key {key_id} is not found")
    if not permissions.may_encrypt(key, bucket, f"{name}any"):
        raise TrailRefusedError(
            "InsufficientEncryptionPolicyException",
            f"Insufficient permissions to access S3 bucket {bucket.name} or KMS key {key.arn}.",
        )


def _tell_of_deliveries() -> None:
    """Tell when something was delivered, and why not; moto says that it always just was."""
    describe = TrailStatus.description

    def description(self: TrailStatus) -> dict[str, Any]:
        told = describe(self)
        delivered, error = vars(self).get("delivered"), vars(self).get("delivery_error", "")
        told.pop("LatestDeliveryTime", None)
        return {
            **told,
            **({"LatestDeliveryTime": delivered} if delivered else {}),
            **({"LatestDeliveryError": error} if error else {}),
        }

    replace(TrailStatus, "description", description)
