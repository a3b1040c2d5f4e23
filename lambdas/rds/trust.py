"""Whom a function believes that it is the database.

`authorities.pem` holds the certificate authorities of Amazon RDS, of all regions. A program that
trusts any public authority could be sent elsewhere by whoever gets a certificate for any name.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
"""

import os
import ssl
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from rotation.errors import BadSettingsError

AUTHORITIES = Path(__file__).parent / "authorities.pem"


@cache
def verified_context() -> ssl.SSLContext:
    """A TLS context that verifies chain and host name; made once per function instance.

    Raises:
        BadSettingsError: RDS_CA_BUNDLE can't be used.
    """
    return context_from(os.environ)


def context_from(environ: Mapping[str, str]) -> ssl.SSLContext:
    """Makes the context.

    Args:
        environ: Where RDS_CA_BUNDLE may name a PEM file to trust instead of the shipped one.

    Raises:
        BadSettingsError: The file can't be used.
    """
    bundle = environ.get("RDS_CA_BUNDLE") or AUTHORITIES
    try:
        return ssl.create_default_context(cafile=bundle)
    except (OSError, ssl.SSLError) as error:
        raise BadSettingsError(
            f"The certificate authorities in {bundle} can't be used: {type(error).__name__}",
            remedy="Let RDS_CA_BUNDLE name a PEM file that is in the function, or leave it out",
        ) from error
