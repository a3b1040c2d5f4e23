"""A part of what `make faults` does with access keys, and that it would see defects."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from iam_access_key.user import IamUser
from tests.faults.bench import Bench
from tests.faults.scenarios import tokens
from tests.faults.tally import Tally
from tests.tokens.vendors import Blind, Listing
from tokens.intent import Intent
from tokens.ledger import Ledger
from tokens.maker import Maker

BENCH = cast("Bench", SimpleNamespace(errors=[], passwords=set()))
"""All that these scenarios need of one."""


def assert_good(tally: Tally) -> None:
    assert tally.injected == tally.wanted == tally.survived > 0, tally.findings


@pytest.mark.parametrize(
    "scenario",
    [
        tokens.crashes,
        tokens.duplicates,
        tokens.strangers,
        tokens.stale,
    ],
)
@pytest.mark.parametrize("issuer", [IamUser, Listing, Blind])
def test_nothing_is_lost_and_nothing_of_others_is_deleted(
    scenario: Any, issuer: type[IamUser]
) -> None:
    assert_good(scenario(BENCH, issuer=issuer, pick=slice(0, None, 7)))


def test_a_lost_key_that_is_not_recognized_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ledger, "_is_orphan", lambda *_: False)
    tally = tokens.crashes(BENCH)
    assert tally.survived < tally.injected


def test_a_stranger_who_is_taken_for_us_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Intent, "covers", lambda intent, token: token.id not in intent.tokens)
    monkeypatch.setattr(Intent, "withdraw", lambda *_: None)
    tally = tokens.strangers(BENCH)
    assert any("stranger was deleted" in finding for finding in tally.findings)


def test_a_key_that_is_deleted_although_it_was_stored_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def take_back(maker: Maker, text: Any) -> None:
        account = maker._ledger().account
        account.revoke(json.loads(text.reveal())["AccessKeyId"], text)

    monkeypatch.setattr(Maker, "take_back", take_back)
    monkeypatch.setattr(Maker, "_kept", lambda _, stored: stored.text)
    tally = tokens.crashes(BENCH)
    assert tally.survived < tally.injected
