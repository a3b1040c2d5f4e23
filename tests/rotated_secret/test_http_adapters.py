"""HTTP clients whose token rotates while they call a real server."""

import asyncio
import base64
import io
import json
import logging
import os
import socket
import ssl
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import httpx
import pytest
import requests

import rotated_secret.httpx as httpx_adapter
import rotated_secret.requests as requests_adapter
from rotated_secret import AsyncRotatedValue, BadSecretError, RotatedValue
from tests.rotated_secret.api import Api, serving
from tests.rotated_secret.conftest import ARN, TOKEN, Hands, Safe
from tests.rotated_secret.frames import recorded
from tests.rotated_secret.tls import server_context

ROTATIONS = 200
THREADS = 4
WAITERS = 200

Call = Callable[..., Any]


@dataclass(frozen=True)
class Client:
    """One HTTP client, with what makes its auth.

    Attributes:
        adapter: Our module for it.
        secret: A handle that it takes.
        get: Calls GET with a URL and an auth; follows redirects.
        post: The same, with a body.
        error: What it raises where no answer comes.
    """

    adapter: ModuleType
    secret: Callable[..., Any]
    get: Call
    post: Call
    error: type[Exception]


def by_requests(method: str) -> Call:
    def call(url: str, auth: Any, trusted: str | None = None, **options: Any) -> Any:
        with requests.Session() as session:
            session.trust_env = False
            return session.request(
                method, url, auth=auth, verify=trusted or True, timeout=60, **options
            )

    return call


def by_httpx(method: str) -> Call:
    def call(url: str, auth: Any, trusted: str | None = None, **options: Any) -> Any:
        verify = ssl.create_default_context(cafile=trusted) if trusted else False
        with httpx.Client(verify=verify, follow_redirects=True, trust_env=False) as client:
            return client.request(method, url, auth=auth, **_content(options))

    return call


def by_httpx_async(method: str) -> Call:
    def call(url: str, auth: Any, trusted: str | None = None, **options: Any) -> Any:
        async def main() -> Any:
            verify = ssl.create_default_context(cafile=trusted) if trusted else False
            async with httpx.AsyncClient(
                verify=verify, follow_redirects=True, trust_env=False
            ) as client:
                return await client.request(method, url, auth=auth, **_content(options))

        return asyncio.run(main())

    return call


def _content(options: dict[str, Any]) -> dict[str, Any]:
    return {"content": options["data"]} if "data" in options else options


CLIENTS = {
    "requests": Client(
        requests_adapter,
        RotatedValue,
        by_requests("GET"),
        by_requests("POST"),
        requests.ConnectionError,
    ),
    "httpx": Client(
        httpx_adapter, RotatedValue, by_httpx("GET"), by_httpx("POST"), httpx.TransportError
    ),
    "httpx, coroutines": Client(
        httpx_adapter,
        AsyncRotatedValue,
        by_httpx_async("GET"),
        by_httpx_async("POST"),
        httpx.TransportError,
    ),
}


@pytest.fixture(params=list(CLIENTS.values()), ids=list(CLIENTS))
def client(request: pytest.FixtureRequest) -> Client:
    return cast("Client", request.param)


@pytest.fixture
def secret(client: Client, safe: Safe, hands: Hands) -> Any:
    return client.secret(ARN, client=cast("Any", safe), clock=hands.clock())


@pytest.fixture
def api() -> Iterator[Api]:
    with serving(Api(accepted={f"Bearer {TOKEN}"})) as api:
        yield api


@pytest.fixture
def other() -> Iterator[Api]:
    """Another server: another port is another origin."""
    with serving(Api()) as other:
        yield other


@contextmanager
def over_tls(folder: Path) -> Iterator[tuple[Api, str]]:
    """A server behind TLS, and the file that makes it trusted."""
    context = server_context(folder / "ca.pem")
    with serving(Api(accepted={f"Bearer {TOKEN}"}), context) as api:
        yield api, str(folder / "ca.pem")


