"""OAuth clients of a real server rotate by a declaration (RFC 7591, RFC 7592)."""

import io
import json
from typing import Any

import pytest
import trustme

from api_declaration.declaration import LARGEST
from api_declaration.request import Request
from api_token.client import Answer, NoAnswerError
from api_token.failures import NothingDoneError
from local.oauth_server import OAuthServer
from rotation.errors import (
    BadSecretError,
    BusyError,
    CredentialRefusedError,
    RotationError,
    UnreachableError,
)
from rotation.event import Step
from stacks.api_presets import PRESETS
from tests.api_token.server import answering, http, serving
from tests.api_token.world import MANAGEMENT, World, oauth_call
from tests.rotated_secret.frames import recorded

SECRETS = ("client_secret", "registration_access_token")


def preset(server: OAuthServer) -> dict[str, Any]:
    return PRESETS["oauth-client"].declare(
        {"registration_url": f"{server.url}/reg", "token_url": f"{server.url}/token"}
    )


@pytest.fixture
def world(oauth_server) -> World:
    return World(
        preset(oauth_server), str(oauth_server.authority), oauth_server.initial_access_token
    )


def test_the_first_token_comes_into_the_secret_and_works(oauth_server, world) -> None:
    assert oauth_call(oauth_server, world.document()) == 200
    assert world.document()["note"] == "stays as it is"
    before = dict(world.labels)
    world.make_first()
    assert world.labels == before


def test_two_tokens_work_at_once_and_the_one_before_ends_after_its_grace(
    oauth_server, world
) -> None:
    first = world.document()
    world.rotate()
    assert world.document()["client_id"] != first["client_id"]
    assert world.document("AWSPREVIOUS") == first
    assert [oauth_call(oauth_server, each) for each in (first, world.document())] == [200, 200]
    world.clock.pass_days(6)
    assert not world.reap().gone
    assert oauth_call(oauth_server, first) == 200
    world.clock.pass_days(2)
    assert world.reap().revoked == [first["client_id"]]
    assert [oauth_call(oauth_server, each) for each in (first, world.document())] == [401, 200]
    assert not world.reap().gone


def test_rotations_one_after_the_other_leave_two_tokens(oauth_server, world) -> None:
    seen = [world.document()]
    for _ in range(4):
        world.clock.pass_days(10)
        world.rotate()
        seen.append(world.document())
    assert [oauth_call(oauth_server, each) for each in seen] == [401, 401, 401, 200, 200]


def test_before_the_grace_is_over_a_further_rotation_waits(world) -> None:
    world.rotate()
    with pytest.raises(BusyError, match="keeps working until"):
        world.rotate()


def test_the_tokens_go_with_the_stack(oauth_server, world) -> None:
    world.rotate()
    both = world.document(), world.document("AWSPREVIOUS")
    for _ in range(2):
        world.remove()
        assert [oauth_call(oauth_server, each) for each in both] == [401, 401]


def test_a_token_that_could_not_be_stored_is_revoked(oauth_server, world, monkeypatch) -> None:
    made = []
    discard = world.strategy.discard

    def noting(rotation: Any, text: Any) -> None:
        made.append(json.loads(text.reveal()))
        discard(rotation, text)

    monkeypatch.setattr(world.strategy, "discard", noting)
    token = world.begin()
    store = world.secrets.put_secret_value

    def refuse(**arguments: Any) -> Any:
        if arguments["ClientRequestToken"] == token:
            raise RuntimeError
        return store(**arguments)

    monkeypatch.setattr(world.secrets, "put_secret_value", refuse)
    with pytest.raises(RotationError):
        world.step(token, Step.CREATE)
    [lost] = made
    assert oauth_call(oauth_server, lost) == 401
    world.clock.sleep(60)
    assert not world.reap().lost


