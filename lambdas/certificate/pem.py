"""Certificates and keys as text."""

import base64
import re

_BLOCK = re.compile(
    r"-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END CERTIFICATE-----"
)
_LINE = 64


def pem(kind: str, der: bytes) -> str:
    """Writes DER as PEM, as RFC 7468 wants it.

    Args:
        kind: Such as `CERTIFICATE`.
        der: The content.
    """
    text = base64.b64encode(der).decode("ascii")
    lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    return "\n".join((f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""))


def certificates_in(text: str) -> list[bytes]:
    """The certificates of a bundle as DER, in their order.

    Raises:
        ValueError: One is no base64.
    """
    return [
        base64.b64decode("".join(block.split()), validate=True) for block in _BLOCK.findall(text)
    ]
