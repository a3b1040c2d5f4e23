"""What a certificate is to be for, as the settings of the stack declare it."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Self

from rotation.errors import BadSettingsError

KEY_SPECS = ("ECC_NIST_P256", "ECC_NIST_P384", "RSA_2048", "RSA_3072")
"""Of leaf keys. KMS makes larger RSA pairs too slowly for a step of a rotation.

https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPair.html
"""

LONGEST_COMMON_NAME = 64
"""RFC 5280, appendix A.1: ub-common-name."""

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DNS_NAME = re.compile(rf"(\*\.)?({_LABEL}\.)*{_LABEL}")
_LONGEST_DNS_NAME = 253


class Usage(StrEnum):
    """What a certificate may be used for in TLS."""

    SERVER = "server"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class Declaration:
    """A certificate that is wanted.

    Attributes:
        common_name: The subject's name; without one, the names alone tell whose it is.
        dns_names: Host names, in small letters; the first part may be a `*`.
        addresses: IP addresses, as `ipaddress` writes them.
        usages: What for, sorted; one or both.
        validity: How long from being issued.
        key_spec: Kind of the key pair, as KMS calls it: one of `KEY_SPECS`.
    """

    common_name: str
    dns_names: tuple[str, ...]
    addresses: tuple[str, ...]
    usages: tuple[Usage, ...]
    validity: timedelta
    key_spec: str

    @classmethod
    def parse(cls, fields: object, *, whose: str) -> Self:
        """Reads the declaration that the stack gives to its functions.

        Args:
            fields: JSON: `common_name`, `dns_names`, `addresses`, `usages`, `days`, `key_spec`.
            whose: The certificate's name, for errors.

        Raises:
            BadSettingsError: A field is missing, or can't be used.
        """
        if not isinstance(fields, Mapping):
            raise _bad(whose, "it is no object")
        dns_names = _texts(fields, "dns_names", whose)
        for name in dns_names:
            if len(name) > _LONGEST_DNS_NAME or not _DNS_NAME.fullmatch(name):
                raise _bad(whose, f"dns_names: {name} is no host name in small letters")
        common_name = fields.get("common_name", "")
        if not isinstance(common_name, str) or len(common_name) > LONGEST_COMMON_NAME:
            raise _bad(whose, f"common_name is no text of up to {LONGEST_COMMON_NAME} characters")
        return cls(
            common_name,
            dns_names,
            _addresses(fields, whose),
            _usages(fields, whose),
            _validity(fields, whose),
            _key_spec(fields, whose),
        )


def _addresses(fields: Mapping[str, Any], whose: str) -> tuple[str, ...]:
    try:
        return tuple(str(ipaddress.ip_address(each)) for each in _texts(fields, "addresses", whose))
    except ValueError as error:
        raise _bad(whose, "addresses: one is no IP address") from error


def _usages(fields: Mapping[str, Any], whose: str) -> tuple[Usage, ...]:
    try:
        usages = tuple(sorted({Usage(each) for each in _texts(fields, "usages", whose)}))
    except ValueError as error:
        raise _bad(whose, f"usages: only {' and '.join(Usage)} are known") from error
    if not usages:
        raise _bad(whose, "usages is empty")
    return usages


def _validity(fields: Mapping[str, Any], whose: str) -> timedelta:
    days = fields.get("days")
    if not isinstance(days, int) or isinstance(days, bool) or days < 1:
        raise _bad(whose, "days is no number of days")
    return timedelta(days=days)


def _key_spec(fields: Mapping[str, Any], whose: str) -> str:
    spec = fields.get("key_spec")
    if spec not in KEY_SPECS:
        raise _bad(whose, f"key_spec is none of {', '.join(KEY_SPECS)}")
    return str(spec)


def _texts(fields: Mapping[str, Any], name: str, whose: str) -> tuple[str, ...]:
    value = fields.get(name)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _bad(whose, f"{name} is no list of texts")
    return tuple(value)


def _bad(whose: str, why: str) -> BadSettingsError:
    return BadSettingsError(
        f"The declaration of the certificate {whose} can't be used: {why}",
        remedy="Deploy the stack: it sets the variables of its functions",
    )