def test_an_answer_that_is_lost_is_told_because_the_server_lists_no_clients(world) -> None:
    def lose(request: Request, answer: Answer) -> Answer:
        if str(request.url.target) == "/reg":
            raise NoAnswerError("lost", remedy="none")
        return answer

    world.client.after = lose
    token = world.begin()
    with pytest.raises(NoAnswerError):
        world.step(token, Step.CREATE)
    world.client.after = lambda _, answer: answer
    world.clock.sleep(60)
    world.rotate(token)
    [name] = world.reap().lost
    assert name in world.texts() or name in world.stored.contents
    world.look_after_lost()
    assert not world.reap().lost


@pytest.mark.parametrize("status", [429, 503, 500])
def test_what_the_server_answers_when_it_is_too_busy_is_tried_again(
    oauth_server, world, status
) -> None:
    busy = iter([1, 1])

    def answer_busy(request: Request) -> Answer | None:
        once = request.url.target != "/reg" and next(busy, None)
        return Answer(status, None, None, 3) if once else None

    world.client.before = answer_busy
    world.rotate()
    assert oauth_call(oauth_server, world.document()) == 200


def test_a_refused_registration_leaves_nothing_and_says_so(world) -> None:
    world.secrets.create(MANAGEMENT, "another-token")
    token = world.begin()
    with pytest.raises(NothingDoneError, match=r"answered 401 to the request issue") as caught:
        world.step(token, Step.CREATE)
    assert "another-token" not in str(caught.value)
    assert not caught.value.retry_helps
    world.clock.sleep(60)
    assert not world.reap().lost


def test_too_many_requests_for_a_registration_are_not_sent_again_at_once(world) -> None:
    world.client.before = lambda _: Answer(429, None, None, 60)
    token = world.begin()
    with pytest.raises(NothingDoneError, match="later") as caught:
        world.step(token, Step.CREATE)
    assert caught.value.retry_helps
    world.client.before = lambda _: None
    world.clock.sleep(60)
    assert not world.reap().lost
    world.rotate(token)


def test_a_client_that_somebody_deleted_is_refused_at_the_proof(oauth_server, world) -> None:
    token = world.begin()
    world.step(token, Step.CREATE)
    deadline = world.deadline()
    account = world.issuer.account(world.secret(deadline), deadline)
    pending = world.secret(deadline).pending(token)
    account.revoke("", pending)
    with pytest.raises(CredentialRefusedError, match=r"does not accept the token \(401\)"):
        world.step(token, Step.TEST)
    assert oauth_call(oauth_server, world.document()) == 200


def test_an_answer_that_it_is_gone_is_not_believed_while_it_still_works(world) -> None:
    world.rotate()
    world.clock.pass_days(8)
    previous = world.stored.labels["AWSPREVIOUS"]
    document = world.document("AWSPREVIOUS") | {"registration_access_token": "wrong"}
    world.stored.contents[previous] = json.dumps(document)
    with pytest.raises(
        NothingDoneError, match=r"as if the token .* were gone, and still accepts it"
    ):
        world.reap()


def test_a_pointer_that_leads_nowhere_leaves_no_token(oauth_server, world) -> None:
    declared = preset(oauth_server)
    declared["issue"]["fields"]["client_secret_expires"] = "/nothing"
    other = World(
        declared, str(oauth_server.authority), oauth_server.initial_access_token, first=False
    )
    with pytest.raises(NoAnswerError, match="has nothing for client_secret_expires") as caught:
        other.make_first()
    assert not caught.value.retry_helps
    assert [method for method, _ in other.client.sent] == ["POST", "DELETE"]


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("registration_client_uri", None, NoAnswerError),
        ("client_id", "with a space", BadSecretError),
        ("client_secret_expires_at", "tomorrow", BadSecretError),
    ],
)
def test_an_error_about_an_answer_holds_nothing_of_it(
    oauth_server, world, field, value, error
) -> None:
    """Not in the variables of the functions that it came through, which error reporters record."""
    secrets = [oauth_server.initial_access_token]

    def spoiled(request: Request, answer: Answer) -> Answer:
        if request.url.target == "/reg":
            secrets.extend(answer.body[name] for name in SECRETS)
            answer.body[field] = value
        return answer

    world.client.after = spoiled
    with pytest.raises(error) as caught:
        world.step(world.begin(), Step.CREATE)
    assert len(secrets) == 3
    for where, text in recorded(caught.value):
        assert not [each for each in secrets if each in text], where


