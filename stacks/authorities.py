"""Whether the functions will trust the database of a region."""

import re
import ssl
from functools import cache
from typing import Any

from credential_rotation.bundle import AUTHORITIES, ROOT
from credential_rotation.errors import SynthError
from stacks.settings import Settings

SHIPPED = ROOT / "lambdas" / AUTHORITIES

_ROOT = re.compile(r"Amazon RDS (?P<region>[a-z0-9-]+) Root CA .+")


class AuthoritiesError(SynthError):
    """No function would trust the database, because its region's authorities are not shipped."""


def check_region(region: str, *, settings: Settings) -> None:
    """End the synth where the first login of the deployment would be refused.

    Args:
        region: Where the CDK CLI is going to deploy; empty if it is not known.
        settings: What the team decided; may name authorities of its own.

    Raises:
        AuthoritiesError: Says what to run.
    """
    trusting = [each for each in settings.databases.values() if not each.trusted]
    if region and trusting and region not in shipped_regions():
        raise AuthoritiesError(
            f"The certificate authorities of Amazon RDS in {region} are not among those that the "
            f"functions trust, so no login would succeed. Run `make authorities REGION={region}`, "
            "which brings them from AWS and checks them, or name a file of your own in the setting "
            "database.authorities (docs/deploying.md)."
        )


@cache
def shipped_regions() -> frozenset[str]:
    """The regions whose authorities are in the library."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=SHIPPED)
    certificates: list[Any] = context.get_ca_certs()
    names = (
        value
        for certificate in certificates
        for part in certificate["subject"]
        for key, value in part
        if key == "commonName"
    )
    return frozenset(found["region"] for name in names if (found := _ROOT.fullmatch(name)))
