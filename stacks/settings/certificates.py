"""What a team decides about certificates, and about the authorities that sign them."""

import ipaddress
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from stacks.settings.apart import known_apart
from stacks.settings.databases import KeyArn, Name
from stacks.settings.field import Group, setting
from stacks.settings.lists import once_each, split
from stacks.settings.roles import Readers
from stacks.settings.rotation import Window, fitting_window

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 20
"""Certificates. What is declared of all is in the functions' environment, which has 4 kB."""

MOST_AUTHORITIES = 3
"""Peers trust all of them; two are needed for a rollover."""

_MOST_NAMES = 30
_MOST_BYTES = 2500
"""Of the names of one certificate: KMS signs 4,096 bytes, of which the rest takes up to 1,200."""

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"({_LABEL}\.)*{_LABEL}")
_LONGEST_HOST = 253
_STAR = "*."
_LONGEST_COMMON_NAME = 64
_PARTS_BEHIND_A_STAR = 2


def host_name(name: str) -> str:
    """Accept a host name, whose first part may be a star.

    Raises:
        ValueError: It is none that TLS clients accept in a certificate.
    """
    host = name.removeprefix(_STAR)
    if len(name) > _LONGEST_HOST or not _HOST.fullmatch(host):
        raise ValueError(f"{name} is no host name in small letters")
    if host.rpartition(".")[2].isdigit():
        raise ValueError(f"{name} is an address, or looks like one: see addresses")
    if host != name and len(host.split(".")) < _PARTS_BEHIND_A_STAR:
        raise ValueError(
            f"{name} has less than two parts behind the star, and no client accepts it"
        )
    return name


def address(value: str) -> str:
    """Accept an IP address, and write it as all do.

    Raises:
        ValueError: It is none.
    """
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise ValueError(f"{value} is no IP address") from None


HostNames = Annotated[
    tuple[Annotated[str, AfterValidator(host_name)], ...],
    Field(max_length=_MOST_NAMES),
    BeforeValidator(split),
    AfterValidator(once_each),
]
Addresses = Annotated[
    tuple[Annotated[str, AfterValidator(address)], ...],
    Field(max_length=_MOST_NAMES),
    BeforeValidator(split),
    AfterValidator(once_each),
]
Usages = Annotated[
    tuple[Literal["server", "client"], ...],
    Field(min_length=1),
    BeforeValidator(split),
    AfterValidator(once_each),
]
CommonName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9 '()+,./:=?*@_-]*$", max_length=_LONGEST_COMMON_NAME),
]


