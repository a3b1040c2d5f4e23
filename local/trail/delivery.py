"""Records on their way to the buckets of trails.

CloudTrail delivers some five minutes after an event, and tries again what a bucket or a key has
refused. Left out are the digests of log files, whose signatures need a key that AWS alone has.
"""

import gzip
import json
import secrets
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from moto.cloudtrail.models import CloudTrailBackend, Trail, cloudtrail_backends
from moto.s3.models import FakeBucket, S3Backend, s3_backends

from local.aws.clock import Clock
from local.policies import Evaluator
from local.policies.recording import Seen
from local.trail.permissions import Permissions, find_key
from local.trail.records import GLOBAL, Record, records_of
from local.trail.selectors import wants

EVERY = timedelta(minutes=5)
"""https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html"""

ServiceEvents = Callable[[str, str], Sequence[Record]]
"""What Secrets Manager did by itself, all of it so far, in an account and a region."""

_REFUSED = "AccessDenied"


class Delivery:
    """Takes calls down for the trails that want them, and delivers what it has.

    Args:
        evaluator: Who decides what CloudTrail may do with a bucket and a key.
        clock: Says when it is time.
        service_events: What services do by themselves.
    """

    def __init__(
        self, evaluator: Evaluator, *, clock: Clock, service_events: ServiceEvents
    ) -> None:
        self._evaluator = evaluator
        self._clock = clock
        self._service_events = service_events
        self._lock = threading.Lock()
        self._pending: dict[str, list[Record]] = defaultdict(list)
        self._taken: dict[str, int] = {}
        self._next: datetime | None = None

    def listeners(self) -> list[Trail]:
        """The trails that record at the moment."""
        return [each for each in _trails() if each.status.is_logging]

    def note(self, seen: Seen, listeners: Iterable[Trail]) -> None:
        """Take a call down for the trails that recorded when it was made."""
        for record in records_of(seen):
            self._take(record, listeners)

    def deliver_what_is_due(self) -> None:
        """Deliver, if it is time."""
        listeners = self.listeners()
        if not listeners and not any(self._pending.values()):
            self._next = None
            return
        now = self._clock.now()
        if self._next is None:
            self._next = now + EVERY
        for trail in listeners:
            if trail.arn not in self._taken:  # what happened before it is not for it
                self._taken[trail.arn] = len(self._events(trail))
        if now >= self._next:
            self._next = now + EVERY
            for trail in listeners:
                self._take_service_events(trail)
            self._deliver()

    def _take(self, record: Record, listeners: Iterable[Trail]) -> None:
        with self._lock:
            for trail in listeners:
                if _is_there(trail, record) and wants(trail, record):
                    self._pending[trail.arn].append(record)

    def _events(self, trail: Trail) -> Sequence[Record]:
        return self._service_events(trail.account_id, trail.region_name)

    def _take_service_events(self, trail: Trail) -> None:
        events = self._events(trail)
        for record in events[self._taken[trail.arn] :]:
            self._take(record, [trail])
        self._taken[trail.arn] = len(events)

    def _deliver(self) -> None:
        for trail in _trails():
            with self._lock:
                records = self._pending.pop(trail.arn, [])
            refused = [
                record
                for region, group in _by_region(records)
                if not self._write(trail, region, group)
                for record in group
            ]
            with self._lock:
                self._pending[trail.arn][:0] = refused
        with self._lock:  # of trails that are gone
            for arn in self._pending.keys() - {each.arn for each in _trails()}:
                del self._pending[arn]

    def _write(self, trail: Trail, region: str, records: Sequence[Record]) -> bool:
        name = _name(trail, region)
        permissions = Permissions(self._evaluator, trail.arn)
        bucket = permissions.bucket(trail.bucket_name)
        key_id = trail.kms_key_id or ""
        key = find_key(key_id, account=trail.account_id, region=trail.region_name)
        written = (
            bucket is not None
            and permissions.may_write(bucket, name)
            and (not key_id or (key is not None and permissions.may_encrypt(key, bucket, name)))
        )
        status = vars(trail.status)
        status["delivery_error"] = "" if written else _REFUSED if bucket else "NoSuchBucket"
        if bucket and written:
            content = gzip.compress(json.dumps({"Records": records}).encode())
            _put(bucket, name, content, key.arn if key else "")
            status["delivered"] = int(datetime.now(UTC).timestamp())
        return written


def _trails() -> list[Trail]:
    return [
        trail
        for _, _, backend in list(cloudtrail_backends.iter_backends())
        if isinstance(backend, CloudTrailBackend)
        for trail in list(backend.trails.values())
    ]


def _is_there(trail: Trail, record: Record) -> bool:
    """Whether an event happens where a trail records, and in its account."""
    if record["recipientAccountId"] != trail.account_id:
        return False
    if record["eventSource"] == "iam.amazonaws.com" and record["awsRegion"] == GLOBAL:
        return bool(trail.include_global_service_events)
    return bool(trail.is_multi_region) or record["awsRegion"] == trail.region_name


def _by_region(records: Sequence[Record]) -> Iterator[tuple[str, list[Record]]]:
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[record["awsRegion"]].append(record)
    yield from groups.items()


def _name(trail: Trail, region: str) -> str:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html."""
    now = datetime.now(UTC)
    prefix = f"{trail.s3_key_prefix}/" if trail.s3_key_prefix else ""
    folder = f"{prefix}AWSLogs/{trail.account_id}/CloudTrail/{region}/{now:%Y/%m/%d}"
    unique = secrets.token_urlsafe(12).replace("-", "a").replace("_", "b")
    return f"{folder}/{trail.account_id}_CloudTrail_{region}_{now:%Y%m%dT%H%MZ}_{unique}.json.gz"


def _put(bucket: FakeBucket, name: str, content: bytes, key_arn: str) -> None:
    """Put an object as S3 does: encrypted and locked as the trail and the bucket say."""
    service: S3Backend = s3_backends[bucket.account_id][bucket.partition]
    locked = bucket.has_default_lock
    service.put_object(
        bucket.name,
        name,
        content,
        encryption="aws:kms" if key_arn else None,
        kms_key_id=key_arn or None,
        lock_mode=bucket.default_lock_mode if locked else None,
        lock_until=bucket.default_retention() if locked else None,
    )
