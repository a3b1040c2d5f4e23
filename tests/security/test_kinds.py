"""Kinds of credentials are found through the registry, and shared modules know none of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import security
from local.policies import Layer
from security.controls import controls, unsatisfied
from security.deployment import Deployment
from security.documents import Place
from security.proof import Proof
from security.registry import proofs
from security.synthesis import Synthesis, synthesize
from security.wildcards import wildcards
from stacks.kinds import KINDS
from tests.security.conftest import Prove
from tests.toy.kind import ToyKind, registered

pytestmark = pytest.mark.xdist_group("security")

SHARED = Path(security.__file__).parent
BREAK = "break the toy"


@pytest.fixture(scope="module", autouse=True)
def made_with_toy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synthesis]:
    """The stack of `cdk.json` with a toy, as long as that is registered."""
    with registered(ToyKind()):
        yield synthesize(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="module")
def with_toy(made_with_toy: Synthesis) -> Deployment:
    return Deployment.of(made_with_toy.settings, made_with_toy.template)


@pytest.fixture(scope="module")
def toy_proof(prove: Prove, with_toy: Deployment) -> Proof:
    return prove(with_toy)


def test_the_proof_of_a_kind_that_is_registered_is_held(toy_proof: Proof) -> None:
    needed = [each for each in toy_proof.needed if each.intent.who.name == "toy-rotation"]
    assert "finishSecret: make it AWSCURRENT, and take AWSPENDING off" in {
        each.intent.what for each in needed
    }
    [outcome] = [each for each in toy_proof.attacked if each.intent.what == BREAK]
    assert outcome.refused_by == {Layer.IDENTITY, Layer.BOUNDARY}


def test_what_holds_for_all_kinds_is_held_against_it(toy_proof: Proof) -> None:
    """Without a word in its own proof: that nobody else reads or rotates it, and many more."""
    outcomes = (*toy_proof.needed, *toy_proof.attacked)
    assert not [each.intent for each in outcomes if each.surprising]
    whats = {each.intent.what for each in toy_proof.attacked if "toy" in each.intent.resource}
    assert {BREAK, "rotate", "rotate a secret that another function rotates by now"} <= whats


def test_the_rule_packs_find_nothing_in_it_that_is_not_accepted(made_with_toy: Synthesis) -> None:
    assert not made_with_toy.findings


def test_its_controls_are_among_those_that_are_asked_for(with_toy: Deployment) -> None:
    asked = controls(with_toy.parts.settings)
    assert "Toy.1" in {each.id for each in asked}
    assert not unsatisfied(with_toy, asked)


def test_its_reasons_for_wildcards_count() -> None:
    place = Place(Layer.IDENTITY, "toy")
    statement = {"Sid": "Toys", "Effect": "Allow", "Action": ["toys:See"], "Resource": ["*"]}
    [everything] = wildcards({place: {"Statement": [statement]}})
    assert everything.reason == "toys have no resources"


def test_its_statements_for_all_resources_have_a_reason(with_toy: Deployment) -> None:
    assert not [each for each in wildcards(with_toy.documents) if not each.reason]


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
