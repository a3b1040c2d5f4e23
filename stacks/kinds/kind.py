"""What a kind of credential brings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from credential_rotation.monitoring import CredentialGroup
from credential_rotation.platform import Platform
from stacks.accepted import Accepted
from stacks.settings import Settings

if TYPE_CHECKING:
    from stacks.rotation_stack import CredentialStack


class Kind(Protocol):
    """A kind of credential: how it comes into a stack.

    Attributes:
        proof: Name of the module with the proof of its permissions, which nothing imports at the
            synth. What is in it, see security.kinds.kind.
    """

    proof: str

    def add(
        self, stack: CredentialStack, platform: Platform, settings: Settings, *, database: str
    ) -> Iterable[CredentialGroup]:
        """Add what the settings want of this kind to a stack.

        Args:
            stack: The stack.
            platform: What all credentials share.
            settings: What the team decided.
            database: Name of the database whose stack this is; `main` is also what comes once.

        Returns:
            What rotates, in groups that are watched together. Alarms, rules, outputs and the
            dashboard come from these.
        """

    def accepted(self, settings: Settings) -> Iterable[Accepted]:
        """List what the rule packs find in it and is accepted."""
