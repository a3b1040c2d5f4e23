"""Which version of a secret carries which staging label."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from rotation.secret_text import SecretText

CURRENT = "AWSCURRENT"
PENDING = "AWSPENDING"
PREVIOUS = "AWSPREVIOUS"


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a secret.

    Attributes:
        id: Its id; during a rotation to it, also the rotation's token.
        text: Its content.
    """

    id: str
    text: SecretText


@dataclass(frozen=True, slots=True)
class Versions:
    """What DescribeSecret tells about a secret.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html

    Attributes:
        rotated: Whether rotation is enabled.
        current: Id of the version that carries AWSCURRENT, if one does.
        pending: Id of the version that carries AWSPENDING, if one does.
    """

    rotated: bool
    current: str | None
    pending: str | None

    @classmethod
    def parse(cls, answer: Mapping[str, Any]) -> Self:
        """Turns the answer's `VersionIdsToStages` around."""
        stages = answer.get("VersionIdsToStages", {})
        by_label = {label: version for version, labels in stages.items() for label in labels}
        rotated = bool(answer.get("RotationEnabled"))
        return cls(rotated, by_label.get(CURRENT), by_label.get(PENDING))