@pytest.mark.parametrize("adapter", [requests_adapter, httpx_adapter])
def test_no_call_fails_while_the_token_rotates(
    safe: Safe, tmp_path: Path, adapter: ModuleType
) -> None:
    auth = adapter.TokenAuth(RotatedValue(ARN, client=cast("Any", safe)))
    over, statuses = threading.Event(), [list[int]() for _ in range(THREADS)]
    with ExitStack() as stack:
        api, trusted = stack.enter_context(over_tls(tmp_path))
        session: Any = stack.enter_context(
            requests.Session()
            if adapter is requests_adapter
            else httpx.Client(verify=ssl.create_default_context(cafile=trusted), trust_env=False)
        )
        options = {"verify": trusted} if isinstance(session, requests.Session) else {}

        def call(mine: list[int]) -> None:
            while not over.is_set():
                answer = session.request("POST", api.url, data={"a": "b"}, auth=auth, **options)
                mine.append(answer.status_code)

        threads = ThreadPoolExecutor(THREADS)
        calling = [threads.submit(call, mine) for mine in statuses]
        for number in range(ROTATIONS):
            newest = f"Bearer {number}"
            api.accepted |= {newest}
            safe.change(f"{number}")
            api.accepted = {newest}  # the old one is refused from now on
            reached = [len(mine) + 2 for mine in statuses]  # one of them begins after that
            while any(len(mine) < n for mine, n in zip(statuses, reached, strict=True)):
                assert not any(each.done() for each in calling)
                over.wait(0.001)
        over.set()
        for each in calling:
            each.result()
        threads.shutdown()
    assert {status for mine in statuses for status in mine} == {200}
    assert ROTATIONS / 2 < safe.calls <= 2 * ROTATIONS + 1, "it was refused, and read again"
    assert set(api.bodies) == {b"a=b"}


def test_coroutines_of_which_all_are_refused_at_once_cause_one_read(
    async_token: AsyncRotatedValue, safe: Safe, api: Api
) -> None:
    async def main() -> set[int]:
        await async_token.value()
        safe.change("newer")
        api.accepted = {"Bearer newer"}
        auth = httpx_adapter.TokenAuth(async_token)
        limits = httpx.Limits(max_connections=20)
        async with httpx.AsyncClient(auth=auth, trust_env=False, limits=limits) as client:
            answers = await asyncio.gather(*(client.get(api.url) for _ in range(WAITERS)))
        return {answer.status_code for answer in answers}

    assert asyncio.run(main()) == {200}
    assert safe.calls == 2


def test_a_refused_token_is_read_again_and_the_same_request_is_sent_once_more(
    client: Client, secret: Any, safe: Safe, api: Api
) -> None:
    auth = client.adapter.TokenAuth(secret)
    assert client.get(api.url, auth).status_code == 200
    safe.change("newer")
    api.accepted = {"Bearer newer"}
    answer = client.post(f"{api.url}/orders?a=b", auth, data=b"the body")
    assert answer.status_code == 200
    assert api.shown == [f"Bearer {TOKEN}", f"Bearer {TOKEN}", "Bearer newer"]
    assert api.seen[1][0] == api.seen[2][0] == "/orders?a=b"
    assert api.bodies[1:] == [b"the body"] * 2
    assert len(answer.history) == 1


@pytest.mark.parametrize("refusal", [401, 403])
def test_a_server_that_always_refuses_ends_in_its_own_answer_after_one_more_read(
    client: Client, secret: Any, safe: Safe, api: Api, refusal: int
) -> None:
    api.accepted, api.refusal = set(), refusal
    auth = client.adapter.TokenAuth(secret)
    assert client.get(api.url, auth).status_code == refusal
    assert (safe.calls, len(api.seen)) == (2, 1), "nothing newer: nothing to send again"
    safe.change("newer")
    assert client.get(api.url, auth).status_code == refusal
    assert (safe.calls, len(api.seen)) == (2, 2), "read just now"


def test_a_newer_token_that_is_refused_too_ends_in_the_servers_answer(
    client: Client, secret: Any, safe: Safe, api: Api
) -> None:
    auth = client.adapter.TokenAuth(secret)
    client.get(api.url, auth)
    safe.change("newer")
    api.accepted = set()
    assert client.get(api.url, auth).status_code == 401
    assert api.shown[1:] == [f"Bearer {TOKEN}", "Bearer newer"]
    assert safe.calls == 2


