"""Lambda's context object."""

from dataclasses import dataclass


@dataclass
class Context:
    """As much of it as the functions use."""

    milliseconds: int = 30_000
    aws_request_id: str = "11111111-2222-3333-4444-555555555555"

    def get_remaining_time_in_millis(self) -> int:
        """Return the time that is left."""
        return self.milliseconds
