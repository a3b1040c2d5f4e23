"""A file with certificate authorities that a function is going to trust."""

import re
import ssl
import time
from pathlib import Path

_BEGIN = "-----BEGIN CERTIFICATE-----"
_CERTIFICATE = re.compile(rf"{_BEGIN}[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")


def authorities(path: str) -> str:
    """Accept a file with authorities that TLS can use today, and nothing else in it.

    Raises:
        ValueError: The file cannot be read, is cut off, or holds something else; or one expired.
    """
    if path:
        _check(_read(path))
    return path


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except OSError as error:
        raise ValueError(f"it cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValueError("it is not PEM; DER needs `openssl x509 -inform der`") from error


def _check(text: str) -> None:
    if "PRIVATE KEY" in text:
        raise ValueError("it holds a private key, which must not get into a function")
    certificates = _CERTIFICATE.findall(text)
    if not certificates:
        raise ValueError("it holds no certificate in PEM")
    if text.count(_BEGIN) != len(certificates):
        raise ValueError("a certificate in it is cut off")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata="\n".join(certificates))
    except ssl.SSLError as error:
        raise ValueError(f"a certificate in it cannot be read ({error.reason})") from error
    count = context.cert_store_stats()
    if count["x509"] != count["x509_ca"]:
        raise ValueError(f"{count['x509'] - count['x509_ca']} of its certificates is no authority")
    for each in context.get_ca_certs():
        until = str(each["notAfter"])
        if ssl.cert_time_to_seconds(until) < time.time():
            raise ValueError(f"one of its authorities has expired on {until}")
