"""Consumers that log in all the time, through the deployed consumer function."""

import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient


@dataclass
class Tally:
    """What the consumers have met so far.

    Attributes:
        by_version: Logins by secret version and database user.
        failures: What each failed call answered.
    """

    by_version: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    @property
    def logins(self) -> int:
        """How many logins succeeded."""
        return self.by_version.total()

    @property
    def by_user(self) -> Counter[str]:
        """Logins by database user."""
        users: Counter[str] = Counter()
        for (_, user), count in self.by_version.items():
            users[user] += count
        return users

    @property
    def users(self) -> dict[str, str]:
        """The database user by secret version."""
        return dict(self.by_version.keys())


class Consumers:
    """Calls the consumer function again and again from several threads.

    Use it as a context manager: on leaving, the calls under way are awaited.

    Attributes:
        tally: What has been met so far.
    """

    def __init__(self, client: Callable[[], "LambdaClient"], function: str, count: int = 2) -> None:
        self.tally = Tally()
        self._client = client
        self._function = function
        self._stop = threading.Event()
        self._first_call = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(count)]

    def __enter__(self) -> Self:
        """Start calling, and wait until each thread's first call is done."""
        for thread in self._threads:
            thread.start()
        for _ in self._threads:
            self._first_call.acquire()
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop calling."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        client = self._client()
        self._count(self._call(client))
        self._first_call.release()
        while not self._stop.is_set():
            self._count(self._call(client))

    def _call(self, client: "LambdaClient") -> dict[str, Any]:
        try:
            answer = client.invoke(FunctionName=self._function, Payload=b"{}")
        except (BotoCoreError, ClientError) as error:
            return {"errorType": type(error).__name__, "errorMessage": str(error)}
        result: dict[str, Any] = json.loads(answer["Payload"].read())
        return result

    def _count(self, answer: dict[str, Any]) -> None:
        with self._lock:
            user = answer.get("user")
            if not user:
                told = f"{answer.get('errorType', '')}: {answer.get('errorMessage', answer)}"
                self.tally.failures.append(told)
                return
            self.tally.by_version[answer["version_id"], user] += 1
