"""How long the token before keeps working."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rotation.versions import CURRENT, PREVIOUS

if TYPE_CHECKING:
    from rotation.versions import Versions
    from tokens.ledger import Ledger


def grace_end(ledger: Ledger, versions: Versions, grace: timedelta) -> datetime:
    """When consumers have to have read the secret again.

    The grace begins when AWSCURRENT moved. Secrets Manager tells when the last rotation succeeded,
    which is a moment later. If AWSCURRENT came to be otherwise (a person moved a label, or the last
    rotation is not known to have succeeded), it tells no more than that nothing changed since; then
    that is the beginning. Both are late rather than early.

    Args:
        ledger: The versions' contents; AWSCURRENT is among them.
        versions: The secret's description.
        grace: How long.
    """
    current, previous = ledger.versions[CURRENT], ledger.versions.get(PREVIOUS)
    rotated, changed = versions.rotated_at, versions.changed_at
    if rotated and previous and rotated >= current.created >= previous.created:
        return rotated + grace
    return max(filter(None, (changed, rotated, current.created))) + grace