class Certificate(Group):
    """A certificate with its key, in a secret of its own."""

    dns_names: HostNames = setting(
        (),
        meaning="Host names that it is for. A server's certificate needs a name or an address.",
        allowed=f"up to {_MOST_NAMES} host names in small letters, the first part of each of which "
        "may be *; after -c separated by commas",
    )
    addresses: Addresses = setting(
        (),
        meaning="IP addresses that it is for.",
        allowed=f"up to {_MOST_NAMES} IP addresses; after -c separated by commas",
    )
    common_name: CommonName = setting(
        "",
        meaning="Name of its subject, by which servers may tell clients apart. Without one the "
        "names and addresses alone say whose it is; a client's certificate that has none of these "
        "needs it.",
        allowed=f"up to {_LONGEST_COMMON_NAME} letters, digits, spaces and '()+,./:=?*@_-",
    )
    usages: Usages = setting(
        ("server",),
        meaning="What it is for: TLS servers, TLS clients, or both.",
        allowed="server, client, or both; after -c separated by a comma",
    )
    days: Annotated[int, Field(ge=6, le=825)] = setting(
        90,
        meaning="Days that it is valid. It is renewed at two thirds of them, so that a third is "
        "left to mend a rotation that fails.",
        allowed="6 to 825, the most that Apple's clients accept of a server's; and at most half of "
        "the days of every authority",
        control="SecretsManager.4",
    )
    key_spec: Literal["ECC_NIST_P256", "ECC_NIST_P384", "RSA_2048", "RSA_3072"] = setting(
        "ECC_NIST_P256",
        meaning="Kind of its key pair, which KMS makes.",
        allowed="ECC_NIST_P256, ECC_NIST_P384, RSA_2048 or RSA_3072",
    )
    window: Window = setting(
        "3h",
        meaning="How long after midnight (UTC) of the day of its renewal that may start.",
        allowed="1h to 24h",
    )
    readers: Readers = setting(
        (),
        meaning="ARNs of the roles that may read its secret. A role needs its own permission as "
        "well (docs/applications.md).",
        allowed="up to 20 ARNs of roles of this account; after -c separated by commas",
    )

    @field_validator("addresses")
    @classmethod
    def _short_enough(cls, addresses: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        names = info.data.get("dns_names", ())
        size = sum(len(each) + 3 for each in names) + 18 * len(addresses)
        if size > _MOST_BYTES:
            raise ValueError(
                f"with dns_names they take {size} bytes, and KMS signs certificates with up to "
                f"{_MOST_BYTES} of them"
            )
        return addresses

    @field_validator("usages")
    @classmethod
    def _has_names(cls, usages: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if not {"dns_names", "addresses", "common_name"} <= info.data.keys():
            return usages
        named = info.data["dns_names"] or info.data["addresses"]
        if "server" in usages and not named:
            raise ValueError("there are no dns_names and no addresses, which a server's needs")
        if not named and not info.data["common_name"]:
            raise ValueError("there are no dns_names, no addresses and no common_name")
        return usages

    @field_validator("window")
    @classmethod
    def _fits(cls, window: str, info: ValidationInfo) -> str:
        days = info.data.get("days")
        return fitting_window(window, _schedule(days) if days else None)

    @property
    def schedule(self) -> str:
        """When it is renewed, as Secrets Manager writes it."""
        return _schedule(self.days)


def _schedule(days: int) -> str:
    return f"rate({days * 2 // 3} days)"


class Authority(Group):
    """An authority, whose key is in KMS and whose certificate peers trust."""

    key_arn: KeyArn = setting(
        "",
        meaning="ARN of a key to sign with, instead of one of ours. Its policy has to allow what "
        "docs/certificates.md lists.",
        allowed="the ARN of an asymmetric key for signing of this account and region, of one of "
        "the kinds that key_spec lists; or nothing",
    )
    key_spec: Literal["ECC_NIST_P256", "ECC_NIST_P384", "RSA_2048", "RSA_3072", "RSA_4096"] = (
        setting(
            "ECC_NIST_P256",
            meaning="Kind of the key, which KMS never lets out. It cannot change: roll over to "
            "another authority.",
            allowed="ECC_NIST_P256, ECC_NIST_P384, RSA_2048, RSA_3072 or RSA_4096; as the key is, "
            "if key_arn is set",
        )
    )
    common_name: CommonName = setting(
        "",
        meaning="Name of the authority, as it stands in certificates; made of name, environment "
        "and its name here if left out. It cannot change.",
        allowed=f"up to {_LONGEST_COMMON_NAME} letters, digits, spaces and '()+,./:=?*@_-",
    )
    days: Annotated[int, Field(ge=30, le=7300)] = setting(
        3650,
        meaning="Days that its own certificate is valid, from its first deployment.",
        allowed="30 to 7300",
    )


Authorities = Annotated[
    Mapping[Name, Authority],
    Field(min_length=1, max_length=MOST_AUTHORITIES),
    AfterValidator(lambda authorities: MappingProxyType(dict(authorities))),
]


class CertificateAuthority(Group):
    """Who signs certificates, and whom peers trust."""

    authorities: Authorities = setting(
        {"ca1": {}},
        meaning="The authorities that peers trust: one, and during a rollover the old and the new "
        "one. They are made with the first certificate.",
        allowed=f"up to {MOST_AUTHORITIES}, by names of lower-case letters, digits and single "
        "hyphens",
    )
    issuer: Name = setting(
        "ca1",
        meaning="Which of them signs new certificates.",
        allowed="one of certificate_authority.authorities",
    )

    @field_validator("authorities")
    @classmethod
    def _apart(cls, authorities: Mapping[str, Authority]) -> Mapping[str, Authority]:
        known_apart(authorities)
        keys = [each.key_arn for each in authorities.values() if each.key_arn]
        once_each(tuple(keys))
        return authorities

    @field_validator("issuer")
    @classmethod
    def _is_trusted(cls, issuer: str, info: ValidationInfo) -> str:
        authorities = info.data.get("authorities", {issuer: None})
        if issuer not in authorities:
            raise ValueError(f"the authorities are {', '.join(authorities)}")
        return issuer


Certificates = Annotated[
    Mapping[Name, Certificate],
    Field(max_length=MOST),
    AfterValidator(lambda certificates: MappingProxyType(dict(certificates))),
]


def outlived(
    certificates: Mapping[str, Certificate], authority: CertificateAuthority | None
) -> Mapping[str, Certificate]:
    """Refuse certificates that leave no time to roll an authority over.

    Raises:
        ValueError: Names the certificate and the authority.
    """
    known_apart(certificates)
    for name, days, authority_name, most in _pairs(certificates, authority):
        if days * 2 > most:
            raise ValueError(
                f"{name} is valid for {days} days, more than half of the {most} of the authority "
                f"{authority_name}"
            )
    return certificates


def _pairs(
    certificates: Mapping[str, Certificate], authority: CertificateAuthority | None
) -> "Iterator[tuple[str, int, str, int]]":
    for name, certificate in certificates.items():
        for authority_name, each in (authority.authorities if authority else {}).items():
            yield name, certificate.days, authority_name, each.days
