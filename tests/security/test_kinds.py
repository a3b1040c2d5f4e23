"""Kinds of credentials are found through the registry, and shared modules know none of them."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import security
from local.policies import Evaluator, Layer
from security.attacks.attack import IDENTITY, Attack, refused
from security.control import Control
from security.controls import controls
from security.deployment import Deployment
from security.documents import Place
from security.intent import Intent
from security.kinds.kind import KindProof
from security.parts import Parts
from security.proof import Proof
from security.registry import proofs
from security.wildcards import wildcards
from stacks.accepted import Accepted
from stacks.kinds import KINDS
from stacks.settings import Settings

pytestmark = pytest.mark.xdist_group("security")

SHARED = Path(security.__file__).parent


class Toy:
    """A kind that brings nothing but its proof, which is this module's."""

    proof = __name__

    def add(self, *_: object, **__: object) -> Iterable[object]:
        return []

    def accepted(self, _: Settings) -> Iterable[Accepted]:
        return []


def _purposes(parts: Parts) -> Iterator[Intent]:
    what, who = "play", parts.function("watch")
    yield Intent(what=what, who=who, action="xray:PutTraceSegments", resource="*")


def _attacks(parts: Parts) -> Iterator[Attack]:
    what, who = "break a toy", parts.function("watch")
    call = Intent(what=what, who=who, action="s3:GetObject", resource="arn:aws:s3:::toy/box")
    yield from refused(call, IDENTITY, Layer.BOUNDARY)


PROOF = KindProof(
    purposes=_purposes,
    attacks=_attacks,
    outside={"toy-box": "the attic"},
    wildcards={(Layer.IDENTITY, "Toys"): "toys have no resources"},
    controls=(Control("Toy.1", "toys are tidied up", lambda _: ["tidy"]),),
)


@pytest.fixture
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("security.registry.KINDS", (*KINDS, Toy()))


@pytest.mark.usefixtures("_registered")
def test_the_proof_of_a_kind_that_is_registered_is_held(
    evaluator: Evaluator, deployment: Deployment
) -> None:
    proof = Proof.of_rotation(evaluator, deployment)
    assert [each.refused_by for each in proof.needed if each.intent.what == "play"] == [frozenset()]
    [outcome] = [each for each in proof.attacked if each.intent.what == "break a toy"]
    assert outcome.refused_by == {IDENTITY, Layer.BOUNDARY}
    assert "Toy.1" in {each.id for each in controls(deployment.parts.settings)}
    place = Place(Layer.IDENTITY, "toy")
    statement = {"Sid": "Toys", "Effect": "Allow", "Action": ["toys:See"], "Resource": ["*"]}
    [everything] = wildcards({place: {"Statement": [statement]}})
    assert everything.reason == "toys have no resources"


def test_without_it_nothing_is_asked_for_it(evaluator: Evaluator, deployment: Deployment) -> None:
    proof = Proof.of_rotation(evaluator, deployment)
    assert "play" not in {each.intent.what for each in proof.needed}


def test_every_kind_has_a_proof() -> None:
    assert len(proofs()) == len(KINDS)


@pytest.mark.parametrize("word", ["access-key", "access_key", "alternating", "-main"])
def test_the_modules_that_are_shared_name_no_kind(word: str) -> None:
    naming = [
        str(file.relative_to(SHARED))
        for file in SHARED.rglob("*.py")
        if "kinds" not in file.parts and file.name != "variants.py" and word in file.read_text()
    ]
    assert naming == []
