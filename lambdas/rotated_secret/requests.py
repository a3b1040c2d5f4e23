"""Requests: calls with a token, or with user and password."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from requests.cookies import extract_cookies_to_jar
from requests.exceptions import UnrewindableBodyError
from requests.utils import rewind_body

from rotated_secret.authorization import REFUSED, Auth, OfPair, OfToken
from rotated_secret.secret import RotatedValue
from rotated_secret.value import Value


class _Auth(Auth[RotatedValue], AuthBase):
    _kinds = (RotatedValue,)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """See `requests.auth.AuthBase`."""
        parts = urlsplit(str(request.url))
        self._header.check(parts.scheme, parts.hostname or "")
        value = self._secret.value()
        self._show(request, value)
        origin = f"{parts.scheme}://{parts.netloc}/"
        request.register_hook("response", partial(self._answered, value=value, origin=origin))
        return request

    def _answered(
        self,
        response: requests.Response,
        *,
        value: Value,
        origin: str,
        **options: Any,  # noqa: ANN401  # of requests
    ) -> requests.Response:
        was_lost = (
            not self._header.is_withheld and self._header.name not in _request(response).headers
        )
        self._forget(response)
        if not _is_refused(response, origin):
            return response
        if was_lost:  # by a redirect within the server, which misses it
            response = self._again(response, value, options)
            if not _is_refused(response, origin):
                return response
        newest = self._secret.replacement(value)
        return self._again(response, newest, options) if newest else response

    def _again(
        self, response: requests.Response, value: Value, options: dict[str, Any]
    ) -> requests.Response:
        """Sends the request again; returns the answer to the first one if it can't be."""
        sent = _request(response)
        if not _is_rewound(sent):
            return response
        _ = response.content  # so that its connection can be used again
        response.close()
        request = sent.copy()
        cookies: Any = request._cookies  # noqa: SLF001  # as requests' own Digest does
        extract_cookies_to_jar(cookies, sent, response.raw)
        request.headers.pop("Cookie", None)
        request.prepare_cookies(cookies)
        self._show(request, value)
        adapter: Any = response.connection
        newer: requests.Response = adapter.send(request, **options)
        newer.history.append(response)
        newer.request = request
        return newer

    def _show(self, request: requests.PreparedRequest, value: Value) -> None:
        request.headers[self._header.name] = _Unprinted(self._header.write(value).reveal())

    def _forget(self, response: requests.Response) -> None:
        """Takes the header out of a request that was answered, before a redirect copies it.

        Requests withholds `Authorization` alone from the server that it is redirected to.
        """
        if not self._header.is_withheld:
            _request(response).headers.pop(self._header.name, None)


class TokenAuth(OfToken[RotatedValue], _Auth):
    """A token, as in `requests.get(url, auth=TokenAuth(secret, field="token"))`."""


class BasicAuth(OfPair[RotatedValue], _Auth):
    """User and password, or the id and the secret of an OAuth client."""


class _Unprinted(str):
    """A text that shows up in no representation, such as that of headers in an error's frames."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'********'"


def _request(response: requests.Response) -> requests.PreparedRequest:
    return response.request


def _is_refused(response: requests.Response, origin: str) -> bool:
    # The beginning of the text itself: parsers of addresses differ.
    return response.status_code in REFUSED and str(_request(response).url).startswith(origin)


def _is_rewound(request: requests.PreparedRequest) -> bool:
    if request.body is None or isinstance(request.body, bytes | str):
        return True
    try:
        rewind_body(request)
    except UnrewindableBodyError:
        return False
    return True
