"""A secret with a token of a real server, and the functions that look after it.

Secrets Manager is in memory, at a simulated clock; what happens over HTTPS is real.
"""

import base64
import ipaddress
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from api_declaration.declaration import Declaration
from api_declaration.request import Request
from api_token.api import Api
from api_token.client import Answer, Client
from api_token.connection import trusting
from api_token.destinations import Destinations
from api_token.issuer import ApiIssuer
from fakes.secrets_manager import SecretsManager
from local.oauth_server import OAuthServer
from rotation.deadline import Deadline
from rotation.engine import Engine
from rotation.event import Step
from rotation.rotating_secret import RotatingSecret
from rotation.rotation import Rotation
from tests.iam_access_key.clock import Clock
from tokens.first_token import FirstToken
from tokens.intent import LABEL
from tokens.lives import Lives
from tokens.maker import Time
from tokens.reaper import Reaper, Report
from tokens.two_tokens import STEP_SECONDS, TwoTokens

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders/production/token/a-AbCdEf"
MANAGEMENT = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:management-AbCdEf"
LIVES = Lives(
    grace=timedelta(days=7),
    rest=timedelta(days=1),
    notice=timedelta(days=14),
    limit=timedelta(days=90),
)


class StruckClient(Client):
    """Sends over the network; around each request something may happen.

    Attributes:
        before: Called with each request before it is sent; what it answers is the answer.
        after: Called with each answer that came.
        sent: Method and host of what was sent, in its order.
    """

    def __init__(self, client: Client) -> None:
        self._inner = client
        self.before: Callable[[Request], Answer | None] = lambda _: None
        self.after: Callable[[Request, Answer], Answer] = lambda _, answer: answer
        self.sent: list[tuple[str, str]] = []

    def send(self, request: Request, deadline: Deadline) -> Answer:
        made_up = self.before(request)
        if made_up:
            return made_up
        self.sent.append((request.method, str(request.url.origin)))
        return self.after(request, self._inner.send(request, deadline))


@dataclass
class World:
    """The functions with their services.

    Attributes:
        declaration: The API.
        authority: File with the authority of its certificate.
        management: What the management secret holds.
        first: Whether the first token exists.
        clock: What the tokens' lives go by.
    """

    declaration: dict[str, Any]
    authority: str
    management: str
    first: bool = True
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.secrets = SecretsManager(self.clock.now)
        self.secrets.create(ARN, {"note": "stays as it is"})
        self.secrets.create(MANAGEMENT, self.management)
        local = Destinations([ipaddress.ip_network("127.0.0.0/8")])
        self.client = StruckClient(Client(trusting(self.authority), local))
        declaration = Declaration.parse(self.declaration)
        self.api = Api(declaration, self.client, sleep=self.clock.sleep)
        self.issuer = ApiIssuer(self.api, management_secret=MANAGEMENT)
        time = Time(self.clock.now, self.clock.sleep)
        self.strategy = TwoTokens(self.issuer, LIVES, time=time)
        self.engine = Engine(self.strategy)
        self.first_token = FirstToken(self.strategy, seconds=STEP_SECONDS)
        self.reaper = Reaper(self.issuer, LIVES, time=time)
        if self.first:
            self.make_first()
            self.clock.pass_days(1)

    def deadline(self) -> Deadline:
        return Deadline(STEP_SECONDS, clock=self.clock.seconds)

    def secret(self, deadline: Deadline) -> RotatingSecret:
        return RotatingSecret(cast("Any", self.secrets), ARN, deadline)

    def make_first(self) -> str:
        deadline = self.deadline()
        return self.first_token.ensure(self.secret(deadline), owner="request", deadline=deadline)

    def remove(self) -> None:
        deadline = self.deadline()
        self.first_token.remove(self.secret(deadline), deadline=deadline)

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

    def reap(self) -> Report:
        deadline = self.deadline()
        return self.reaper.reap(self.secret(deadline), now=self.clock.now(), deadline=deadline)

    def look_after_lost(self) -> None:
        """A person has done what the log says about tokens that are perhaps lost."""
        self.labels.pop(LABEL, None)

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

    def texts(self) -> str:
        """All that the versions hold."""
        return json.dumps([*self.stored.contents.values()])


def oauth_call(server: OAuthServer, document: dict[str, Any]) -> int:
    """What a consumer does with the secret: it gets an access token; answers the status."""
    quoted = [urllib.parse.quote_plus(document[name]) for name in ("client_id", "client_secret")]
    basic = base64.b64encode(":".join(quoted).encode()).decode()
    request = urllib.request.Request(  # noqa: S310 - https, of our own server
        f"{server.url}/token",
        b"grant_type=client_credentials",
        {"Authorization": f"Basic {basic}"},
    )
    context = trusting(str(server.authority))
    try:
        with urllib.request.urlopen(  # noqa: S310 - likewise
            request, context=context, timeout=30
        ) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
