"""Whom the AWS clients of the candidates believe that it is AWS."""

import ssl
from pathlib import Path

import botocore
import trustme


class Authority:
    """Signs the certificate of the Secrets Manager here.

    Attributes:
        bundle: PEM file for AWS_CA_BUNDLE. It holds what botocore trusts anyway as well: each new
            client reads it, and on AWS it would read those.
    """

    def __init__(self, directory: Path) -> None:
        """Make it.

        Args:
            directory: Where its file goes.
        """
        self._authority = trustme.CA(organization_name="Bench")
        self.bundle = directory / "authorities.pem"
        known = Path(botocore.__file__).parent / "cacert.pem"
        self.bundle.write_bytes(known.read_bytes() + self._authority.cert_pem.bytes())

    def context(self, host: str) -> ssl.SSLContext:
        """A TLS context for a server.

        Args:
            host: The name that its certificate is for.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(host).configure_cert(context)
        return context
