"""Text that must not show up anywhere by accident."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SecretText:
    """A secret in memory. Printing, formatting or logging it shows asterisks."""

    _text: str = field(repr=False)

    def reveal(self) -> str:
        """The text itself; call it where it is sent, and nowhere else."""
        return self._text

    def __str__(self) -> str:
        return "********"

    def __repr__(self) -> str:
        return "SecretText(********)"