def test_what_is_forbidden_costs_few_reads(
    client: Client, secret: Any, safe: Safe, api: Api, hands: Hands
) -> None:
    auth = client.adapter.TokenAuth(secret)
    for _ in range(20):
        assert client.get(f"{api.url}/forbidden", auth).status_code == 403
        hands.pass_by(0.1)
    assert safe.calls < 7


def test_header_scheme_and_field_are_as_the_server_wants_them(
    client: Client, secret: Any, safe: Safe, api: Api
) -> None:
    safe.content = json.dumps({"id": 7, "token": TOKEN})
    api.header, api.accepted = "X-Api-Key", {TOKEN}
    auth = client.adapter.TokenAuth(secret, "token", header="X-Api-Key", scheme="")
    assert client.get(api.url, auth).status_code == 200
    api.header, api.accepted = "Authorization", {f"token {TOKEN}"}
    assert client.get(api.url, client.adapter.TokenAuth(secret, "token", scheme="token"))


def test_an_oauth_clients_id_and_secret_are_sent_as_basic_authentication(
    client: Client, secret: Any, safe: Safe, api: Api
) -> None:
    pairs = [base64.b64encode(f"me:{word}".encode()).decode() for word in ("pä:ss", "newer")]
    api.accepted = {f"Basic {pairs[0]}"}
    safe.content = json.dumps({"client_id": "me", "client_secret": "pä:ss"})
    auth = client.adapter.BasicAuth(secret, username="client_id", password="client_secret")
    client.get(api.url, auth)
    safe.change(json.dumps({"client_id": "me", "client_secret": "newer"}))
    api.accepted = {f"Basic {pairs[1]}"}
    assert client.get(api.url, auth).status_code == 200
    assert api.shown[1:] == [f"Basic {pair}" for pair in pairs]


def test_an_oauth_client_is_encoded_as_a_form_on_demand(
    client: Client, secret: Any, safe: Safe, api: Api
) -> None:
    safe.content = json.dumps({"username": "https://me", "password": "a b+c%"})
    api.accepted = {f"Basic {base64.b64encode(b'https%3A%2F%2Fme:a+b%2Bc%25').decode()}"}
    auth = client.adapter.BasicAuth(secret, form_encoded=True)
    assert client.get(api.url, auth).status_code == 200


@pytest.mark.parametrize("header", ["Authorization", "X-Api-Key"])
def test_another_server_does_not_get_the_token_by_a_redirect(
    client: Client, secret: Any, safe: Safe, api: Api, other: Api, header: str
) -> None:
    auth = client.adapter.TokenAuth(secret, header=header)
    answer = client.post(f"{api.url}/moved?to={other.url}/steal", auth, data=b"x")
    assert answer.status_code == 401
    assert other.seen
    assert api.seen[0][1][header] == f"Bearer {TOKEN}"
    assert safe.calls == 1, "a stranger's refusal is none"
    for _, headers, _ in other.seen:
        assert TOKEN not in str(headers)


@pytest.mark.parametrize("header", ["Authorization", "X-Api-Key"])
def test_nor_by_a_redirect_after_a_refusal(
    client: Client, secret: Any, safe: Safe, api: Api, other: Api, header: str
) -> None:
    auth = client.adapter.TokenAuth(secret, header=header)
    api.header = header
    client.get(api.url, auth)
    safe.change("newer-Token")
    answer, answers = api.answer, iter([(401, "")])
    api.answer = lambda *request: (  # type: ignore[method-assign]  # once
        answer(*request) and next(answers, (307, f"{other.url}/steal"))
    )
    client.get(api.url, auth)
    assert api.shown[1:] == [f"Bearer {TOKEN}", "Bearer newer-Token"]
    assert other.seen
    for _, headers, _ in other.seen:
        assert "Token" not in str(headers)


@pytest.mark.parametrize("header", ["Authorization", "X-Api-Key"])
def test_a_redirect_within_the_server_gets_in(
    client: Client, secret: Any, safe: Safe, api: Api, header: str
) -> None:
    api.header = header
    auth = client.adapter.TokenAuth(secret, header=header)
    address = f"{api.url}/moved?to=/there"
    assert client.post(address, auth, data=b"x").status_code == 200
    safe.change("newer")
    api.accepted = {"Bearer newer"}
    assert client.post(address, auth, data=b"x").status_code == 200
    assert api.seen[-1][0] == "/there"
    assert api.seen[-1][2] == b"x"


