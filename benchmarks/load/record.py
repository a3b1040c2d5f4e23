"""What the process of the load and the processes of the applications tell each other."""

import time
from typing import Self

from pydantic import BaseModel

from rotated_secret.refusals import is_refusal


class Task(BaseModel, frozen=True):
    """What a process of applications does.

    Attributes:
        library: Name of the library.
        engine: Of the database, as its secret calls it.
        coroutines: Whether it runs coroutines; threads otherwise.
        url: The applications' way to Secrets Manager.
        secret_id: The secret.
    """

    library: str
    engine: str
    coroutines: bool
    url: str
    secret_id: str

    @classmethod
    def read(cls, line: str) -> Self:
        """Read what `model_dump_json` wrote."""
        return cls.model_validate_json(line)


class Record(BaseModel, frozen=True):
    """An operation that has ended.

    Attributes:
        way: What it did.
        begun: When it began, on the monotonic clock, which all processes share.
        ended: When it ended.
        error: The kind of the error; empty if it succeeded.
        refused: Whether the error says that the database refused the credential.
    """

    way: str
    begun: float
    ended: float
    error: str = ""
    refused: bool = False

    @classmethod
    def of(cls, way: str, begun: float, error: Exception | None) -> Self:
        """Tell of an operation that has just ended."""
        return cls(
            way=way,
            begun=begun,
            ended=time.monotonic(),
            error=type(error).__name__ if error else "",
            refused=error is not None and is_refusal(error),
        )

    @property
    def text(self) -> str:
        """One line of JSON."""
        return self.model_dump_json()
