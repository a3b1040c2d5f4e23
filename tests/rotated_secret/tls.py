"""TLS of a server on this machine."""

import ssl
from pathlib import Path

import trustme


def server_context(trusted: Path) -> ssl.SSLContext:
    """A context for localhost; writes the file of the authority that makes it trusted."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(trusted)
    return context
