"""Whom a connection believes that it is the database.

A server of RDS is trusted by the certificate authorities of RDS alone, which the package holds. A
program that trusts any public authority could be sent elsewhere by whoever gets a certificate for
any name. RDS Proxy has certificates of Amazon's public authorities: these are trusted for names of
RDS Proxy, which nobody but AWS gets certificates for, and for no others.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.howitworks.html
"""

import os
import re
import ssl
from functools import lru_cache
from pathlib import Path

AUTHORITIES = Path(__file__).parent / "authorities.pem"
PROXY_AUTHORITIES = Path(__file__).parent / "proxy_authorities.pem"

_PROXY = re.compile(r"[^,]+\.proxy-[0-9a-z]+\.[0-9a-z-]+\.rds\.amazonaws\.[a-z.]+", re.IGNORECASE)
"""As in orders.proxy-abcdefghijkl.eu-central-1.rds.amazonaws.com."""


def authorities(host: str | None = None) -> str:
    """The PEM file to trust: the one that RDS_CA_BUNDLE names, or that of the host's kind.

    Args:
        host: The server; one of RDS itself if left out.
    """
    is_proxy = host is not None and _PROXY.fullmatch(host)
    shipped = PROXY_AUTHORITIES if is_proxy else AUTHORITIES
    return os.environ.get("RDS_CA_BUNDLE") or str(shipped)


def verified_context(host: str | None = None) -> ssl.SSLContext:
    """A TLS context that verifies chain and host name; another one once the file has changed.

    Args:
        host: The server; one of RDS itself if left out.

    Raises:
        OSError: The file can't be read, or holds no certificates.
    """
    file = authorities(host)
    now = Path(file).stat()
    return _context(file, (now.st_mtime_ns, now.st_size, now.st_ino))


@lru_cache(maxsize=8)
def _context(file: str, _state: tuple[int, ...]) -> ssl.SSLContext:
    """Kept until the file is another one: reading it takes longer than all else of a login."""
    return ssl.create_default_context(cafile=file)
