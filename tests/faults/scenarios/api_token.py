"""Tokens of a real OAuth server rotate under faults, while a client on the library keeps calling.

The declaration, the requests, their TLS and the server are real; Secrets Manager is in memory, at a
simulated clock. The client never waits for it: it uses what the library holds, until it is refused.
"""

import itertools
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, cast

import httpx

from api_declaration.request import Request
from api_token.client import Answer, NoAnswerError
from api_token.connection import trusting
from fakes.secrets_manager import failure
from local.oauth_server import OAuthServer
from local.patience import patient
from rotated_secret import RotatedValue
from rotated_secret.httpx import BasicAuth
from rotation.errors import RotationError
from rotation.event import Step
from stacks.api_presets import PRESETS
from tests.api_token.world import ARN, World, oauth_call
from tests.faults.crash import Crash
from tests.faults.tally import Tally, Verdict

ATTEMPTS = 6
"""How often Secrets Manager tries, some minutes apart."""

_PAUSE_SECONDS = 0.002
_REGISTRATION = "/reg"


@dataclass
class Fault:
    """What happens to a rotation, once or more often.

    Attributes:
        before: Called with each request; what it answers is the answer.
        after: Called with each request that was answered; it may raise.
        store: Called before each call of Secrets Manager with its name; it may raise.
    """

    before: Callable[[Request], Answer | None] = lambda _: None
    after: Callable[[Request], None] = lambda _: None
    store: Callable[[str], None] = lambda _: None


Make = Callable[[World], Fault]


def _issues(request: Request) -> bool:
    return request.url.target == _REGISTRATION


def _lost(_: World) -> Fault:
    """The first answer to `issue` is lost; the token exists."""
    first = iter([True])

    def lose(request: Request) -> None:
        if _issues(request) and next(first, False):
            raise NoAnswerError("lost", remedy="none")

    return Fault(after=lose)


def _each_lost(_: World) -> Fault:
    """Of every two answers one is lost, to whatever it was."""
    turns = itertools.cycle([True, False])

    def lose(_: Request) -> None:
        if next(turns):
            raise NoAnswerError("lost", remedy="none")

    return Fault(after=lose)


def _died(_: World) -> Fault:
    """The function dies when the token was issued, and before it is stored."""
    first = iter([True])

    def die(request: Request) -> None:
        if _issues(request) and next(first, False):
            raise Crash

    return Fault(after=die)


def _not_stored(_: World) -> Fault:
    """Secrets Manager refuses the token."""
    puts = itertools.count()

    def refuse(call: str) -> None:
        if call == "put_secret_value" and next(puts) == 1:  # the first one records the intent
            raise failure("ServiceUnavailable", call, 503)

    return Fault(store=refuse)


def _answering(status: int, *, times: int, executed: bool = False) -> Make:
    """The API answers with a status instead; perhaps after it has done what it was asked."""

    def make(_: World) -> Fault:
        left = iter(range(times))

        def instead(request: Request) -> Answer | None:
            struck = next(left, None) is not None
            return Answer(status, None, None, 1) if struck else None

        def afterwards(request: Request) -> None:
            if _issues(request) and next(left, None) is not None:
                raise NoAnswerError(f"answered {status}", remedy="none")

        return Fault(after=afterwards) if executed else Fault(before=instead)

    return make


def _slow(world: World) -> Fault:
    """A token takes longer to issue than its maker may take to store it."""

    def wait(request: Request) -> None:
        if _issues(request):
            world.clock.sleep(next(seconds))

    seconds = itertools.chain([20, 50], itertools.repeat(0))
    return Fault(after=wait)


def _twins(world: World) -> Fault:
    """Another delivery of the step does all of it while the first one has a token issued."""
    first = iter([True])

    def twin(request: Request) -> Answer | None:
        if _issues(request) and next(first, False):
            with suppress(RotationError):
                world.step(world.labels["AWSPENDING"], Step.CREATE)
        return None

    return Fault(before=twin)


FAULTS: dict[str, Make] = {
    "nothing": lambda _: Fault(),
    "an answer to issue lost": _lost,
    "every second answer lost": _each_lost,
    "issued, and died": _died,
    "issued, and not stored": _not_stored,
    "429 to the first four requests": _answering(429, times=4),
    "500 to the first three requests": _answering(500, times=3),
    "500, and issued": _answering(500, times=1, executed=True),
    "slow": _slow,
    "duplicates": _twins,
}


