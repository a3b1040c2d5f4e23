"""Whose signature a request bears."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
_HEADER = re.compile(r"Credential=(?P<scope>[^,\s]+)")
_PARTS = 5
# S3 still takes signatures of version 2, which boto3 makes for presigned URLs. They name no scope.
# https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
_HEADER_2 = re.compile(r"AWS (?P<key>[^:]+):")
_REGION_2, _SERVICE_2 = "us-east-1", "s3"
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes
_ISSUED = re.compile(r"A(KIA|SIA)[A-Z0-9]{16}")


@dataclass(frozen=True)
class Credential:
    """The scope of a signature.

    Attributes:
        service: The service's signing name, for example `monitoring` for CloudWatch.
    """

    access_key_id: str
    region: str
    service: str

    @property
    def is_issued(self) -> bool:
        """Whether the access key looks like one that IAM or STS issues.

        Others, such as `test`, are the account's own here: whoever started the local AWS.
        """
        return _ISSUED.fullmatch(self.access_key_id) is not None


def credential_of(environ: Mapping[str, Any]) -> Credential | None:
    """Read the credential scope from a signed request or URL.

    Returns:
        The scope; None if the request is not signed.
    """
    header = environ.get("HTTP_AUTHORIZATION", "")
    query = parse_qs(environ.get("QUERY_STRING", ""))
    match = _HEADER.search(header)
    scope = match["scope"] if match else query.get("X-Amz-Credential", [""])[0]
    parts = scope.split("/")
    if len(parts) >= _PARTS:
        # Only the access key may hold a slash.
        *key, _, region, service, _ = parts
        return Credential("/".join(key), region, service)
    match = _HEADER_2.match(header)
    key_id = match["key"] if match else query.get("AWSAccessKeyId", [""])[0]
    return Credential(key_id, _REGION_2, _SERVICE_2) if key_id else None
