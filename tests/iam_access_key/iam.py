"""IAM and STS in memory, as documented, as far as one user's access keys go.

What moto does not have: answers that are some seconds behind, in any order, as those of AWS may be.
"""

import itertools
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from fakes.secrets_manager import failure

State = dict[str, "FakeKey"]

_REMEMBERED = 200
"""More changes than there are in the seconds that an answer may be behind."""


@dataclass(frozen=True)
class FakeKey:
    """An access key."""

    secret: str
    created: datetime
    by: str = "us"
    active: bool = True
    used: datetime | None = None
    name: str = ""


class Iam:
    """Stands in for the boto3 client of IAM, and answers for STS.

    Attributes:
        lag: Seconds that an answer may be behind.
        most: How many keys there may be; None if any number.
        calls: Names of the calls so far.
        before: Is told of a call before it is done.
        after: Is told of a call after it is done.
        deleted: Every key that was deleted, as it was.
    """

    def __init__(
        self, arn: str, now: Callable[[], datetime], *, lag: float = 0, seed: int = 0
    ) -> None:
        self.arn = arn
        self.lag = lag
        self.most: int | None = 2
        self.calls: list[str] = []
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None
        self.deleted: State = {}
        self.vanished = False
        self._now = now
        self._random = random.Random(seed)  # noqa: S311  # the same run each time
        self._numbers = itertools.count(1)
        self._history: list[tuple[datetime, State]] = [(now() - timedelta(days=1), {})]
        self._lock = threading.RLock()

    @property
    def keys(self) -> State:
        """What there really is."""
        return self._history[-1][1]

    def make(self, by: str = "somebody", name: str = "") -> str:
        """Somebody makes a key by hand."""
        with self._lock:
            if len(self.keys) == self.most:
                raise failure("LimitExceeded", "CreateAccessKey", 409)
            number = next(self._numbers)
            key_id = f"AKIA{number:016d}"
            created = self._now().replace(microsecond=0)
            key = FakeKey(f"made-up-Secret-{number:025d}", created, by, name=name)
            self._change({**self.keys, key_id: key})
            return key_id

    def remove(self, key_id: str) -> None:
        """Somebody deletes a key by hand."""
        with self._lock:
            self.deleted[key_id] = self.keys[key_id]
            self._change({id_: key for id_, key in self.keys.items() if id_ != key_id})

    def set(self, key_id: str, **changes: Any) -> None:
        """Somebody changes a key by hand, or uses it."""
        with self._lock:
            self._change({**self.keys, key_id: replace(self.keys[key_id], **changes)})

    def whose(self, key_id: str, secret: str) -> str:
        """What STS answers to GetCallerIdentity."""
        key = self._seen().get(key_id)
        if key is None or not key.active:
            raise failure("InvalidClientTokenId", "GetCallerIdentity", 403)
        if key.secret != secret:
            raise failure("SignatureDoesNotMatch", "GetCallerIdentity", 403)
        if key_id in self.keys:
            self.set(key_id, used=self._now())
        return self.arn

    def list_access_keys(self, *, UserName: str) -> dict[str, Any]:  # noqa: N803  # boto3's
        def run() -> dict[str, Any]:
            return {
                "AccessKeyMetadata": [
                    {
                        "UserName": UserName,
                        "AccessKeyId": key_id,
                        "Status": "Active" if key.active else "Inactive",
                        "CreateDate": key.created,
                        "Name": key.name,
                    }
                    for key_id, key in self._seen().items()
                ]
            }

        return self._observed("list_access_keys", run)

    def create_access_key(self, *, UserName: str, Name: str = "") -> dict[str, Any]:  # noqa: N803
        def run() -> dict[str, Any]:
            key_id = self.make(by="us", name=Name)
            return {
                "AccessKey": {
                    "UserName": UserName,
                    "AccessKeyId": key_id,
                    "SecretAccessKey": self.keys[key_id].secret,
                    "Status": "Active",
                }
            }

        return self._observed("create_access_key", run)

    def update_access_key(
        self,
        *,
        UserName: str,  # noqa: N803
        AccessKeyId: str,  # noqa: N803
        Status: str,  # noqa: N803
    ) -> dict[str, Any]:
        del UserName

        def run() -> dict[str, Any]:
            self._must_exist(AccessKeyId)
            self.set(AccessKeyId, active=Status == "Active")
            return {}

        return self._observed("update_access_key", run)

    def delete_access_key(
        self,
        *,
        UserName: str,  # noqa: N803
        AccessKeyId: str,  # noqa: N803
    ) -> dict[str, Any]:
        del UserName

        def run() -> dict[str, Any]:
            self._must_exist(AccessKeyId)
            self.remove(AccessKeyId)
            return {}

        return self._observed("delete_access_key", run)

    def get_access_key_last_used(self, *, AccessKeyId: str) -> dict[str, Any]:  # noqa: N803
        def run() -> dict[str, Any]:
            self._must_exist(AccessKeyId)
            used = self.keys[AccessKeyId].used
            return {"AccessKeyLastUsed": {"LastUsedDate": used} if used else {}}

        return self._observed("get_access_key_last_used", run)

    def _must_exist(self, key_id: str) -> None:
        if key_id not in self.keys:
            raise failure("NoSuchEntity", "about an access key", 404)

    def _change(self, state: State) -> None:
        self._history = [*self._history[-_REMEMBERED:], (self._now(), state)]

    def _seen(self) -> State:
        """What there was some seconds ago."""
        then = self._now() - timedelta(seconds=self._random.uniform(0, self.lag))
        states = [state for since, state in self._history if since <= then]
        return states[-1] if states else self._history[0][1]

    def _observed(self, name: str, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        self.calls.append(name)
        self.before(name)
        if self.vanished:
            raise failure("NoSuchEntity", name, 404)
        with self._lock:
            answer = run()
        self.after(name)
        return answer
