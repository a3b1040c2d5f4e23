"""A lock that someone else holds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from postgres_user import fence
from rotation.errors import RotationError
from tests.faults.bench import Bench
from tests.faults.promises import outages
from tests.faults.site import Site
from tests.faults.tally import Tally, Verdict

_Hold = Callable[[Site], list[str]]


def _rows(site: Site) -> list[str]:
    """Someone changes both users, and does not commit."""
    users = [user for user in (site.user, site.clone) if site.exists(user)]
    return ["BEGIN", *(f"ALTER ROLE {user} CONNECTION LIMIT 99" for user in users)]


def _advisory_lock(site: Site) -> list[str]:
    """A session that is none of ours holds the lock of the fence."""
    return [f"SELECT pg_advisory_lock({fence._key(site.user)})"]


def _table(site: Site) -> list[str]:
    """Someone reads a table that has to be handed over from the clone to the base."""
    return ["BEGIN", f"SELECT FROM {site.user}.of_the_clone"]


@dataclass(frozen=True)
class _Case:
    name: str
    hold: _Hold
    milliseconds: int

    def __str__(self) -> str:
        return f"{self.name} ({self.milliseconds} ms)"


def held(bench: Bench, strategy: str) -> Tally:
    """Each ends in an error that says that a retry helps, in time, and then a retry helps.

    Args:
        bench: Where.
        strategy: By which strategy.
    """
    holds = {"rows of the users": _rows, "advisory lock": _advisory_lock}
    if strategy == "alternating":
        holds["table of the clone"] = _table

    def check(site: Site, case: _Case) -> Verdict:
        return _held(bench, strategy, site, case)

    cases = [_Case(name, hold, ms) for name, hold in holds.items() for ms in (6_000, 900_000)]
    return bench.run(
        Tally("lock held by someone else", strategy),
        cases,
        check,
        fresh=True,
        prepare=bench.rotated(strategy),
    )


def _held(bench: Bench, strategy: str, site: Site, case: _Case) -> Verdict:
    verdict = Verdict(str(case))
    if case.hold is _table:
        _give_the_clone_a_table(site)
    site.context.milliseconds = case.milliseconds
    function, token = bench.function(site, strategy), site.secrets.begin(site.arn)
    with _holding(site, case.hold(site)):
        error = function.rotate(token)
        if not (isinstance(error, RotationError) and error.retry_helps):
            verdict.wrong([f"It ended in {error}"], "while the lock was held")
        verdict.out(outages(site, strategy), "while the lock was held")
    if again := function.rotate(token):
        verdict.wrong([str(again)], "when the lock was free")
    verdict.out(outages(site, strategy), "when the lock was free")
    verdict.seconds = function.seconds
    if verdict.seconds > case.milliseconds / 1000 - _LEFT_SECONDS:
        verdict.wrong(["No time was left to tell about it"], "")
    return verdict


_LEFT_SECONDS = 1.0
"""What has to be left of a function's time when it has ended."""


def _give_the_clone_a_table(site: Site) -> None:
    """As AWS's own function leaves it: its clones don't act as the base."""
    site.run("CREATE TABLE {}.of_the_clone (id int)", site.user)
    site.run("ALTER TABLE {}.of_the_clone OWNER TO {}", site.user, site.clone)


@contextmanager
def _holding(site: Site, statements: list[str]) -> Iterator[None]:
    with site.as_superuser() as someone:
        for statement in statements:
            someone.execute(statement)
        yield
        someone.execute("ROLLBACK")