def test_a_body_that_can_be_read_once_is_not_sent_again_and_the_next_request_gets_in(
    client: Client, secret: Any, safe: Safe, api: Api
) -> None:
    def sync_parts() -> Iterator[bytes]:
        yield b"the "
        yield b"body"

    async def async_parts() -> Any:
        for part in sync_parts():
            yield part

    parts = async_parts if client.secret is AsyncRotatedValue else sync_parts
    auth = client.adapter.TokenAuth(secret)
    client.get(api.url, auth)
    safe.change("newer")
    api.accepted = {"Bearer newer"}
    assert client.post(api.url, auth, data=parts()).status_code == 401
    assert len(api.seen) == 2
    assert client.post(api.url, auth, data=parts()).status_code == 200
    assert api.bodies[1:] == [b"the body"] * 2


def test_requests_sends_a_file_again_from_where_it_began(
    token: RotatedValue, safe: Safe, api: Api
) -> None:
    auth = requests_adapter.TokenAuth(token)
    token.value()
    safe.change("newer")
    api.accepted = {"Bearer newer"}
    file = io.BytesIO(b"not this: the body")
    file.seek(10)
    answer = requests.post(api.url, auth=auth, data=file, timeout=60)
    assert answer.status_code == 200
    assert api.bodies == [b"the body"] * 2


def test_it_is_not_sent_in_the_clear_to_another_machine(
    client: Client, secret: Any, safe: Safe
) -> None:
    with pytest.raises(ValueError, match="in the clear"):
        client.get("http://api.example.com", client.adapter.TokenAuth(secret))
    assert not safe.calls
    client.adapter.TokenAuth(secret, plain_http=True)._header.check("http", "api.example.com")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "the-Token\n",
        " the-Token",
        "the-Token\r\nX-Admin: 1",
        "the-Tökén",
        b"the-Token",
        '{"token": "the-Token"}',
    ],
)
def test_what_no_header_can_hold_is_refused_in_words_that_do_not_repeat_it(
    client: Client, secret: Any, safe: Safe, api: Api, content: str | bytes
) -> None:
    safe.content = content
    with pytest.raises(BadSecretError) as caught:
        client.get(api.url, client.adapter.TokenAuth(secret))
    assert not api.seen
    assert not [text for _, text in recorded(caught.value) if "the-T" in text]


@pytest.mark.parametrize(
    "content", ['{"username": "the-User"}', '{"username": "the-User:", "password": "the-User"}']
)
def test_nor_what_basic_authentication_can_not_send(
    client: Client, secret: Any, safe: Safe, api: Api, content: str
) -> None:
    safe.content = content
    with pytest.raises(BadSecretError) as caught:
        client.get(api.url, client.adapter.BasicAuth(secret))
    assert not [text for _, text in recorded(caught.value) if "the-User" in text]


def test_a_token_that_turns_bad_does_not_take_the_good_one_away(
    client: Client, secret: Any, safe: Safe, api: Api, hands: Hands
) -> None:
    auth = client.adapter.TokenAuth(secret)
    client.get(api.url, auth)
    safe.change("of two\nlines")
    hands.pass_by(301)
    secret._cache.refresh().wait(60)
    assert client.get(api.url, auth).status_code == 200


def test_an_auth_for_each_request_leaves_nothing_behind(
    client: Client, secret: Any, safe: Safe, api: Api
) -> None:
    safe.content = json.dumps({"username": "me", "password": TOKEN})
    for _ in range(3):
        client.get(api.url, client.adapter.TokenAuth(secret, "password"))
        client.get(api.url, client.adapter.BasicAuth(secret))
    assert len(secret._reader.checks) == 2


def test_what_can_not_be_meant_is_refused_at_once(
    client: Client, secret: Any, token: RotatedValue, async_token: AsyncRotatedValue, api: Api
) -> None:
    with pytest.raises(TypeError, match="secret must be a RotatedValue"):
        client.adapter.TokenAuth(ARN)
    for wrong in ({"header": ""}, {"header": "X Key"}, {"scheme": "a\nb"}):
        with pytest.raises(ValueError, match="can't be part of a header"):
            client.adapter.TokenAuth(secret, **wrong)
    another = token if client.secret is AsyncRotatedValue else async_token
    with pytest.raises(TypeError, match=r"must be an? (Async)?RotatedValue"):
        client.get(api.url, client.adapter.TokenAuth(another))


