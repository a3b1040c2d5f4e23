"""Whom a connection believes that it is the database.

The package holds the certificate authorities of Amazon RDS. A program that trusts any public
authority could be sent elsewhere by whoever gets a certificate for any name.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
"""

import os
import ssl
from functools import cache
from pathlib import Path

AUTHORITIES = Path(__file__).parent / "authorities.pem"


def authorities() -> str:
    """The PEM file to trust: the one that RDS_CA_BUNDLE names, or the authorities of RDS."""
    return os.environ.get("RDS_CA_BUNDLE") or str(AUTHORITIES)


def verified_context() -> ssl.SSLContext:
    """A TLS context that verifies chain and host name.

    Raises:
        OSError: The file can't be read, or holds no certificates.
    """
    return _context(authorities())


@cache
def _context(file: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=file)
