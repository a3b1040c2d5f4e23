"""How the bench comes to its faults."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
import trustme

from rotation.errors import BusyError, NotOursError, RotationError, UnreachableError
from tests.faults.bench import Bench
from tests.faults.tally import Tally, Verdict


class Ends:
    """A function whose rotations end in these errors, one after the other."""

    def __init__(self, *errors: RotationError | None) -> None:
        self.errors = list(errors)
        self.tokens: set[str] = set()

    def rotate(self, token: str) -> RotationError | None:
        self.tokens.add(token)
        return self.errors.pop(0)


class Site:
    """Of which nothing is used but the names of versions."""

    arn = "arn"

    def __init__(self) -> None:
        self.secrets = self

    def begin(self, arn: str) -> str:
        del arn
        return str(object())


def prepare(monkeypatch: pytest.MonkeyPatch, function: Ends) -> None:
    bench = Bench(cast("Any", None), io.StringIO(), trustme.CA())
    monkeypatch.setattr(bench, "function", lambda *_: function)
    bench.rotated("single")(cast("Any", Site()))


@pytest.mark.parametrize(
    "error",
    [
        BusyError("Lock wait timeout exceeded", remedy="Wait"),
        UnreachableError("The handshake operation timed out", remedy="Wait"),
    ],
)
def test_a_site_is_prepared_although_others_are_in_its_way(
    monkeypatch: pytest.MonkeyPatch, error: RotationError
) -> None:
    function = Ends(error, error, None)
    prepare(monkeypatch, function)
    assert not function.errors
    assert len(function.tokens) == 1


def test_any_other_failure_of_a_site_ends_the_bench(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotOursError):
        prepare(monkeypatch, Ends(NotOursError("It is another's", remedy="See to it"), None))


@pytest.mark.parametrize(("site", "happened"), [(3, True), (4, False)])
def test_a_fault_that_does_not_happen_everywhere_is_tried_on_so_many_sites(
    monkeypatch: pytest.MonkeyPatch, site: int, *, happened: bool
) -> None:
    bench = Bench(cast("Any", None), io.StringIO(), trustme.CA())
    numbers = iter(range(1, 10))

    @contextmanager
    def next_site(**_: bool) -> Iterator[int]:
        yield next(numbers)

    monkeypatch.setattr(bench, "site", next_site)

    def check(number: Any, fault: str) -> Verdict:
        return Verdict(fault, injected=number == site)

    tally = bench.run(Tally("", ""), ["a fault"], check, fresh=True, workers=1, again=2)
    assert tally.good is happened
    assert (tally.injected, tally.wanted) == (int(happened), 1)