def test_a_url_of_another_host_in_an_answer_is_never_asked(oauth_server, world) -> None:
    def elsewhere(_: Request, answer: Answer) -> Answer:
        if isinstance(answer.body, dict) and "registration_client_uri" in answer.body:
            answer.body["registration_client_uri"] = "https://evil.example.com/reg"
        return answer

    world.client.after = elsewhere
    world.rotate()
    world.clock.pass_days(8)
    with pytest.raises(BadSecretError, match="a host that the declaration does not name"):
        world.remove()
    assert {host for _, host in world.client.sent} == {oauth_server.url.removeprefix("https://")}


def hostile(pinned: str, port: int) -> list[str]:
    """URLs that lead to this machine, to a port where somebody listens who is not named."""
    path = "/reg/x"
    here = (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}", f"LOCALHOST:{port}")
    around = (f"{pinned}@localhost:{port}", f"localhost:{port}\\@{pinned}", f"x@localhost:{port}")
    more = (f"localhost:{port}#@{pinned}", f"localhost:{port}?{pinned}", f"2130706433:{port}")
    places = (*here, *around, *more, f"localhost.:{port}", f"localhost:0{port}", f"0x7f.1:{port}")
    schemes = (
        "https://",
        "http://",
        "//",
        "https:",
        "HTTPS://",
        " https://",
        "https:\\\\",
        "ftp://",
    )
    return [f"{scheme}{place}{path}" for scheme in schemes for place in places]


def test_nothing_is_sent_to_a_host_that_was_not_pinned(oauth_server, world) -> None:
    """Not by what the API answers, which is what somebody who owns it could choose."""
    pinned, authority = oauth_server.url.removeprefix("https://"), trustme.CA()
    with serving(answering(http("204 No Content")), authority=authority) as stranger:
        tried = hostile(pinned, stranger.port)
        current, first = world.labels["AWSCURRENT"], world.document()
        for text in tried:
            world.stored.contents[current] = json.dumps(first | {"registration_client_uri": text})
            with pytest.raises(BadSecretError, match=r"secret\.registration_client_uri is "):
                world.remove()
    assert {host for _, host in world.client.sent} == {pinned}
    assert len(tried) > 100
    assert not stranger.connections


def test_a_server_that_is_not_there_fails_with_a_sentence(world, tmp_path) -> None:
    def unreachable(_: Request) -> Answer | None:
        raise UnreachableError("it can't be reached", remedy="wait")

    world.client.before = unreachable
    with pytest.raises(NothingDoneError, match="The request issue was not sent"):
        world.step(world.begin(), Step.CREATE)
    world.clock.sleep(60)
    world.client.before = lambda _: None
    assert not world.reap().lost


def test_no_secret_gets_into_a_log_or_an_error(
    oauth_server, world, function_log: io.StringIO
) -> None:
    world.rotate()
    with pytest.raises(BusyError) as caught:
        world.rotate()
    told = f"{caught.value!r} {caught.value} {function_log.getvalue()}"
    for label in ("AWSCURRENT", "AWSPREVIOUS"):
        for name in SECRETS:
            assert world.document(label)[name] not in told


def test_the_preset_fits_into_the_environment_of_a_function(oauth_server) -> None:
    assert len(json.dumps(preset(oauth_server), separators=(",", ":"))) < LARGEST


def test_what_was_never_sent_is_not_told_as_lost(world) -> None:
    """The management secret is empty, or its policy denies it: the likeliest mistake of all."""
    management = world.secrets.secrets[MANAGEMENT]
    management.contents[management.labels["AWSCURRENT"]] = ""
    with pytest.raises(NothingDoneError, match=r"was not sent .* management is empty"):
        world.step(world.begin(), Step.CREATE)
    world.clock.sleep(60)
    assert not world.reap().lost
