"""`credential-rotation authorities REGION`: those of Amazon RDS in one region, into a file.

They come from AWS's trust store, and are checked against fingerprints that were seen elsewhere
(`rds_roots.tsv`); then they are added to the file, which may have those of other regions. Where no
fingerprint is known, a person has to compare them and say so.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
"""

import argparse
import csv
import re
import ssl
import sys
import urllib.request
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

KNOWN = Path(__file__).parent / "rds_roots.tsv"
KINDS = frozenset({"RSA2048", "RSA4096", "ECC384"})
"""RDS has an authority of each kind in each region."""

_GLOBAL = "global/global-bundle.pem"
_ROOT = re.compile(r"Amazon RDS (?P<region>[a-z0-9-]+) Root CA (?P<kind>\w+) \w+")
_PATIENCE_SECONDS = 30
_MOST_BYTES = 10_000_000


class BringError(Exception):
    """The authorities could not be brought, or are not those of the region; nothing has changed."""


def source_of(region: str) -> str:
    """The address of AWS's bundle for a region's partition."""
    if region.startswith("us-gov-"):
        return f"https://truststore.pki.us-gov-west-1.rds.amazonaws.com/{_GLOBAL}"
    if region.startswith("cn-"):
        return f"https://rds-truststore.s3.cn-north-1.amazonaws.com.cn/{_GLOBAL}"
    return f"https://truststore.pki.rds.amazonaws.com/{_GLOBAL}"


def known_fingerprints(region: str, *, table: Path = KNOWN) -> frozenset[str]:
    """The SHA-256 fingerprints of a region's authorities, as far as they are known."""
    lines = [line for line in table.read_text().splitlines() if not line.startswith("#")]
    rows = csv.DictReader(lines, delimiter="\t")
    return frozenset(row["sha256"] for row in rows if row["region"] == region)


def fetch(source: str, *, context: ssl.SSLContext | None = None) -> bytes:
    """Reads a bundle, from an https address or a file.

    Args:
        source: Where.
        context: Whom to trust as the server; by default as the system does.

    Raises:
        BringError: It cannot be read, or not whole.
    """
    try:
        if "://" not in source:
            return Path(source).read_bytes()
        if not source.startswith("https://"):
            raise BringError(f"{source} is no https address. Anyone on the way could change it.")
        with urllib.request.urlopen(source, timeout=_PATIENCE_SECONDS, context=context) as answer:  # noqa: S310 - https, see above
            return bytes(answer.read(_MOST_BYTES) if answer.length is None else answer.read())
    except (OSError, HTTPException) as error:
        raise BringError(
            f"{source} could not be read: {error!r}. Nothing has changed. Try again, or bring the "
            "file from another machine and name it with --from"
        ) from error


def roots_of(region: str, text: bytes) -> Mapping[str, x509.Certificate]:
    """Finds a region's authorities in a bundle, by their kinds.

    Raises:
        BringError: The bundle is cut off, or lacks one of the kinds, or one of them is no good.
    """
    if text.count(b"BEGIN CERTIFICATE") != text.count(b"END CERTIFICATE"):
        raise BringError("The bundle is cut off. Nothing has changed; try again.")
    try:
        certificates = x509.load_pem_x509_certificates(text)
    except ValueError as error:
        raise BringError(f"The bundle is no list of certificates in PEM: {error}") from error
    found = {}
    for certificate in certificates:
        name = _ROOT.fullmatch(_common_name(certificate))
        if name and name["region"] == region:
            _check(certificate)
            found[name["kind"]] = certificate
    if missing := KINDS - found.keys():
        raise BringError(
            f"The bundle lacks the authorities {', '.join(sorted(missing))} of {region}. Either "
            "RDS is not in that region, or the bundle is not whole. Nothing has changed."
        )
    return found


def compare(region: str, found: Collection[str], *, known: Collection[str], source: str) -> None:
    """Compares fingerprints with those that are known or that a person has accepted.

    Raises:
        BringError: They differ, or there is nothing to compare them with.
    """
    listed = "\n".join(f"  {each}" for each in sorted(found))
    if not known:
        accept = " ".join(sorted(found))
        raise BringError(
            f"{source} has these authorities of {region}, of which this repository knows no "
            f"fingerprints:\n{listed}\nCompare them with a copy that came another way, such as "
            "the one that your organisation trusts. If they are the same, run it again with\n"
            f"  --accept {accept}\n(make takes them as ACCEPT=…)"
        )
    if set(found) != set(known):
        expected = "\n".join(f"  {each}" for each in sorted(known))
        raise BringError(
            f"The authorities of {region} in {source} are not the known ones. Found:\n{listed}\n"
            f"Known:\n{expected}\nNothing has changed. Do not trust them before AWS's "
            "documentation says that they were replaced."
        )


