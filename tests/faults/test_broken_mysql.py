"""Each test breaks the code for MySQL and MariaDB, and shows that the bench sees it."""

from collections.abc import Sequence

import pytest

from mysql_user.product import MariaDBProduct, MySQLProduct
from mysql_user.sql import Run, literal
from mysql_user.user import User
from rotation.secret_text import SecretText
from tests.faults.bench import Bench
from tests.faults.promises import WITH_TWO_PASSWORDS
from tests.faults.scenarios import abandoned, impostors, leaks, stale, unproven
from tests.faults.subjects.mysql import MariaDBSubject
from tests.faults.test_broken_engines import unverified

Patch = pytest.MonkeyPatch

on_mariadb = pytest.mark.parametrize("bench", ["mariadb"], indirect=True)
on_mysql = pytest.mark.parametrize("bench", ["mysql"], indirect=True)
each_strategy = pytest.mark.parametrize("strategy", MariaDBSubject.strategies)


@on_mariadb
@each_strategy
@pytest.mark.usefixtures("impatient")
def test_without_a_fence_late_packets_end_in_an_outage(
    bench: Bench, monkeypatch: Patch, strategy: str
) -> None:
    for name in ("enter", "leave"):
        monkeypatch.setattr(f"mysql_user.fence.{name}", lambda *_, **__: None)
    tally = stale.at_packets(bench, strategy, stale.GIVEN_UP, pick=slice(-9, -3))
    assert tally.outages
    assert not tally.good


@on_mariadb
def test_a_password_that_is_sent_as_it_is_is_found_in_each_record(
    bench: Bench, monkeypatch: Patch
) -> None:
    def identified(_: MariaDBProduct, plugin: str, *passwords: SecretText) -> str:
        del plugin
        return f"IDENTIFIED BY {literal(passwords[0].reveal())}"

    monkeypatch.setattr(MariaDBProduct, "identified", identified)
    unproven.finish(bench, "alternating")
    found = {tally.scenario: tally.leaks for tally in leaks.everywhere(bench)}
    for place in ("the general log", "the slow log", "the binary log", "performance_schema"):
        assert found[f"passwords in {place}"], place


@on_mariadb
@each_strategy
@pytest.mark.usefixtures("impatient")
def test_a_server_that_is_not_verified_is_sent_more_than_a_question(
    bench: Bench, monkeypatch: Patch, strategy: str
) -> None:
    monkeypatch.setattr("mysql_user.connection.verified_context", unverified)
    assert impostors.untrusted(bench, strategy, pick=slice(3, 5)).leaks


@on_mariadb
@pytest.mark.usefixtures("impatient")
def test_a_proof_of_any_kind_shows_the_password(bench: Bench, monkeypatch: Patch) -> None:
    class _All(set[str]):
        def __contains__(self, _: object) -> bool:
            return True

    monkeypatch.setattr("mysql_user.login._WAYS", _All())
    tally = impostors.silent(bench, "single")
    assert tally.leaks


@on_mariadb
def test_one_password_where_two_have_to_be_is_seen(bench: Bench, monkeypatch: Patch) -> None:
    def adding(
        product: MariaDBProduct,
        _run: Run,
        user: User,
        password: SecretText,
        _: SecretText,
        plugin: str,
    ) -> Sequence[str]:
        return product.replacing(user, password, plugin)

    monkeypatch.setattr(MariaDBProduct, "adding", adding)
    assert "dual" in WITH_TWO_PASSWORDS
    assert abandoned.after_each_step(bench, "dual").outages


@on_mysql
def test_retaining_what_is_not_current_locks_the_current_one_out(
    bench: Bench, monkeypatch: Patch
) -> None:
    def adding(
        product: MySQLProduct,
        _run: Run,
        user: User,
        password: SecretText,
        _: SecretText,
        plugin: str,
    ) -> Sequence[str]:
        identified = product.identified(plugin, password)
        return [f"ALTER USER {user.account} {identified} RETAIN CURRENT PASSWORD"]

    assert abandoned.after_each_step(bench, "dual").good
    monkeypatch.setattr(MySQLProduct, "adding", adding)
    assert abandoned.after_each_step(bench, "dual").outages
