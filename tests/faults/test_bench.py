"""What the bench does before it tries faults."""

import io
from typing import Any, cast

import pytest
import trustme

from rotation.errors import BusyError, RotationError, UnreachableError
from tests.faults.bench import Bench


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


def test_a_site_is_prepared_although_the_faults_of_others_are_in_its_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    busy = BusyError("Lock wait timeout exceeded", remedy="Wait")
    function = Ends(busy, busy, None)
    prepare(monkeypatch, function)
    assert not function.errors
    assert len(function.tokens) == 1


def test_any_other_failure_of_a_site_ends_the_bench(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreachableError):
        prepare(monkeypatch, Ends(UnreachableError("It is gone", remedy="See to it"), None))
