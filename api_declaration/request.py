"""A request as it is declared, and as it is sent."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import quote_plus, urlencode

from api_declaration.address import Address, Origin, Url
from api_declaration.answers import Answers, Meaning
from api_declaration.errors import DeclarationError, FillingError
from api_declaration.part import Part
from api_declaration.template import Known, Template, Values, in_header, in_text

FIELDS = ("method", "url", "headers", "basic", "json", "form", "answers")
"""What every request may have."""

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OURS = {
    *("accept-encoding", "connection", "content-length", "expect", "host", "keep-alive", "te"),
    *("trailer", "transfer-encoding", "upgrade"),
}
"""Headers that say how an answer gets here, which is not the declaration's to say."""

_MOST_HEADERS, _MOST_FIELDS, _DEEPEST, _LARGEST = 20, 50, 10, 65_536


@dataclass(frozen=True, slots=True)
class Request:
    """A request that can be sent. Printing it shows nothing but its method and host.

    Attributes:
        method: Its method.
        url: Where it goes.
        headers: Its headers.
        body: Its body; None for none.
    """

    method: str
    url: Url
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Basic:
    """Basic authentication (https://www.rfc-editor.org/rfc/rfc7617).

    Attributes:
        username: Who.
        password: The password.
        form_encoded: Whether both are encoded as in a form first, as OAuth has it
            (https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1).
    """

    username: Template
    password: Template
    form_encoded: bool

    @classmethod
    def parse(cls, part: Part, *, known: Known) -> Self:
        """Read the field `basic`.

        Raises:
            DeclarationError: It can't be used.
        """
        part.only("username", "password", "form_encoded")
        username, password = (
            Template.parse(part.text(name), known=known, path=part.at(name))
            for name in ("username", "password")
        )
        return cls(username, password, part.flag("form_encoded", default=False))

    @property
    def templates(self) -> tuple[Template, ...]:
        """What it is made of."""
        return self.username, self.password

    def fill(self, values: Values) -> str:
        """The header's value.

        Raises:
            FillingError: A value is missing, or would end the name of the user.
        """
        username, password = (each.fill(values, in_text) for each in self.templates)
        if self.form_encoded:
            username, password = quote_plus(username), quote_plus(password)
        if ":" in username:
            raise FillingError(
                min(self.username.names, default="username"),
                "can't be a name for Basic authentication: it has a colon",
            )
        return f"Basic {base64.b64encode(f'{username}:{password}'.encode()).decode()}"