def add(certificates: Iterable[x509.Certificate], *, to: Path) -> None:
    """Adds authorities to a file, which always is whole."""
    before = read(to) if to.is_file() else ()
    both = merged(before, certificates, now=datetime.now(UTC))
    unfinished = to.with_name(f".{to.name}")
    unfinished.write_text(bundle(both))
    unfinished.replace(to)


def merged(*sources: Iterable[x509.Certificate], now: datetime) -> list[x509.Certificate]:
    """Puts certificates together.

    Args:
        sources: The certificates.
        now: Those that have expired by then are left out.

    Returns:
        Each once, in the order of their subjects.
    """
    found = {
        (each.subject.rfc4514_string(), each.serial_number): each
        for certificates in sources
        for each in certificates
        if each.not_valid_after_utc > now
    }
    return [certificate for _, certificate in sorted(found.items())]


def bundle(certificates: Iterable[x509.Certificate]) -> str:
    """Writes certificates as a PEM file in which a person finds each one."""
    return "".join(_entry(certificate) for certificate in certificates)


def read(pem_file: Path) -> Iterator[x509.Certificate]:
    """Reads a PEM file."""
    yield from x509.load_pem_x509_certificates(pem_file.read_bytes())


def main(words: Sequence[str]) -> int:
    """Brings, checks, adds.

    Returns:
        0, or 1 after a message on stderr.
    """
    parser = argparse.ArgumentParser(
        prog="credential-rotation authorities",
        description="Bring the certificate authorities of Amazon RDS in a region, check them, and "
        "add them to a file in PEM: for `authorities` of a DatabaseServer, and for applications in "
        "RDS_CA_BUNDLE.",
    )
    parser.add_argument("region", help="such as il-central-1")
    parser.add_argument(
        "--to", type=Path, default="rds.pem", help="the file, made or added to (default: rds.pem)"
    )
    parser.add_argument("--from", dest="source", help="an https address or a file with the bundle")
    parser.add_argument("--accept", nargs="*", default=[], help="fingerprints that you compared")
    given = parser.parse_args(words)
    try:
        bring(given.region, to=given.to, source=given.source, accepted=given.accept)
    except BringError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(
        f"The authorities of {given.region} are in {given.to} now. Functions and applications "
        "trust them from the next deployment on that brings them this file.\n"
    )
    return 0


def bring(
    region: str, *, to: Path, source: str | None = None, accepted: Iterable[str] = ()
) -> None:
    """Brings the authorities of a region, checks them and adds them to a file.

    Args:
        region: Such as `il-central-1`.
        to: The file in PEM; it is made where there is none.
        source: An https address or a file with the bundle; by default AWS's trust store.
        accepted: Fingerprints that a person has compared, for a region of which none is known.

    Raises:
        BringError: See the functions above; the file is as it was.
    """
    source = source or source_of(region)
    roots = roots_of(region, fetch(source))
    known = known_fingerprints(region) or set(_fingerprints(accepted))
    compare(region, {_sha256(each) for each in roots.values()}, known=known, source=source)
    add(roots.values(), to=to)


def _fingerprints(accepted: Iterable[str]) -> Iterator[str]:
    for each in accepted:
        yield each.replace(":", "").lower()


def _common_name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def _check(certificate: x509.Certificate) -> None:
    name = _common_name(certificate)
    try:
        certificate.verify_directly_issued_by(certificate)
    except (InvalidSignature, TypeError, ValueError) as error:
        raise BringError(f"{name} is not signed by itself, as an authority is.") from error
    if certificate.not_valid_after_utc < datetime.now(UTC):
        raise BringError(f"{name} has expired on {certificate.not_valid_after_utc}.")


def _sha256(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def _entry(certificate: x509.Certificate) -> str:
    until = certificate.not_valid_after_utc.date()
    pem = certificate.public_bytes(Encoding.PEM).decode()
    return f"# {_common_name(certificate)}, until {until}\n{pem}"
