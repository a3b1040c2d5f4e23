"""Tokens of an API that lists them: nothing is lost, and what is somebody else's stays."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from api_declaration.request import Request
from api_token.client import Answer, NoAnswerError
from api_token.failures import NothingDoneError
from api_token.pages import MOST_PAGES
from rotation.errors import (
    BadSecretError,
    CredentialRefusedError,
    OutOfTimeError,
    SecretsManagerError,
)
from rotation.event import Step
from rotation.rotating_secret import RotatingSecret
from tests.api_token.vendor import KEY, Vendor, seen, vendor
from tests.api_token.world import ARN, World


@pytest.fixture
def api(tmp_path) -> Iterator[Vendor]:
    with vendor(tmp_path) as made:
        yield made


def world_of(api: Vendor, **declared: Any) -> World:
    management = json.dumps({"key": KEY})
    made = World({**api.declaration(), **declared}, api.authority, management, clock=api.clock)
    api.clock.sleep(60)  # until the first intent is over
    return made


def test_tokens_of_others_stay_and_are_in_nobodys_way(api) -> None:
    theirs = {str(api.add(name)["id"]) for name in ("ci", "", "rotated by hand")}
    world = world_of(api)
    for _ in range(3):
        world.rotate()
        api.clock.pass_days(8)
    assert not world.reap().strange
    ours = {world.document()["token_id"]}
    assert seen(api) == theirs | {str(each) for each in ours}
    assert api.accepts(world.document()["token"])


def test_a_version_that_a_person_has_corrected_is_in_nobodys_way(api) -> None:
    """It is AWSPREVIOUS then, and can't be read."""
    api.add("ci")
    world = world_of(api)
    world.secrets.put(ARN, "AWSPREVIOUS", "no JSON")
    world.reap()
    world.rotate()
    assert api.accepts(world.document()["token"])


def test_a_token_whose_answer_was_lost_is_found_by_its_name_and_revoked(api) -> None:
    world = world_of(api)

    def lose(request: Request, answer: Answer) -> Answer:
        if request.method == "POST":
            raise NoAnswerError("lost", remedy="none")
        return answer

    world.client.after = lose
    token = world.begin()
    with pytest.raises(NoAnswerError):
        world.step(token, Step.CREATE)
    assert len(seen(api)) == 2
    world.client.after = lambda _, answer: answer
    api.clock.sleep(60)
    world.rotate(token)
    assert seen(api) == {
        str(world.document(label)["token_id"]) for label in ("AWSCURRENT", "AWSPREVIOUS")
    }


@pytest.mark.parametrize(
    "links",
    [
        '<https://x/>; rel="first"\n<{}>; rel="next"',
        '<{}>; title="a, b; rel=x"; rel="next", <https://x/>; rel="last"',
        '<{}>; rel="alternate NEXT"',
        "<https://x/>; rel=prev,<{}>;rel=next",
        '<{}>; REL = "next"',
        '<https://x/>; title="; rel=next"; rel=first, <{}>; rel=next; title="<"',
    ],
)
def test_the_next_page_is_found_wherever_the_header_may_have_it(tmp_path, links) -> None:
    with vendor(tmp_path, page=1, link_header=True, links=links) as api:
        api.add("theirs")
        world = world_of(api)
        world.rotate()
        assert api.accepts(world.document()["token"])


@pytest.mark.parametrize("link_header", [False, True])
def test_a_list_is_read_to_its_last_page(tmp_path, link_header) -> None:
    with vendor(tmp_path, page=2, link_header=link_header) as api:
        for number in range(9):
            api.add(f"theirs {number}")
        world = world_of(api)
        world.rotate()
        assert api.accepts(world.document()["token"])


def test_a_list_that_does_not_end_is_refused_rather_than_cut_off(tmp_path) -> None:
    with vendor(tmp_path, page=1) as api:
        world = world_of(api)
        for number in range(MOST_PAGES):
            api.add(f"theirs {number}")
        with pytest.raises(NothingDoneError, match="more than 20 pages"):
            world.rotate()


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example.com", "http://localhost", "https://localhost:1", "//x", "x"]
)
def test_the_next_page_is_asked_for_at_the_same_host_alone(tmp_path, elsewhere) -> None:
    with vendor(tmp_path, page=1, elsewhere=elsewhere) as api:
        world = world_of(api)
        api.add("theirs")
        with pytest.raises(NothingDoneError, match="the URL of the next page is"):
            world.rotate()
        assert {host for _, host in world.client.sent} == {api.url.removeprefix("https://")}


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.update(data=None),
        lambda body: body.update(data={}),
        lambda body: body["data"][0].pop("id"),
        lambda body: body["data"][0].update(id=""),
        lambda body: body["data"][0].update(id="a\nb"),
        lambda body: body["data"][0].update(created_at="yesterday"),
        lambda body: body["data"][0].update(created_at=None),
        lambda body: body["data"][0].update(created_at={}),
        lambda body: body["data"].append(None),
    ],
)
def test_a_list_that_can_not_be_read_is_not_taken_for_an_empty_one(api, change) -> None:
    world = world_of(api)

    def spoiled(request: Request, answer: Answer) -> Answer:
        if request.method == "GET" and isinstance(answer.body, dict) and "data" in answer.body:
            change(answer.body)
        return answer

    world.client.after = spoiled
    with pytest.raises(NothingDoneError, match=r"The list of tokens at .* can't be read"):
        world.rotate()
    assert len(seen(api)) == 1