@dataclass(frozen=True, slots=True)
class RequestTemplate:
    """A request with places for values.

    Attributes:
        method: Its method.
        address: Where it goes.
        headers: Headers by their names.
        basic: Basic authentication; None for none.
        json: A JSON body, whose texts are templates; None for none.
        form: A form's fields; None for none.
        answers: What answers to it mean.
    """

    method: str
    address: Address
    headers: Mapping[str, Template]
    basic: Basic | None
    json: Any
    form: Mapping[str, Template] | None
    answers: Answers

    @classmethod
    def parse(cls, part: Part, *, method: str, known: Known, meanings: tuple[Meaning, ...]) -> Self:
        """Read a request.

        Args:
            part: Its object; other fields than those of a request are not looked at.
            method: Its method, if it says none.
            known: Which values it may use.
            meanings: Which meanings its answers can have.

        Raises:
            DeclarationError: It can't be used.
        """
        method = part.text("method", method)
        if method not in _METHODS:
            raise part.wrong("method", f"it has to be one of {', '.join(_METHODS)}")
        for body in ("json", "form"):
            if body in part and method == "GET":
                raise part.wrong(body, "a GET has no body; put it into the URL")
        if "json" in part and "form" in part:
            raise part.wrong("form", "a request has one body, and json is there")
        basic = Basic.parse(part.part("basic"), known=known) if "basic" in part else None
        headers = dict(_headers(part, known))
        if basic and "authorization" in map(str.lower, headers):
            raise part.wrong("basic", "there is a header Authorization already")
        return cls(
            method,
            Address.parse(part.text("url", most=2000), known=known, path=part.at("url")),
            headers,
            basic,
            _json(part.value("json"), known, part.at("json"), depth=0) if "json" in part else None,
            dict(_form(part.part("form"), known)) if "form" in part else None,
            Answers.parse(part, meanings=meanings),
        )

    @property
    def names(self) -> frozenset[str]:
        """Names of the values that it needs."""
        return frozenset().union(*(template.names for template in self._templates()))

    def fill(self, values: Values, pinned: frozenset[Origin]) -> Request:
        """Put the values in.

        Args:
            values: The values.
            pinned: The hosts that may be asked.

        Raises:
            FillingError: One is missing, or can't stand where it would go.
        """
        headers = {"Accept": "application/json", "User-Agent": "credential-rotation"}
        body = self._body(values)
        if body is not None:
            kind = "json" if self.form is None else "x-www-form-urlencoded"
            headers["Content-Type"] = f"application/{kind}"
        declared = {name: each.fill(values, in_header) for name, each in self.headers.items()}
        replaced = {name.lower() for name in declared}
        headers = {name: each for name, each in headers.items() if name.lower() not in replaced}
        headers |= declared
        if self.basic:
            headers["Authorization"] = self.basic.fill(values)
        if body is not None and len(body) > _LARGEST:
            raise FillingError("the body", f"is larger than {_LARGEST} bytes")
        return Request(self.method, self.address.fill(values, pinned), headers, body)

    def _body(self, values: Values) -> bytes | None:
        if self.form is not None:
            return urlencode(
                {name: each.fill(values, in_text) for name, each in self.form.items()}
            ).encode()
        if self.json is not None:
            return json.dumps(_filled(self.json, values)).encode()
        return None

    def _templates(self) -> Iterator[Template]:
        yield self.address.template
        yield from self.headers.values()
        yield from (self.form or {}).values()
        yield from self.basic.templates if self.basic else ()
        yield from _within(self.json)


def _headers(part: Part, known: Known) -> Iterator[tuple[str, Template]]:
    given = part.part("headers") if "headers" in part else Part({}, part.at("headers"))
    seen: set[str] = set()
    for name in given:
        if not _HEADER.fullmatch(name) or name.lower() in _OURS or name.lower()[:6] == "proxy-":
            raise given.wrong(name, "no header of that name can be set")
        if name.lower() in seen or len(seen) == _MOST_HEADERS:
            raise given.wrong(name, f"it is there twice, or the last of over {_MOST_HEADERS}")
        seen.add(name.lower())
        text = given.text(name)
        try:
            in_header(text, name)
        except FillingError as error:
            raise given.wrong(name, f"it {error.why}") from error
        yield name, Template.parse(text, known=known, path=given.at(name))


def _form(part: Part, known: Known) -> Iterator[tuple[str, Template]]:
    for name in part:
        yield name, Template.parse(part.text(name, most=2000), known=known, path=part.at(name))


def _json(value: Any, known: Known, path: str, *, depth: int) -> Any:  # noqa: ANN401 - JSON
    """The same value with templates instead of its texts."""
    if depth > _DEEPEST:
        raise DeclarationError(path, f"it is more than {_DEEPEST} levels deep")
    if isinstance(value, str):
        return Template.parse(value, known=known, path=path)
    if isinstance(value, Mapping):
        if not all(isinstance(name, str) for name in value) or len(value) > _MOST_FIELDS:
            raise DeclarationError(path, f"an object has {_MOST_FIELDS} fields at most")
        return {
            name: _json(each, known, f"{path}.{name}", depth=depth + 1)
            for name, each in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [
            _json(each, known, f"{path}.{at}", depth=depth + 1) for at, each in enumerate(value)
        ]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    raise DeclarationError(path, "it is no JSON")


def _filled(value: Any, values: Values) -> Any:  # noqa: ANN401 - JSON
    match value:
        case Template():
            return value.fill(values, in_text)
        case dict():
            return {name: _filled(each, values) for name, each in value.items()}
        case list():
            return [_filled(each, values) for each in value]
        case _:
            return value


def _within(value: Any) -> Iterator[Template]:  # noqa: ANN401 - JSON
    match value:
        case Template():
            yield value
        case dict():
            for each in value.values():
                yield from _within(each)
        case list():
            for each in value:
                yield from _within(each)
