"""All that `make faults` does."""

from collections.abc import Callable, Mapping
from functools import partial

from iam_access_key.user import IamUser
from tests.faults.bench import Bench
from tests.faults.packet_fault import Action
from tests.faults.promises import WITH_TWO_PASSWORDS
from tests.faults.scenarios import (
    abandoned,
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
from tests.faults.subject import Subject
from tests.faults.tally import Tally
from tests.tokens.vendors import Blind, Listing

Scenario = Callable[[Bench], Tally]

ROUNDS = 40
"""Rotations of what depends on chance."""

ROTATIONS = 200
"""Of an API's token, each under a fault; and of a login, while consumers log in all the time."""

LIVES = 10
"""Of an access key, each of ten years."""

EXAMPLES = 10_000
"""Bad inputs, at least."""


def plan(subject: type[Subject]) -> Mapping[str, list[Scenario]]:
    """Scenarios with a database by the name of their module, in their order.

    Bad inputs come first, while the server has few users to take snapshots of. What leaks is looked
    for afterwards.

    Args:
        subject: The database product.
    """

    def for_each(scenarios: Callable[[str], list[Scenario]]) -> list[Scenario]:
        return [each for strategy in subject.strategies for each in scenarios(strategy)]

    return {
        "bad_input": bad_inputs(subject, EXAMPLES),
        "crashes": [*for_each(_crashes), *_first_rotation()],
        "stale": for_each(_stale),
        "abandoned": for_each(_abandoned),
        "duplicates": for_each(_duplicates),
        "unproven": for_each(lambda strategy: [partial(unproven.finish, strategy=strategy)]),
        "impostors": for_each(_impostors),
        "locks": for_each(lambda strategy: [partial(locks.held, strategy=strategy)]),
        "consumers": for_each(_consumers),
        "window": [
            lambda bench: window.measured(bench, rounds=ROUNDS),
            lambda bench: window.felt(bench, rounds=ROUNDS),
        ],
        "first_user": _first_user(),
        "hostile_settings": for_each(lambda strategy: _hostile_settings(subject, strategy)),
    }


def without_database() -> Mapping[str, list[Scenario]]:
    """Scenarios of credentials that no database knows."""
    return {
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


def bad_inputs(subject: type[Subject], examples: int) -> list[Scenario]:
    """Made-up inputs of all kinds.

    Args:
        subject: The database product.
        examples: How many at least, together.
    """
    share = examples // 10
    return [
        *(each for strategy in subject.strategies for each in _bad_inputs(strategy, share)),
        lambda bench: bad_input.admins(bench, share),
        lambda bench: bad_input.names_of_others(bench, share // 4),
    ]


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


def _abandoned(strategy: str) -> list[Scenario]:
    if strategy not in WITH_TWO_PASSWORDS:
        return []
    return [partial(abandoned.after_each_step, strategy=strategy)]


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


def _consumers(strategy: str) -> list[Scenario]:
    kinds = [consumers.on_our_library]
    if strategy in WITH_TWO_PASSWORDS:
        kinds.append(consumers.one_rotation_behind)
    return [partial(kind, strategy=strategy, rounds=ROTATIONS) for kind in kinds]


def _hostile_settings(subject: type[Subject], strategy: str) -> list[Scenario]:
    def on(version: str) -> Scenario:
        return lambda bench: hostile_settings.on_another_version(bench, strategy, version)

    return [
        lambda bench: hostile_settings.on_the_bench(bench, strategy),
        *map(on, subject.versions),
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
