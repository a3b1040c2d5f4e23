"""URLs: https only, and of hosts that the declaration names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Self

from api_declaration.errors import DeclarationError, FillingError
from api_declaration.template import Known, Place, Template, Values, in_url

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = rf"(?P<host>({_LABEL}\.)*[a-z]([a-z0-9-]{{0,61}}[a-z0-9])?)(:(?P<port>[1-9][0-9]{{0,4}}))?"
_ORIGIN = re.compile(_HOST)
_URL = re.compile(rf"https://{_HOST}(?P<target>[/?].*)?", re.DOTALL)
_TARGET = re.compile(r"/?([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*")
HTTPS = 443
"""The port if none is said."""

_LONGEST_HOST, _LAST_PORT, _LONGEST = 253, 65_535, 4096
_DOTS = re.compile(r"(\.|%2e){1,2}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A host with its port.

    Attributes:
        host: Its name, in lower case.
        port: Its port.
    """

    host: str
    port: int = HTTPS

    @classmethod
    def parse(cls, text: object, path: str) -> Self:
        """Read `host` or `host:port`.

        Raises:
            DeclarationError: It is none.
        """
        found = _ORIGIN.fullmatch(text) if isinstance(text, str) else None
        if found is None or not _possible(found):
            raise DeclarationError(path, f"{_HOST_NAME}, with :port if that is not {HTTPS}")
        return cls(found["host"], int(found["port"] or HTTPS))

    def __str__(self) -> str:
        return self.host if self.port == HTTPS else f"{self.host}:{self.port}"


_HOST_NAME = "it has to be a host's name in lower-case letters, digits, hyphens and dots"


@dataclass(frozen=True, slots=True)
class Url:
    """Where a request goes.

    Attributes:
        origin: The host.
        target: Path and query. They may hold what is secret.
    """

    origin: Origin
    target: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Address:
    """A URL with places for values behind the host; or one that is a value as a whole.

    Attributes:
        origin: The host; None if the URL is a value.
        template: Path and query; or the value.
    """

    origin: Origin | None
    template: Template

    @classmethod
    def parse(cls, text: str, *, known: Known, path: str) -> Self:
        """Read a URL.

        Raises:
            DeclarationError: It is none, or is not https, or has a value in its host.
        """
        whole = Template.parse(text, known=known, path=path)
        if len(whole.pieces) == 1 and isinstance(whole.pieces[0], Place):
            return cls(None, whole)
        found = _URL.fullmatch(text)
        if found is None or not _possible(found):
            raise DeclarationError(
                path,
                "it has to begin with https:// and a host's name in lower case, without a user;"
                " values can stand in path and query, or be the whole URL",
            )
        template = Template.parse(found["target"] or "/", known=known, path=path)
        literal = "".join("x" if isinstance(each, Place) else each for each in template.pieces)
        if not _TARGET.fullmatch(literal) or _has_dots(literal):
            raise DeclarationError(
                path,
                "its path and query may have no spaces, no # and no segment . or ..; write other"
                " characters as %20",
            )
        return cls(Origin(found["host"], int(found["port"] or HTTPS)), template)

    def fill(self, values: Values, pinned: frozenset[Origin]) -> Url:
        """Put the values in.

        Args:
            values: The values.
            pinned: The hosts that may be asked.

        Raises:
            FillingError: A value is missing, or leads elsewhere.
        """
        if self.origin is None:
            [place] = self.template.names
            return url(values.get(place), place, pinned)
        target = self.template.fill(values, in_url)
        if _has_dots(target):
            raise FillingError(min(self.template.names), "would lead out of the path")
        if len(target) > _LONGEST:
            raise FillingError(min(self.template.names), "makes the URL too long")
        return Url(self.origin, target if target.startswith("/") else f"/{target}")


def url(text: str, name: str, pinned: frozenset[Origin]) -> Url:
    """Read a URL that an answer told.

    Args:
        text: The URL.
        name: Where it comes from, for errors.
        pinned: The hosts that may be asked.

    Raises:
        FillingError: It is none, or is not https, or of another host.
    """
    found = _URL.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None or not _possible(found):
        raise FillingError(name, "is no https URL")
    origin, target = Origin(found["host"], int(found["port"] or HTTPS)), found["target"] or "/"
    if origin not in pinned:
        raise FillingError(name, "is a URL of a host that the declaration does not name")
    if not _TARGET.fullmatch(target) or _has_dots(target):
        raise FillingError(name, "is no https URL")
    return Url(origin, target if target.startswith("/") else f"/{target}")


def _possible(found: re.Match[str]) -> bool:
    return len(found["host"]) <= _LONGEST_HOST and int(found["port"] or HTTPS) <= _LAST_PORT


def _has_dots(target: str) -> bool:
    """Whether a segment of the path is `.` or `..`, which servers take for another path."""
    path = target.partition("?")[0]
    return any(_DOTS.fullmatch(segment) for segment in path.split("/"))