@dataclass
class Caller:
    """Calls the server all the time, with the library's adapter for httpx.

    Attributes:
        calls: How many were answered as they should.
        failures: What the others were answered.
    """

    server: OAuthServer
    world: World
    calls: int = 0
    failures: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def calling(self) -> Iterator[None]:
        """Call meanwhile."""
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _run(self) -> None:
        secret = RotatedValue(ARN, client=cast("Any", self.world.secrets))
        auth = BasicAuth(secret, username="client_id", password="client_secret", form_encoded=True)
        context = trusting(str(self.server.authority))
        with httpx.Client(auth=auth, verify=context, timeout=patient(10)) as client:
            while not self._stop.wait(_PAUSE_SECONDS):
                self._call(client)

    def _call(self, client: httpx.Client) -> None:
        try:
            data = {"grant_type": "client_credentials"}
            status = client.post(f"{self.server.url}/token", data=data).status_code
        except Exception as error:  # noqa: BLE001  # whatever it is, the call failed
            self.failures.append(repr(error))
        else:
            if status == httpx.codes.OK:
                self.calls += 1
            else:
                self.failures.append(str(status))


@dataclass
class Campaign:
    """One secret, rotated again and again.

    Attributes:
        server: Whose clients they are.
        world: The functions.
        issued: All tokens that were ever issued, by the names that they got.
        told: Names of the tokens of which people were told.
    """

    server: OAuthServer
    world: World
    issued: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)

    def rotate(self, name: str) -> Verdict:
        """Rotate once under a fault, and look at everything afterwards."""
        verdict, fault = Verdict(name), FAULTS[name](self.world)
        self._arm(fault)
        before = self.world.labels["AWSCURRENT"]
        token = self.world.begin()
        for _ in range(ATTEMPTS):
            verdict.seconds = max(verdict.seconds, self._attempt(token, verdict))
            if self.world.labels["AWSCURRENT"] == token:
                break
            verdict.out(self._outages("AWSCURRENT"), "between two attempts")
            self.world.clock.sleep(120)
        self._arm(Fault())
        if self.world.labels["AWSCURRENT"] == before:
            verdict.wrong(["the rotation did not succeed"], f"in {ATTEMPTS} attempts")
            return verdict
        verdict.out(self._outages("AWSCURRENT", "AWSPREVIOUS"), "after the rotation")
        self.world.clock.pass_days(6)
        self.told |= self.world.reap().lost
        verdict.out(self._outages("AWSCURRENT", "AWSPREVIOUS"), "within the grace")
        self.world.clock.pass_days(2)
        self._reap(verdict)
        return verdict

    def _arm(self, fault: Fault) -> None:
        def after(request: Request, answer: Answer) -> Answer:
            if _issues(request) and isinstance(answer.body, dict) and request.body:
                issued = json.loads(request.body)["client_name"]
                if "client_secret" in answer.body:
                    self.issued[issued] = dict(answer.body)
            fault.after(request)
            return answer

        self.world.client.before, self.world.client.after = fault.before, after
        self.world.secrets.before = fault.store

    def _attempt(self, token: str, verdict: Verdict) -> float:
        """All steps, as far as they go; how long the longest took, in real seconds."""
        longest = 0.0
        for step in Step:
            start = time.monotonic()
            try:
                self.world.step(token, step)
            except RotationError as error:
                if not error.retry_helps:
                    verdict.wrong([f"{step}: no retry helps: {error.cause}"], "")
                return longest
            except Crash:
                return longest
            finally:
                longest = max(longest, time.monotonic() - start)
        stored = self.world.stored
        stored.rotated_at = stored.changed_at = self.world.clock.now()
        return longest

    def _outages(self, *labels: str) -> list[str]:
        return [
            f"{label} is refused"
            for label in labels
            if oauth_call(self.server, self.world.document(label)) != httpx.codes.OK
        ]

    def _reap(self, verdict: Verdict) -> None:
        """The grace is over: one token works, and those that nobody holds are told."""
        self.told |= self.world.reap().lost
        current = self.world.document()["client_id"]
        verdict.out(self._outages("AWSCURRENT"), "after the reaper")
        for name, token in [*self.issued.items()]:
            works = oauth_call(self.server, token) == httpx.codes.OK
            if works and token["client_id"] != current and name not in self.told:
                verdict.wrong(["a token works that nobody holds or was told of"], "")
            if not works or name in self.told:
                del self.issued[name]
        self.world.look_after_lost()


def rotations(count: int) -> Tally:
    """Rotate so often, each time under the next fault in a shuffled order."""
    tally = Tally("API tokens of a real server, under faults", "api-token", wanted=count)
    order = [*FAULTS] * (count // len(FAULTS) + 1)
    random.Random(7).shuffle(order)  # noqa: S311  # an order, no secret
    with OAuthServer() as server:
        declared = PRESETS["oauth-client"].declare(
            {"registration_url": f"{server.url}/reg", "token_url": f"{server.url}/token"}
        )
        world = World(declared, str(server.authority), server.initial_access_token)
        campaign, caller = Campaign(server, world), Caller(server, world)
        with caller.calling():
            for name in order[:count]:
                tally.add(campaign.rotate(name))
    tally.failed_logins += len(caller.failures)
    tally.findings += caller.failures
    tally.note = f"{caller.calls:,} calls, {len(campaign.told)} tokens told"
    if not caller.calls:
        tally.findings.append("the client never called")
        tally.failed_logins += 1
    return tally
