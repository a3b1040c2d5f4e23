"""A user with an access key, its secret, and the functions that look after it."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from fakes.secrets_manager import SecretsManager
from iam_access_key.access_key import AccessKey
from iam_access_key.identity import Identity
from iam_access_key.settings import Settings
from iam_access_key.user import IamUser
from rotation.deadline import Deadline
from rotation.engine import Engine
from rotation.event import Step
from rotation.rotating_secret import RotatingSecret
from rotation.rotation import Rotation
from tests.iam_access_key.clock import Clock
from tests.iam_access_key.iam import Iam
from tokens.first_token import FirstToken
from tokens.intent import LABEL
from tokens.lives import Lives
from tokens.maker import Time
from tokens.reaper import Reaper, Report
from tokens.two_tokens import STEP_SECONDS, TwoTokens

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders/production/access-key-AbCdEf"
USER = "arn:aws:iam::123456789012:user/orders/production/orders-production-access-key"
USER_NAME = USER.rpartition("/")[2]
LIVES = Lives(
    grace=timedelta(days=7),
    rest=timedelta(days=7),
    notice=timedelta(days=14),
    limit=timedelta(days=90),
)


@dataclass
class World:
    """Services in memory at a simulated clock.

    Attributes:
        lag: Seconds that IAM's answers may be behind.
        first: Whether the first key exists.
        lives: How long keys live.
        issuer: Who issues the keys.
        clock: What they go by.
        errors: What came out of them.
    """

    lag: float = 0
    seed: int = 0
    first: bool = True
    lives: Lives = LIVES
    issuer: type[IamUser] = IamUser
    clock: Clock = field(default_factory=Clock)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.iam = Iam(USER, self.clock.now, lag=self.lag, seed=self.seed)
        self.secrets = SecretsManager(self.clock.now)
        self.secrets.create(ARN, {"UserName": USER_NAME})
        time = Time(self.clock.now, self.clock.sleep)
        identity = Identity(USER, ask=self._ask, sleep=self.clock.sleep)
        self.user = self.issuer(cast("Any", self.iam), Settings(USER), identity=identity)
        self.strategy = TwoTokens(self.user, self.lives, time=time)
        self.engine = Engine(self.strategy)
        self.first_key = FirstToken(self.strategy, seconds=STEP_SECONDS)
        self.reaper = Reaper(self.user, self.lives, time=time)
        if self.first:
            self.make_first_key()
            self.clock.pass_days(1)

    def _ask(self, key: AccessKey) -> str:
        return self.iam.whose(key.id, key.secret.reveal())

    def deadline(self) -> Deadline:
        return Deadline(STEP_SECONDS, clock=self.clock.seconds)

    def secret(self, deadline: Deadline) -> RotatingSecret:
        return RotatingSecret(cast("Any", self.secrets), ARN, deadline)

    def make_first_key(self) -> str:
        deadline = self.deadline()
        return self.first_key.ensure(self.secret(deadline), owner="request", deadline=deadline)

    def begin(self) -> str:
        return self.secrets.begin(ARN)

    def step(self, token: str, step: str) -> None:
        deadline = self.deadline()
        self.engine.run(Step(step), Rotation(self.secret(deadline), token, deadline))

    def rotate(self, token: str = "") -> str:
        """Takes a token through the steps; Secrets Manager notes when it succeeded."""
        token = token or self.begin()
        for step in Step:
            self.step(token, step)
        self.stored.rotated_at = self.stored.changed_at = self.clock.now()
        return token

    def until(self, last: str) -> str:
        token = self.begin()
        for step in Step:
            if step == last:
                break
            self.step(token, step)
        return token

    def reap(self, now: datetime | None = None) -> Report:
        deadline = self.deadline()
        now = now or self.clock.now()
        return self.reaper.reap(self.secret(deadline), now=now, deadline=deadline)

    def edit(self, document: object) -> None:
        """A person puts other content into the secret, as in the console."""
        version = self.secrets.edit(ARN, document)
        self.stored.created[version] = self.stored.changed_at = self.clock.now()

    def look_after(self, lost: Collection[str]) -> None:
        """A person does what the reaper's log says about tokens that are perhaps lost."""
        for key_id, key in [*self.iam.keys.items()]:
            if {key_id, key.name} & set(lost):
                self.iam.remove(key_id)
        del self.labels[LABEL]

    @property
    def stored(self) -> Any:
        return self.secrets.secrets[ARN]

    @property
    def labels(self) -> dict[str, str]:
        labels: dict[str, str] = self.stored.labels
        return labels

    def document(self, label: str = "AWSCURRENT") -> dict[str, Any]:
        document: dict[str, Any] = self.secrets.document(ARN, label)
        return document

    def id(self, label: str = "AWSCURRENT") -> str:
        """Id of the key that a version holds."""
        return str(self.document(label)["AccessKeyId"])

    def works(self, label: str = "AWSCURRENT") -> bool:
        """Whether the key of a version signs requests by now, everywhere."""
        document = self.document(label)
        key = self.iam.keys.get(document.get("AccessKeyId", ""))
        return key is not None and key.active and key.secret == document["SecretAccessKey"]

    def version(self, token: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.stored.contents[token] or "{}")
        return document
