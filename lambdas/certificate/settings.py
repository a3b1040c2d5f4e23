"""The environment of the functions, read once."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

from certificate.declaration import Declaration
from rotation.errors import BadSecretError, BadSettingsError

STEP_SECONDS = 20.0
"""KMS may take some seconds to make an RSA pair; all else of a step is a few calls."""

_RANDOM_END = re.compile(r"-[A-Za-z0-9]{6}$")
_KEY_ARN = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the stack tells the functions.

    Attributes:
        path: What the names of the secrets begin with, such as `orders/production/certificates/`.
        certificates: What is declared, by the rest of their secrets' names.
        pair_key: ARN of the symmetric key by which KMS makes key pairs.
        authorities: ARNs of the authorities' keys, by their names; peers trust all of these.
        issuer: Which of them signs.
        parameter: Name of the parameter of Systems Manager with the authorities' certificates.
    """

    path: str
    certificates: Mapping[str, Declaration]
    pair_key: str
    authorities: Mapping[str, str]
    issuer: str
    parameter: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Reads SECRETS_PATH, CERTIFICATES, PAIR_KEY, AUTHORITIES, ISSUER and TRUST_PARAMETER.

        Raises:
            BadSettingsError: One is missing, or nonsense.
        """
        declared = _object(environment, "CERTIFICATES")
        authorities = _object(environment, "AUTHORITIES")
        for key in (environment.get("PAIR_KEY"), *authorities.values()):
            if not isinstance(key, str) or not _KEY_ARN.fullmatch(key):
                raise _bad("PAIR_KEY or AUTHORITIES", "must hold ARNs of KMS keys")
        issuer = environment.get("ISSUER", "")
        if issuer not in authorities:
            raise _bad("ISSUER", "must be one of AUTHORITIES")
        return cls(
            _text(environment, "SECRETS_PATH"),
            MappingProxyType({n: Declaration.parse(each, whose=n) for n, each in declared.items()}),
            environment["PAIR_KEY"],
            MappingProxyType(authorities),
            issuer,
            _text(environment, "TRUST_PARAMETER"),
        )

    def name_of(self, secret_arn: str) -> str:
        """The name of the certificate that a secret is for.

        It comes from the secret's ARN and not from its content, so that who may write a secret
        cannot have another's names signed.

        Raises:
            BadSecretError: None is declared for it.
        """
        secret = _RANDOM_END.sub("", secret_arn.rpartition(":secret:")[2])
        name = secret.removeprefix(self.path)
        if not secret.startswith(self.path) or name not in self.certificates:
            raise BadSecretError(
                f"No certificate is declared for the secret {secret}",
                remedy="Declare it in the setting certificates, or delete the secret",
            )
        return name


def _object(environment: Mapping[str, str], name: str) -> dict[str, Any]:
    try:
        value = json.loads(environment.get(name, ""))
    except ValueError as error:
        raise _bad(name, "must be JSON") from error
    if not isinstance(value, dict):
        raise _bad(name, "must be a JSON object")
    return value


def _text(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise _bad(name, "must not be empty")
    return value


def _bad(name: str, what: str) -> BadSettingsError:
    return BadSettingsError(
        f"The environment variable {name} {what}",
        remedy="Deploy the stack: it sets the variables of its functions",
    )
