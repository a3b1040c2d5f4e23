"""The environment of the functions, read once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Self

from api_declaration.declaration import Declaration
from api_declaration.errors import DeclarationError
from api_token.connection import PUBLIC_AUTHORITIES
from api_token.destinations import Network
from rotation.errors import BadSettingsError

OWN_AUTHORITIES = Path(__file__).parent.parent / "rotated_secret" / "authorities.pem"
"""Where the stack puts authorities that a team has named, instead of those of databases."""

_ARN = re.compile(r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[!-~]{1,600}")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the stack tells the functions besides how long tokens live.

    Attributes:
        declaration: The API's requests.
        management_secret: ARN of the secret that lets us manage tokens; None for none.
        private_networks: Those that may be connected to besides the public internet.
        authorities: File with the authorities that are trusted.
    """

    declaration: Declaration
    management_secret: str | None
    private_networks: tuple[Network, ...]
    authorities: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Reads API_DECLARATION, MANAGEMENT_SECRET_ARN, PRIVATE_NETWORKS and AUTHORITIES.

        All but the first may be missing.

        Raises:
            BadSettingsError: One is nonsense.
        """
        try:
            declaration = Declaration.read(environment.get("API_DECLARATION", ""))
        except DeclarationError as error:
            raise _bad("API_DECLARATION", f"can't be used: {error}") from error
        secret = environment.get("MANAGEMENT_SECRET_ARN") or None
        if secret and not _ARN.fullmatch(secret):
            raise _bad("MANAGEMENT_SECRET_ARN", "must be the ARN of a secret")
        if declaration.managed and not secret:
            raise _bad("MANAGEMENT_SECRET_ARN", "is missing, and the declaration uses {management}")
        authorities = environment.get("AUTHORITIES", "public")
        if authorities not in {"public", "own"}:
            raise _bad("AUTHORITIES", "must be public or own")
        return cls(
            declaration,
            secret,
            tuple(_networks(environment.get("PRIVATE_NETWORKS", ""))),
            str(OWN_AUTHORITIES) if authorities == "own" else PUBLIC_AUTHORITIES,
        )


def _networks(text: str) -> Iterator[Network]:
    for each in filter(None, text.split(",")):
        try:
            yield ip_network(each)
        except ValueError as error:
            raise _bad("PRIVATE_NETWORKS", "must be networks such as 10.0.0.0/16") from error


def _bad(name: str, what: str) -> BadSettingsError:
    return BadSettingsError(
        f"The environment variable {name} {what}",
        remedy="Deploy the stack: it sets the variables of its functions",
    )
