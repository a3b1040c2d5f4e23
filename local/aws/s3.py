"""What moto's S3 does not enforce, or enforces by half: policies, and Object Lock.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
"""

from datetime import UTC, datetime
from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.exceptions import AccessDeniedByLock, InvalidBucketState
from moto.s3.models import FakeBucket, FakeKey, S3Backend

from local.moto_patch import replace, wrap

COMPLIANCE = "COMPLIANCE"


def judge_policies_outside() -> None:
    """Let moto allow everything that a bucket's policy says: it ignores conditions.

    Of one that denies what comes without TLS, it would make one that denies everything. Calls are
    judged before they get here.
    """
    replace(FakeBucket, "get_permission", lambda *_: PermissionResult.NEUTRAL)


def lock_as_documented() -> None:
    """Keep locked versions: no shorter lock, no end of versions.

    moto lets anyone take the lock off a version, and then delete it.
    """

    def put_object_retention(original: Any) -> Any:  # noqa: ANN401 - moto's
        def put(
            self: S3Backend,
            bucket_name: str,
            key_name: str,
            version_id: str | None,
            retention: tuple[str | None, str | None],
        ) -> None:
            key = self.get_object(bucket_name, key_name, version_id=version_id)
            if isinstance(key, FakeKey) and _weakens(key, *retention):
                raise AccessDeniedByLock
            original(self, bucket_name, key_name, version_id, retention)

        return put

    def put_bucket_versioning(original: Any) -> Any:  # noqa: ANN401 - moto's
        def put(self: S3Backend, bucket_name: str, status: str) -> None:
            if self.get_bucket(bucket_name).object_lock_enabled and status != "Enabled":
                raise InvalidBucketState(
                    "An Object Lock configuration is present on this bucket, so the versioning "
                    "state cannot be changed."
                )
            original(self, bucket_name, status)

        return put

    wrap(S3Backend, "put_object_retention", put_object_retention)
    wrap(S3Backend, "put_bucket_versioning", put_bucket_versioning)


def _weakens(key: FakeKey, mode: str | None, until: str | None) -> bool:
    """Whether a version in COMPLIANCE mode would be kept for a shorter time, or less strictly."""
    if key.lock_mode != COMPLIANCE or not key.lock_until or _time(key.lock_until) < _now():
        return False
    return mode != COMPLIANCE or not until or _time(until) < _time(key.lock_until)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _now() -> datetime:
    return datetime.now(UTC)


def install() -> None:
    """Apply every patch of this module to moto."""
    judge_policies_outside()
    lock_as_documented()
