"""The header with which a secret is shown to an HTTP server, for the adapters of HTTP clients."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import quote_plus

from rotated_secret.discretion import Hidden
from rotated_secret.handle import Handle
from rotated_secret.value import Value

REFUSED = frozenset({401, 403})
"""Statuses of a refusal. With 403 some servers answer a token that has ended, too."""

AUTHORIZATION = "Authorization"
"""The header that HTTP clients themselves withhold from other servers when they are redirected."""

_SENDABLE = re.compile(r"[!-~](?:[ -~]*[!-~])?")
"""Characters that a header can hold; not a line's end, with which another header would begin."""

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""https://www.rfc-editor.org/rfc/rfc9110.html#name-tokens"""

_THIS_MACHINE = re.compile(r"localhost|127(\.\d{1,3}){3}|\[?::1\]?", re.IGNORECASE)

H = TypeVar("H", bound=Handle[Value])


@dataclass(frozen=True, slots=True)
class Header:
    """A header, and what of the secret is in it.

    Attributes:
        name: The header's name.
        write: Makes its text of a version; raises BadSecretError.
        plain_http: Whether it may be sent to another machine without TLS.
    """

    name: str
    write: Callable[[Value], Hidden[str]]
    plain_http: bool = False

    @property
    def is_withheld(self) -> bool:
        """Whether HTTP clients withhold it by themselves from other servers."""
        return self.name.lower() == AUTHORIZATION.lower()

    def check(self, scheme: str, host: str) -> None:
        """Refuses to send it in the clear.

        Raises:
            ValueError: The server is on another machine, and there is no TLS.
        """
        if scheme != "https" and not self.plain_http and not _THIS_MACHINE.fullmatch(host):
            raise ValueError(
                f"The secret would be sent to {host} in the clear. Use https, or say that you mean"
                " it: plain_http=True"
            )


class Auth(Generic[H]):
    """Shows a secret to servers.

    Subclasses send it again, in a newer version, if a server answers 401 or 403. A body that can be
    read only once is not sent again: the answer is returned, and the next request has the newer
    version. A server to which another one redirects does not get it.
    """

    _kinds: tuple[type, ...]
    """The handles that will do."""

    def __init__(self, secret: H, header: Header) -> None:
        """Lets the handle take no version any more that the header can't be made of.

        Args:
            secret: The secret.
            header: What is sent.

        Raises:
            TypeError: It is of another type.
        """
        self._check(secret)
        secret.expect(header.write)
        self._secret = secret
        self._header = header

    def _check(self, secret: object) -> None:
        if not isinstance(secret, self._kinds):
            wanted = " or ".join(kind.__name__ for kind in self._kinds)
            raise TypeError(f"secret must be a {wanted}, not {type(secret).__name__}")


class OfToken(Auth[H]):
    """A token, as in `Authorization: Bearer …` or `X-Api-Key: …`."""

    def __init__(
        self,
        secret: H,
        field: str | None = None,
        *,
        header: str = AUTHORIZATION,
        scheme: str = "Bearer",
        plain_http: bool = False,
    ) -> None:
        """Names what is sent.

        Args:
            secret: The secret.
            field: Of the secret's JSON; the whole text is the token if left out.
            header: The header's name, such as `X-Api-Key`.
            scheme: What stands before the token; nothing if empty.
            plain_http: Whether it may be sent to another machine without TLS.

        Raises:
            TypeError: `secret` is of another type.
            ValueError: Header or scheme are none.
        """
        if not _TOKEN.fullmatch(header) or not _TOKEN.fullmatch(scheme or header):
            raise ValueError(f"header {header!r} or scheme {scheme!r} can't be part of a header")
        before = f"{scheme} " if scheme else ""
        super().__init__(secret, Header(header, _Token(field, before), plain_http))


class OfPair(Auth[H]):
    """User and password, or the id and the secret of an OAuth client, as Basic authentication."""

    def __init__(
        self,
        secret: H,
        *,
        username: str = "username",
        password: str = "password",  # noqa: S107  # a field's name
        form_encoded: bool = False,
        plain_http: bool = False,
    ) -> None:
        """Names what is sent.

        Args:
            secret: The secret.
            username: The field of its JSON that holds the user.
            password: The field that holds the password.
            form_encoded: Whether both are encoded as in a form, as RFC 6749 wants it of the clients
                of OAuth: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
            plain_http: Whether they may be sent to another machine without TLS.

        Raises:
            TypeError: `secret` is of another type.
        """
        write = _Pair(username, password, quote_plus if form_encoded else str)
        super().__init__(secret, Header(AUTHORIZATION, write, plain_http))


@dataclass(frozen=True, slots=True)
class _Token:
    """Writes a token. Equal ones are one check of a handle, however often they are made."""

    field: str | None
    before: str

    def __call__(self, value: Value) -> Hidden[str]:
        if self.field is None and value.is_json:
            raise value.unusable("it is a JSON object", remedy="Say which field is the token")
        return Hidden(self.before + _sendable(value, _taken(value, self.field)).reveal())


@dataclass(frozen=True, slots=True)
class _Pair:
    """Writes user and password; see `_Token`."""

    username: str
    password: str
    encode: Callable[[str], str]

    def __call__(self, value: Value) -> Hidden[str]:
        if ":" in self.encode(value.field(self.username)):
            raise value.unusable(f"{self.username} holds a colon, which can't be sent")
        words = (self.encode(value.field(name)) for name in (self.username, self.password))
        return Hidden(f"Basic {b64encode(':'.join(words).encode()).decode()}")


def _taken(value: Value, field: str | None) -> Hidden[str]:
    return Hidden(value.text if field is None else value.field(field))


def _sendable(value: Value, text: Hidden[str]) -> Hidden[str]:
    if not _SENDABLE.fullmatch(text.reveal()):
        raise value.unusable(
            "the token is empty, begins or ends with a space or a line's end, or holds a character"
            " that no header can be sent"
        )
    return text