def test_a_new_token_may_be_refused_for_as_long_as_the_declaration_says(api) -> None:
    world = world_of(api, settle_seconds=10)
    api.lags = 5
    world.rotate()
    assert api.accepts(world.document()["token"])
    api.clock.pass_days(8)
    api.lags = 50
    with pytest.raises((CredentialRefusedError, OutOfTimeError)):
        world.rotate()


def test_an_api_that_is_full_is_asked_again_after_room_was_made(api) -> None:
    world = world_of(api)
    world.rotate()
    api.most = 2
    api.clock.pass_days(8)
    world.rotate()
    assert len(seen(api)) == 2


def test_a_token_that_was_put_in_by_hand_is_rotated(api) -> None:
    world = world_of(api)
    brought = api.add("made by hand")
    version = world.labels["AWSCURRENT"]
    world.stored.contents[version] = json.dumps(
        {"token": brought["token"], "token_id": brought["id"]}
    )
    world.rotate()
    assert world.document("AWSPREVIOUS")["token_id"] == brought["id"]
    api.clock.pass_days(8)
    assert str(brought["id"]) in world.reap().revoked


def test_when_a_token_ends_by_itself_is_read_from_the_secret(tmp_path) -> None:
    with vendor(tmp_path) as api:
        ends = (api.clock.now() + timedelta(days=20)).date().isoformat()
        declared = api.declaration()
        declared["issue"]["fields"]["until"] = "/data/until"
        made = api.issue

        def issue(name: str) -> tuple[int, Any]:
            status, body = made(name)
            body["data"]["until"] = ends
            return status, body

        api.issue = issue  # type: ignore[method-assign]
        world = world_of(api, issue=declared["issue"], expires="until")
        assert world.document()["until"] == ends
        assert 10 < world.reap().days_left < 20


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda _: None,  # a page of HTML, with the status of success
        lambda _: {},
        lambda body: {"data": {"token": body["data"]["token"]}},
        lambda body: {"data": {"id": body["data"]["id"]}},
    ],
)
def test_an_answer_that_lacks_fields_never_ends_the_token_in_use(api, spoiled) -> None:
    world = world_of(api)
    current = world.document()

    def change(request: Request, answer: Answer) -> Answer:
        return replace(answer, body=spoiled(answer.body)) if request.method == "POST" else answer

    world.client.after = change
    token = world.begin()
    with pytest.raises(NoAnswerError, match="has nothing for"):
        world.step(token, Step.CREATE)
    assert api.accepts(current["token"])
    world.client.after = lambda _, answer: answer
    api.clock.sleep(60)
    world.rotate(token)
    assert seen(api) == {
        str(world.document(label)["token_id"]) for label in ("AWSCURRENT", "AWSPREVIOUS")
    }


def test_an_api_that_answers_with_the_token_in_use_does_not_lose_it(api, monkeypatch) -> None:
    """As an endpoint does that tells a token anew while it is valid; and storing it fails."""
    world = world_of(api)
    current = world.document()

    def same(request: Request, answer: Answer) -> Answer:
        if request.method != "POST":
            return answer
        return replace(answer, body={"data": {"id": current["token_id"], "token": "secret"}})

    def unreachable(*_: object) -> bool:
        raise SecretsManagerError("throttled", code="Throttling", remedy="-", retry_helps=True)

    world.client.after = same
    monkeypatch.setattr(RotatingSecret, "store_pending", unreachable)
    with pytest.raises(BadSecretError, match="which was there before"):
        world.step(world.begin(), Step.CREATE)
    assert api.accepts(current["token"])


def test_tokens_of_other_secrets_of_ours_in_the_same_account_are_not_strange(api) -> None:
    """Such as of another application, or of its staging: their names look like ours."""
    worlds = [world_of(api), world_of(api)]
    for _ in range(2):
        for world in worlds:
            world.rotate()
        api.clock.pass_days(8)
        assert not [each for world in worlds for each in world.reap().strange]
    worlds[0].remove()
    assert seen(api) == {str(worlds[1].document()["token_id"])}