def hangs_up(connection: socket.socket) -> None:
    connection.recv(1)


def answers_garbage(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"garbage\r\n\r\n")


def hangs_up_after_all(connection: socket.socket) -> None:
    connection.recv(65536)


@contextmanager
def broken(folder: Path, behaviour: Callable[[socket.socket], None]) -> Iterator[tuple[str, str]]:
    """A server behind TLS that gives no answer: its address, and the file that makes it trusted."""
    context = server_context(folder / "ca.pem")

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection, context.wrap_socket(connection, server_side=True) as encrypted:
                behaviour(encrypted)

    with socket.create_server(("localhost", 0)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        yield f"https://localhost:{listening.getsockname()[1]}", str(folder / "ca.pem")
        listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("header", ["Authorization", "X-Api-Key"])
@pytest.mark.parametrize("behaviour", [hangs_up, hangs_up_after_all, answers_garbage])
def test_an_error_carries_it_nowhere(
    client: Client,
    secret: Any,
    tmp_path: Path,
    header: str,
    behaviour: Callable[[socket.socket], None],
) -> None:
    auth = client.adapter.TokenAuth(secret, header=header)
    with broken(tmp_path, behaviour) as (url, trusted), pytest.raises(client.error) as caught:
        client.get(url, auth, trusted)
    assert not [where for where, text in recorded(caught.value) if TOKEN in text]
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


TRANSPORT = """
import httpx
class Failing(httpx.BaseTransport, httpx.AsyncBaseTransport):
    def handle_request(self, request):
        headers = request.headers.raw
        raise httpx.WriteError("broken")
    async def handle_async_request(self, request):
        self.handle_request(request)
"""


@pytest.mark.parametrize("header", ["Authorization", "X-Api-Key"])
def test_nor_does_one_of_a_transport_that_has_it_among_its_variables(
    token: RotatedValue, async_token: AsyncRotatedValue, header: str
) -> None:
    names: dict[str, Any] = {}
    exec(compile(TRANSPORT, "transport.py", "exec"), names)  # noqa: S102  # in some lines
    transport = names["Failing"]()
    auth = httpx_adapter.TokenAuth(token, header=header)
    with (
        httpx.Client(transport=transport) as client,
        pytest.raises(httpx.WriteError) as caught,
    ):
        client.get("https://api.example.com", auth=auth)

    async def main() -> None:
        auth = httpx_adapter.TokenAuth(async_token, header=header)
        async with httpx.AsyncClient(transport=transport) as client:
            await client.get("https://api.example.com", auth=auth)

    with pytest.raises(httpx.WriteError) as caught_async:
        asyncio.run(main())
    for error in (caught.value, caught_async.value):
        assert not [where for where, text in recorded(error) if TOKEN in text]


def test_an_error_keeps_what_the_application_was_doing(token: RotatedValue) -> None:
    with socket.create_server(("localhost", 0)) as taken:
        url = f"http://localhost:{taken.getsockname()[1]}"

    def work() -> None:
        try:
            os.environ["NOT_THERE"]
        except KeyError:
            httpx.get(url, auth=httpx_adapter.TokenAuth(token))

    with pytest.raises(httpx.ConnectError) as caught:
        work()
    outer = caught.value
    while not isinstance(outer, KeyError):
        assert outer.__context__
        outer = cast("Any", outer.__context__)
    assert outer.__traceback__


@pytest.mark.parametrize("header", ["Authorization", "X-Api-Key"])
def test_it_is_in_no_log_and_no_representation(
    client: Client,
    secret: Any,
    api: Api,
    header: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    api.header = header
    auth = client.adapter.TokenAuth(secret, header=header)
    answer = client.get(api.url, auth)
    assert answer.status_code == 200
    request = answer.request
    for thing in (auth, vars(auth), answer, request, request.headers, vars(request)):
        assert TOKEN not in repr(thing)
    assert TOKEN not in caplog.text
