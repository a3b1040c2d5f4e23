"""Calls over HTTP, written short."""

import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import Aws, Credentials
from .documents import REGION


def read(aws: Aws, who: Credentials, secret: str, **arguments: str) -> str:
    client = aws.client("secretsmanager", who)
    return str(client.get_secret_value(SecretId=secret, **arguments)["SecretString"])


def refusal(call: Any, **arguments: Any) -> tuple[str, str]:
    """The error's code and message."""
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    error: Any = refused.value.response["Error"]
    return error["Code"], error["Message"]


def signature(who: Credentials, service: str = "secretsmanager") -> str:
    scope = f"{who.aws_access_key_id}/20260101/{REGION}/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"


def raw(
    aws: Aws, path: str, headers: dict[str, str], body: bytes | None = b"{}", method: str = "POST"
) -> tuple[int, str | None]:
    """Send a request that boto3 would not; returns the status and the error's code."""
    request = urllib.request.Request(aws.url + path, body, headers, method=method)  # noqa: S310  # our server
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310  # our server
            return answer.status, answer.headers.get("x-amzn-ErrorType")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("x-amzn-ErrorType")
