"""Which database servers a function trusts: those that the credential library trusts."""

import ssl

from rotated_secret import tls
from rotation.errors import BadSettingsError


def verified_context() -> ssl.SSLContext:
    """A TLS context that verifies chain and host name.

    Raises:
        BadSettingsError: RDS_CA_BUNDLE can't be used.
    """
    try:
        return tls.verified_context()
    except (OSError, ssl.SSLError) as error:
        raise BadSettingsError(
            f"The certificate authorities in {tls.authorities()} can't be used:"
            f" {type(error).__name__}",
            remedy="Let RDS_CA_BUNDLE name a PEM file that is in the function, or leave it out",
        ) from error
