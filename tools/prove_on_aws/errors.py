"""What can go wrong in a proof.

ProofError
├── RefusedError: nothing was begun
└── OverdueError: AWS did not get there in time
"""


class ProofError(Exception):
    """A step did not come out as it has to.

    Attributes:
        what: What happened.
        remedy: What the reader can do about it.
    """

    def __init__(self, what: str, *, remedy: str) -> None:
        super().__init__(f"{what}. {remedy}")
        self.what = what
        self.remedy = remedy


class RefusedError(ProofError):
    """The proof cannot begin; nothing was created."""


class OverdueError(ProofError):
    """Something was awaited in vain."""

    def __init__(self, what: str, minutes: float, last: str) -> None:
        super().__init__(
            f"{what} was awaited for {minutes:g} minutes in vain; last seen: {last}",
            remedy="Look at it in the console, then run the proof again: it makes everything anew",
        )
