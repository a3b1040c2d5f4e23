"""What each kind of credential brings to the proof, found through the registry of the stacks."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from stacks.kinds import KINDS, Kind

if TYPE_CHECKING:
    from security.kinds.kind import KindProof


def proofs() -> list[KindProof]:
    """The proofs of all kinds that are registered."""
    return [_proof_of(kind) for kind in KINDS]


def _proof_of(kind: Kind) -> KindProof:
    proof: KindProof = import_module(kind.proof).PROOF
    return proof
