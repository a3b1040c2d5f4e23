"""What CloudTrail has delivered on the local AWS, and a clock that lets it deliver now."""

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import Request, urlopen

from local.local_aws import LocalAws
from local.patience import wait_until

FAST = 10_000.0
"""Seconds of the local clock in a second: five minutes are soon over."""


@contextmanager
def _fast(aws: LocalAws) -> Iterator[None]:
    _set_speed(aws, FAST)
    try:
        yield
    finally:
        _set_speed(aws, 1.0)


def _set_speed(aws: LocalAws, speed: float) -> None:
    body = json.dumps({"speed": speed}).encode()
    headers = {"Content-Type": "application/json"}
    url = f"{aws.server.url}/_local/clock"
    urlopen(Request(url, body, headers, method="PUT")).close()  # noqa: S310 - a URL of ours


def wait_for(aws: LocalAws, what: str, done: Callable[[], bool]) -> None:
    """Let the clock run until something is delivered, or is not."""
    with _fast(aws):
        wait_until(done, seconds=20, what=what)


def keys(s3: Any, bucket: str, prefix: str = "") -> list[str]:
    """The names of all files with records."""
    found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    return [each["Key"] for each in found]


def records(s3: Any, bucket: str, prefix: str = "") -> list[dict[str, Any]]:
    """All records that there are."""
    names = keys(s3, bucket, prefix)
    files = [s3.get_object(Bucket=bucket, Key=name)["Body"].read() for name in names]
    return [each for file in files for each in json.loads(gzip.decompress(file))["Records"]]
