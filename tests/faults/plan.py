"""All that `make faults` does."""

from collections.abc import Callable, Mapping
from functools import partial

from iam_access_key.user import IamUser
from tests.faults.bench import Bench
from tests.faults.packet_fault import Action
from tests.faults.scenarios import (
    api_token,
    bad_input,
    certificate,
    consumers,
    crashes,
    duplicates,
    first_user,
    hostile_settings,
    impostors,
    locks,
    stale,
    tokens,
    unproven,
    window,
)
from tests.faults.site import STRATEGIES
from tests.faults.tally import Tally
from tests.tokens.vendors import Blind, Listing

Scenario = Callable[[Bench], Tally]

ROUNDS = 40
"""Rotations of what depends on chance."""

ROTATIONS = 200
"""Of an API's token, each under a fault."""

LIVES = 10
"""Of an access key, each of ten years."""

VERSIONS = ("13.23", "14.23", "15.18", "16.14", "18.4")
"""Of PostgreSQL, besides the one of the bench."""

EXAMPLES = 10_000
"""Bad inputs, at least."""


def plan() -> Mapping[str, list[Scenario]]:
    """Scenarios by the name of their module, in their order.

    Bad inputs come first, while the server has few roles to take snapshots of. What leaks is looked
    for afterwards.
    """
    return {
        "bad_input": bad_inputs(EXAMPLES),
        "crashes": [*_for_both(_crashes), *_first_rotation()],
        "stale": _for_both(_stale),
        "duplicates": _for_both(_duplicates),
        "unproven": _for_both(lambda strategy: [lambda bench: unproven.finish(bench, strategy)]),
        "impostors": _for_both(_impostors),
        "locks": _for_both(lambda strategy: [lambda bench: locks.held(bench, strategy)]),
        "consumers": [
            lambda bench: consumers.alternating(bench, rounds=2 * ROUNDS),
            lambda bench: consumers.single(bench, rounds=ROUNDS),
        ],
        "window": [
            lambda bench: window.measured(bench, rounds=ROUNDS),
            lambda bench: window.felt(bench, rounds=ROUNDS),
        ],
        "first_user": _first_user(),
        "hostile_settings": _for_both(_hostile_settings),
        "certificate": [certificate.crashes, certificate.duplicates, certificate.stale],
        "api_token": [lambda _: api_token.rotations(ROTATIONS)],
        "tokens": [
            scenario
            for issuer in (IamUser, Listing, Blind)
            for scenario in (
                partial(tokens.crashes, issuer=issuer),
                partial(tokens.duplicates, issuer=issuer),
                partial(tokens.strangers, issuer=issuer),
                partial(tokens.stale, issuer=issuer),
                partial(tokens.years, issuer=issuer, lives=LIVES),
            )
        ],
    }


def bad_inputs(examples: int) -> list[Scenario]:
    """Made-up inputs of all kinds.

    Args:
        examples: How many at least, together.
    """
    share = examples // 10
    return [
        *_for_both(lambda strategy: _bad_inputs(strategy, share)),
        lambda bench: bad_input.admins(bench, share),
        lambda bench: bad_input.names_of_others(bench, share // 4),
    ]


def _for_both(scenarios: Callable[[str], list[Scenario]]) -> list[Scenario]:
    return [scenario for strategy in STRATEGIES for scenario in scenarios(strategy)]


def _crashes(strategy: str) -> list[Scenario]:
    def at_packets(action: Action) -> Scenario:
        return lambda bench: crashes.at_packets(bench, strategy, action)

    return [lambda bench: crashes.at_calls(bench, strategy), *map(at_packets, Action)]


def _first_rotation() -> list[Scenario]:
    """The one that makes the twin."""
    return [
        lambda bench: crashes.at_packets(bench, "alternating", Action.CUT, first=True),
        lambda bench: crashes.at_packets(bench, "alternating", Action.HOLD, first=True),
    ]


def _stale(strategy: str) -> list[Scenario]:
    return [
        lambda bench: stale.at_packets(bench, strategy, stale.GIVEN_UP),
        lambda bench: stale.at_packets(bench, strategy, stale.DUPLICATE),
        lambda bench: stale.at_calls(bench, strategy, stale.GIVEN_UP),
        lambda bench: stale.at_calls(bench, strategy, stale.DUPLICATE),
    ]


def _duplicates(strategy: str) -> list[Scenario]:
    return [
        lambda bench: duplicates.each_step(bench, strategy, rounds=ROUNDS),
        lambda bench: duplicates.whole_rotations(bench, strategy, rounds=ROUNDS),
    ]


def _impostors(strategy: str) -> list[Scenario]:
    return [
        lambda bench: impostors.untrusted(bench, strategy),
        lambda bench: impostors.silent(bench, strategy),
    ]


def _hostile_settings(strategy: str) -> list[Scenario]:
    def on(version: str) -> Scenario:
        return lambda bench: hostile_settings.on_another_version(bench, strategy, version)

    return [
        lambda bench: hostile_settings.on_the_bench(bench, strategy),
        *map(on, VERSIONS),
    ]


def _first_user() -> list[Scenario]:
    return [
        first_user.at_calls,
        lambda bench: first_user.at_packets(bench, Action.CUT),
        lambda bench: first_user.at_packets(bench, Action.HOLD),
        lambda bench: first_user.at_once(bench, rounds=ROUNDS),
        first_user.unanswered,
    ]


def _bad_inputs(strategy: str, share: int) -> list[Scenario]:
    return [
        lambda bench: bad_input.events(bench, strategy, 2 * share),
        lambda bench: bad_input.current_versions(bench, strategy, share),
        lambda bench: bad_input.pending_versions(bench, strategy, share),
        lambda bench: bad_input.wrong_ones(bench, strategy, share // 2),
    ]
