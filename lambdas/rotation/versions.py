"""Which version of a secret carries which staging label."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from rotation.secret_text import SecretText

CURRENT = "AWSCURRENT"
PENDING = "AWSPENDING"
PREVIOUS = "AWSPREVIOUS"
ATTEMPTED = "ATTEMPTED"
"""Our own label, on the version that a rotation stored last. It comes with AWSPENDING and outlives
it: when someone takes AWSPENDING off a version in mid-rotation, its credential may be applied to
the target already, and here the next rotation finds it.
"""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a secret.

    Attributes:
        id: Its id; during a rotation to it, also the rotation's token.
        text: Its content.
        created: When it was made.
    """

    id: str
    text: SecretText
    created: datetime


@dataclass(frozen=True, slots=True)
class Versions:
    """What DescribeSecret tells about a secret.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html

    Attributes:
        rotated: Whether rotation is enabled.
        current: Id of the version that carries AWSCURRENT, if one does.
        pending: Id of the version that carries AWSPENDING, if one does.
        previous: Id of the version that carries AWSPREVIOUS, if one does.
        attempted: Id of the version that carries ATTEMPTED, if one does.
        rotated_at: When a rotation succeeded last, if one has.
        changed_at: When anything about the secret changed last.
    """

    rotated: bool
    current: str | None
    pending: str | None
    previous: str | None
    attempted: str | None
    rotated_at: datetime | None = None
    changed_at: datetime | None = None

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Turns the answer's `VersionIdsToStages` around."""
        stages = answer.get("VersionIdsToStages", {})
        by_label = {label: version for version, labels in stages.items() for label in labels}
        return cls(
            rotated=bool(answer.get("RotationEnabled")),
            current=by_label.get(CURRENT),
            pending=by_label.get(PENDING),
            previous=by_label.get(PREVIOUS),
            attempted=by_label.get(ATTEMPTED),
            rotated_at=answer.get("LastRotatedDate"),
            changed_at=answer.get("LastChangedDate"),
        )
