"""What somebody tried, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from local.errors import LocalError

_REFUSALS = frozenset({"AccessDenied", "AccessDeniedException"})


class NotAsIntendedError(LocalError):
    """Somebody was refused what he may do, or may do what he must be refused."""

    def __init__(self, who: str, what: str, outcome: str) -> None:
        super().__init__(
            f"{who} tried to {what}, and that came out otherwise than intended",
            why=outcome,
            remedy="Look at the roles in stacks/access, and at decisions.jsonl",
        )


@dataclass(frozen=True)
class Attempt:
    """One thing that somebody tried, and that came out as intended.

    Attributes:
        who: For people: who it was.
        what: What was tried, after `tried to`.
        outcome: What came of it.
    """

    who: str
    what: str
    outcome: str


class Attempts:
    """Tries things and writes down what came of them.

    Attributes:
        made: What was tried so far.
    """

    def __init__(self) -> None:
        self.made: list[Attempt] = []

    def allowed(self, who: str, what: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401 - the call's answer
        """Try what must be allowed, and return the answer.

        Raises:
            NotAsIntendedError: It was refused.
        """
        try:
            answer = call()
        except ClientError as error:
            raise NotAsIntendedError(who, what, str(error)) from error
        self.made.append(Attempt(who, what, _outcome(answer)))
        return answer

    def succeeded(self, who: str, what: str, *, calls: int, failures: list[str]) -> None:
        """Write down what was tried many times, and must have been allowed each time.

        Raises:
            NotAsIntendedError: It failed once.
        """
        if failures or not calls:
            raise NotAsIntendedError(who, what, failures[0] if failures else "it made no call")
        self.made.append(Attempt(who, what, f"{calls} calls, 0 failed"))

    def refused(self, who: str, what: str, call: Callable[[], Any]) -> None:
        """Try what must be refused.

        Raises:
            NotAsIntendedError: It was not, or failed for another reason.
        """
        try:
            call()
        except ClientError as error:
            if error.response["Error"]["Code"] not in _REFUSALS:
                raise NotAsIntendedError(who, what, str(error)) from error
            self.made.append(Attempt(who, what, "refused"))
        else:
            raise NotAsIntendedError(who, what, "it was allowed")


def _outcome(answer: Any) -> str:  # noqa: ANN401 - any call's
    ends = answer.get("Credentials", {}).get("Expiration") if isinstance(answer, dict) else None
    return f"until {ends.astimezone():%H:%M}" if isinstance(ends, datetime) else "allowed"
