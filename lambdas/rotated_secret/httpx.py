"""httpx: requests with a token, or with user and password."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Generator
from typing import Any, TypeAlias

import httpx

from rotated_secret.async_secret import AsyncRotatedValue
from rotated_secret.authorization import REFUSED, Auth, OfPair, OfToken
from rotated_secret.discretion import without_frames
from rotated_secret.secret import RotatedValue
from rotated_secret.value import Value

Flow = Generator[httpx.Request, httpx.Response, None]
Secret: TypeAlias = RotatedValue | AsyncRotatedValue
AsyncFlow = AsyncGenerator[httpx.Request, httpx.Response]


class _Auth(Auth[Secret], httpx.Auth):
    _kinds = (RotatedValue, AsyncRotatedValue)

    def sync_auth_flow(self, request: httpx.Request) -> Flow:
        """See `httpx.Auth`."""
        if not isinstance(self._secret, RotatedValue):
            raise TypeError("With httpx.Client the secret must be a RotatedValue")
        return _DiscreetFlow(self._flow(self._secret, request))

    def async_auth_flow(self, request: httpx.Request) -> AsyncFlow:
        """See `httpx.Auth`."""
        if not isinstance(self._secret, AsyncRotatedValue):
            raise TypeError("With httpx.AsyncClient the secret must be an AsyncRotatedValue")
        return _DiscreetAsyncFlow(self._async_flow(self._secret, request))

    def _flow(self, secret: RotatedValue, request: httpx.Request) -> Flow:
        origin = self._checked(request)
        value = secret.value()
        response = yield self._shown(request, value)
        if self._was_lost(response, origin):
            response = yield self._shown(response.request, value)
        if self._is_refused(response, origin):
            newest = secret.replacement(value)
            if newest and _can_be_sent_again(response.request):
                yield self._shown(response.request, newest)

    async def _async_flow(self, secret: AsyncRotatedValue, request: httpx.Request) -> AsyncFlow:
        origin = self._checked(request)
        value = await secret.value()
        response = yield self._shown(request, value)
        if self._was_lost(response, origin):
            response = yield self._shown(response.request, value)
        if self._is_refused(response, origin):
            newest = await secret.replacement(value)
            if newest and _can_be_sent_again(response.request):
                yield self._shown(response.request, newest)

    def _checked(self, request: httpx.Request) -> tuple[object, ...]:
        self._header.check(request.url.scheme, request.url.host)
        return _origin(request)

    def _shown(self, request: httpx.Request, value: Value) -> httpx.Request:
        text = self._header.write(value).reveal()
        if self._header.is_withheld:
            request.headers[self._header.name] = text
        else:
            request.headers = _Sealed(request.headers, self._header.name, text)
        return request

    def _was_lost(self, response: httpx.Response, origin: tuple[object, ...]) -> bool:
        """Whether a redirect within the server lost the header, and the server misses it."""
        request = response.request
        return (
            self._is_refused(response, origin)
            and not (self._header.is_withheld or isinstance(request.headers, _Sealed))
            and _can_be_sent_again(request)
        )

    def _is_refused(self, response: httpx.Response, origin: tuple[object, ...]) -> bool:
        return response.status_code in REFUSED and _origin(response.request) == origin


class TokenAuth(OfToken[Secret], _Auth):
    """A token, as in `httpx.Client(auth=TokenAuth(secret, field="token"))`.

    The secret is a RotatedValue with `httpx.Client`, an AsyncRotatedValue with `httpx.AsyncClient`.
    """


class BasicAuth(OfPair[Secret], _Auth):
    """User and password, or the id and the secret of an OAuth client; see `TokenAuth`."""


class _Sealed(httpx.Headers):
    """Headers with one more that is sent, and that a copy, as for a redirect, does not have.

    httpx withholds `Authorization` alone from the server that it is redirected to.
    """

    def __init__(self, headers: httpx.Headers, name: str, text: str) -> None:
        self._sealed = (name.encode("ascii"), text.encode("ascii"))
        super().__init__(headers)
        self.pop(name, None)

    @property
    def raw(self) -> list[tuple[bytes, bytes]]:
        """What is sent."""
        return [*super().raw, self._sealed]


class _DiscreetFlow(Flow):
    """Cuts the frames off an error that ends the flow: a request's are full of its headers.

    httpx closes the flow while it handles the error.
    """

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._outer = sys.exception()

    def send(self, response: Any) -> httpx.Request:  # noqa: ANN401  # None at first
        return self._flow.send(response)

    def throw(self, *error: Any) -> httpx.Request:  # noqa: ANN401  # the language's
        return self._flow.throw(*error)

    def close(self) -> None:
        _cut(sys.exception(), self._outer)
        self._flow.close()


class _DiscreetAsyncFlow(AsyncFlow):
    """The same for coroutines."""

    def __init__(self, flow: AsyncFlow) -> None:
        self._flow = flow
        self._outer = sys.exception()

    async def asend(self, response: Any) -> httpx.Request:  # noqa: ANN401  # None at first
        return await self._flow.asend(response)

    async def athrow(self, *error: Any) -> httpx.Request:  # noqa: ANN401  # the language's
        return await self._flow.athrow(*error)

    async def aclose(self) -> None:
        _cut(sys.exception(), self._outer)
        await self._flow.aclose()


def _cut(error: BaseException | None, outer: BaseException | None) -> None:
    if error is not None:
        without_frames(error, outer)


def _can_be_sent_again(request: httpx.Request) -> bool:
    return isinstance(request.stream, httpx.ByteStream)


def _origin(request: httpx.Request) -> tuple[object, ...]:
    return request.url.scheme, request.url.host, request.url.port
