"""A server that stands for services of AWS, and checks signatures as these do."""

import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

IDENTITY = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)
_SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(\w+)/\d+/([\w-]+)/(\w+)/aws4_request,"
    r" SignedHeaders=([\w;-]+), Signature=(\w+)"
)


@dataclass
class Aws:
    """STS, DynamoDB and S3, as far as a test needs them.

    Attributes:
        url: Where it is.
        keys: The secret keys by access key id.
        seen: For each request the access key id, and whether the key was accepted.
        bodies: What was sent.
    """

    url: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    seen: list[tuple[str, bool]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, str]:
        self.bodies.append(body)
        code = self._refusal(method, path, headers, body)
        service = _SIGNED.fullmatch(headers["Authorization"])
        assert service
        self.seen.append((service[1], not code))
        if service[3] == "dynamodb":
            return (400, f'{{"__type": "{_JSON[code]}"}}') if code else (200, '{"TableNames": []}')
        if service[3] == "s3":
            return (403, f"<Error><Code>{_S3[code]}</Code></Error>") if code else (200, "")
        if code:
            return 403, f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>"
        return 200, IDENTITY

    def _refusal(self, method: str, path: str, headers: Any, body: bytes) -> str:
        found = _SIGNED.fullmatch(headers["Authorization"])
        assert found
        key_id, region, service, names, signature = found.groups()
        if key_id not in self.keys:
            return "InvalidClientTokenId"
        signed = {name: headers[name] for name in names.split(";")}
        request = AWSRequest(method, f"{self.url}{path}", signed, body)
        request.context["timestamp"] = headers["X-Amz-Date"]
        request.context["payload_signing_enabled"] = True
        kind = S3SigV4Auth if service == "s3" else SigV4Auth
        signer: Any = kind(Credentials(key_id, self.keys[key_id]), service, region)
        text = signer.string_to_sign(request, signer.canonical_request(request))
        right = signer.signature(text, request) == signature
        return "" if right else "SignatureDoesNotMatch"


_JSON = {
    "InvalidClientTokenId": "UnrecognizedClientException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
}
_S3 = {
    "InvalidClientTokenId": "InvalidAccessKeyId",
    "SignatureDoesNotMatch": "SignatureDoesNotMatch",
}


@contextmanager
def serving(aws: Aws, context: ssl.SSLContext) -> Iterator[Aws]:
    class Exchange(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _answer(self) -> None:
            if self.headers.get("Transfer-Encoding") == "chunked":
                body = b"".join(self._chunks())
            else:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, text = aws.answer(self.command, self.path, self.headers, body)
            content = b"" if self.command == "HEAD" else text.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _chunks(self) -> Iterator[bytes]:
            while size := int(self.rfile.readline(), 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()

        do_GET = do_POST = do_PUT = do_HEAD = _answer  # noqa: N815  # the standard library's names

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("localhost", 0), Exchange) as server:
        server.daemon_threads = True
        server.socket = context.wrap_socket(server.socket, server_side=True)
        aws.url = f"https://localhost:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield aws
        server.shutdown()
        thread.join()
