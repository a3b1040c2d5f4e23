"""A kind of credential that is not the product's."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from credential_rotation.monitoring import CredentialGroup
from credential_rotation.platform import Platform
from stacks.accepted import BOUNDARY, Accepted, resource, wildcards
from stacks.kinds import KINDS, Kind
from stacks.rotation_stack import CredentialStack
from stacks.settings import Settings
from stacks.settings.databases import MAIN
from tests.toy.construct import Toy


class ToyKind:
    """A toy, once in an app. See `Kind`.

    Args:
        gate: Address of what it opens.
    """

    proof = "tests.toy.proof"

    def __init__(self, gate: str = "gate.example:80") -> None:
        self._gate = gate

    def add(
        self, stack: CredentialStack, platform: Platform, settings: Settings, *, database: str
    ) -> Iterable[CredentialGroup]:
        """Add it to the stack of what comes once."""
        del settings
        if database == MAIN:
            yield Toy(stack, "Toy", platform=platform, gate=self._gate).group

    def accepted(self, settings: Settings) -> Iterable[Accepted]:
        """List what the rule packs find in its boundary."""
        logs = f"log-group:/aws/lambda/{settings.prefix}-toy-*:*"
        yield wildcards("*", resource("logs", logs), reason=BOUNDARY, within="/Toy/Boundary/")


@contextmanager
def registered(kind: Kind) -> Iterator[None]:
    """Add a kind to those of the product for a while."""
    KINDS.append(kind)
    try:
        yield
    finally:
        KINDS.remove(kind)
