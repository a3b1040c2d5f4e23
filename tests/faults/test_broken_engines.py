"""Each test breaks the code on purpose, and shows that the bench sees it."""

import ssl
from contextlib import nullcontext

import pytest

from database.alternating_users import AlternatingUsers
from database.single_user import SingleUser
from database.strategy import UserStrategy
from database.target import Target
from postgres_user.postgres import Postgres
from postgres_user.scram import verifier
from postgres_user.sql import Run, identifier, literal
from rotated_secret import RotatedSecret
from rotation.errors import BusyError
from rotation.observability import logger
from rotation.rotating_secret import RotatingSecret
from rotation.secret_text import SecretText
from tests.faults.bench import Bench
from tests.faults.opening import open_bench
from tests.faults.packet_fault import Action
from tests.faults.scenarios import (
    consumers,
    crashes,
    duplicates,
    first_user,
    hostile_settings,
    impostors,
    leaks,
    locks,
    stale,
    unproven,
)
from tests.faults.subjects import postgresql_settings
from tests.faults.subjects.postgresql import PostgreSQLSubject

Patch = pytest.MonkeyPatch

both = pytest.mark.parametrize("strategy", PostgreSQLSubject.strategies)
both_kinds = pytest.mark.parametrize("kind", [stale.GIVEN_UP, stale.DUPLICATE])


def no_fence(monkeypatch: Patch) -> None:
    """A transaction, and nothing that keeps writers apart."""
    monkeypatch.setattr(
        "postgres_user.fence.begin", lambda run, *_, **__: run("BEGIN", doing="begin")
    )


@both
@both_kinds
@pytest.mark.usefixtures("impatient")
def test_without_a_fence_late_packets_end_in_an_outage(
    bench: Bench, monkeypatch: Patch, strategy: str, kind: str
) -> None:
    no_fence(monkeypatch)
    # The new password, and the answer before it: later packets hold a row that others wait for.
    tally = stale.at_packets(bench, strategy, kind, pick=slice(-7, -5))
    assert tally.outages
    assert not tally.good


@both
@both_kinds
@pytest.mark.usefixtures("impatient")
def test_without_a_second_look_at_the_label_late_packets_end_in_an_outage(
    bench: Bench, monkeypatch: Patch, strategy: str, kind: str
) -> None:
    def pending(secret: RotatingSecret, token: str) -> SecretText:
        """Whatever label it carries."""
        return secret._read(secret.arn, VersionId=token).text

    monkeypatch.setattr(RotatingSecret, "pending", pending)
    tally = stale.at_packets(bench, strategy, kind, pick=slice(2, 20, 4))
    assert tally.outages


@both
def test_without_a_proof_in_the_last_step_what_does_not_work_becomes_current(
    bench: Bench, monkeypatch: Patch, strategy: str
) -> None:
    for each in (UserStrategy, AlternatingUsers):
        monkeypatch.setattr(each, "test", lambda *_: None)
    tally = unproven.finish(bench, strategy)
    assert tally.outages
    assert tally.survived < tally.injected


@both
def test_a_password_that_is_sent_as_it_is_is_found_in_the_servers_log(
    monkeypatch: Patch, strategy: str
) -> None:
    monkeypatch.setattr("postgres_user.scram.verifier", lambda password: password.reveal())
    # A server of its own: other tests search the log of the common one.
    with PostgreSQLSubject.started() as subject, open_bench(subject) as bench:
        unproven.finish(bench, strategy)
        found = {tally.scenario: tally.leaks for tally in leaks.everywhere(bench)}
    assert found["passwords in the server's log"]
    assert found["passwords in pg_stat_statements"]


def test_a_password_in_an_error_is_found(bench: Bench, monkeypatch: Patch) -> None:
    def test(_: object, pending: SecretText, __: object) -> None:
        raise ValueError(pending.reveal())

    monkeypatch.setattr(UserStrategy, "test", test)
    with bench.site() as site:
        bench.function(site, "single").rotate(site.secrets.begin(site.arn))
    assert [tally.leaks for tally in leaks.everywhere(bench)] == [0, 0, 0, 1]


def test_a_password_in_the_functions_log_is_found(bench: Bench, monkeypatch: Patch) -> None:
    monkeypatch.setattr(SecretText, "__str__", SecretText.reveal)
    monkeypatch.setattr(
        UserStrategy, "test", lambda _, pending, __: logger.info("testing %s", pending)
    )
    with bench.site() as site:
        bench.function(site, "single").rotate(site.secrets.begin(site.arn))
    assert [tally.leaks for tally in leaks.everywhere(bench)] == [0, 0, 1, 0]


@both
@pytest.mark.usefixtures("impatient")
def test_a_server_that_is_not_verified_is_sent_the_password(
    bench: Bench, monkeypatch: Patch, strategy: str
) -> None:
    monkeypatch.setattr("postgres_user.connection.verified_context", unverified)
    tally = impostors.untrusted(bench, strategy, pick=slice(3, 5))
    assert tally.leaks


def unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def test_a_user_whose_password_is_in_use_is_missed_by_consumers(
    bench: Bench, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(PostgreSQLSubject, "strategies", {"alternating": SingleUser})
    tally = consumers.one_rotation_behind(bench, "alternating", rounds=3)
    assert tally.failed_logins
    tally = crashes.at_calls(bench, "alternating", pick=slice(12, None, 6))
    assert tally.outages


def test_changes_that_are_no_transaction_leave_half_a_user(
    bench: Bench, monkeypatch: Patch
) -> None:
    def one_by_one(run: Run, username: str, password: SecretText) -> None:
        name = identifier(username)
        text = literal(verifier(password))
        run(f"CREATE ROLE {name} LOGIN PASSWORD {text}", doing="create the user")
        run(f"GRANT {name} TO CURRENT_USER", doing="act as the user")
        run(f"CREATE SCHEMA {name} AUTHORIZATION {name}", doing="create the schema")
        run(f"REVOKE {name} FROM CURRENT_USER", doing="act as oneself")

    monkeypatch.setattr(Postgres, "fenced", lambda *_: nullcontext())
    monkeypatch.setattr("postgres_user.postgres.create_first_user", one_by_one)
    tally = first_user.at_packets(bench, Action.CUT, pick=slice(-75, -45))
    assert "The user has no schema" in "".join(tally.findings)


def test_access_that_is_given_in_no_transaction_leaves_the_admin_with_the_owner_s_rights(
    bench: Bench, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(Postgres, "_in_turn", lambda *_: nullcontext())
    tally = first_user.at_packets(bench, Action.CUT, pick=slice(-12, None))
    assert tally.survived < tally.wanted


def test_a_first_user_that_is_made_without_a_second_look_is_made_twice(
    bench: Bench, monkeypatch: Patch
) -> None:
    answers = iter([False] * 100)
    monkeypatch.setattr(Target, "accepts", classmethod(lambda *_, **__: next(answers)))
    tally = first_user.at_once(bench, rounds=2)
    assert tally.survived == 0


@both
def test_a_duplicate_that_is_refused_is_seen(
    bench: Bench, monkeypatch: Patch, strategy: str
) -> None:
    def store(secret: RotatingSecret, token: str, text: SecretText) -> None:
        secret._call(
            "put_secret_value",
            SecretId=secret.arn,
            ClientRequestToken=token,
            SecretString=text.reveal(),
            VersionStages=["AWSPENDING"],
        )

    monkeypatch.setattr(RotatingSecret, "store_pending", store)
    for run in (duplicates.each_step, duplicates.whole_rotations):
        assert run(bench, strategy, rounds=2).survived == 0


@pytest.mark.usefixtures("impatient")
def test_a_lock_that_ends_in_an_error_without_hope_is_seen(
    bench: Bench, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(BusyError, "retry_helps", False)
    assert not locks.held(bench, "single").good


def test_a_library_that_does_not_try_again_is_seen(bench: Bench, monkeypatch: Patch) -> None:
    monkeypatch.setattr(RotatedSecret, "_another", lambda *_: None)
    assert consumers.on_our_library(bench, "single", rounds=5).failed_logins


@both
def test_a_version_that_is_stored_twice_is_seen(
    bench: Bench, monkeypatch: Patch, strategy: str
) -> None:
    """The second run overwrites what the first may have applied already."""
    store = RotatingSecret.store_pending

    def overwrite(secret: RotatingSecret, token: str, text: SecretText) -> None:
        bench_secret = secret._client._client.secrets[secret.arn]  # type: ignore[attr-defined]
        bench_secret.contents[token] = None
        store(secret, token, text)

    monkeypatch.setattr(RotatingSecret, "store_pending", overwrite)
    tally = crashes.at_calls(bench, strategy, pick=slice(0, 9, 2))
    assert any("content of the version changed" in finding for finding in tally.findings)


def test_functions_that_wait_for_too_long_are_seen(
    bench: Bench, monkeypatch: Patch, impatient: None
) -> None:
    monkeypatch.setattr("tests.faults.tally.LONGEST_SECONDS", 0.4)
    tally = impostors.silent(bench, "single", pick=slice(3))
    assert tally.survived
    assert not tally.good


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("default_transaction_read_only", "on", "postgres_user.start_up._ALWAYS"),
        ("transaction_timeout", "1", "postgres_user.start_up._SINCE"),
        ("createrole_self_grant", "set", "postgres_user.start_up._SINCE"),
        ("role", "pg_monitor", "postgres_user.fence.ITSELF"),
    ],
)
def test_without_a_start_of_ours_settings_change_a_rotation(
    bench: Bench, monkeypatch: Patch, name: str, value: str, part: str
) -> None:
    monkeypatch.setattr(postgresql_settings, "values", lambda *_: {name: [value]})
    assert hostile_settings.on_the_bench(bench, "alternating").good
    monkeypatch.setattr(part, "" if part.endswith("ITSELF") else {})
    assert hostile_settings.on_the_bench(bench, "alternating").findings
