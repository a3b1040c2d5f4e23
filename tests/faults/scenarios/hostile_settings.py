"""Settings that nobody would want where the users log in: a rotation is as on a plain database."""

import io
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, cast

from database.users import Users
from fakes.world import STEPS, World
from rotation.deadline import Deadline
from rotation.errors import RotationError
from rotation.handler import rotation_handler
from rotation.rotating_secret import RotatingSecret
from tests.faults.bench import Bench
from tests.faults.opening import open_bench
from tests.faults.settings import Hostile, Settings
from tests.faults.subject import UnavailableError
from tests.faults.tally import Tally, Verdict


@dataclass
class _Place:
    """An application that was rotated before, and what others can set where it logs in.

    Attributes:
        world: The application.
        settings: What can be set.
        strategy: By which it is rotated.
        handler: The function that rotates it.
        output: What its functions print.
        state: What a rotation leaves as it is.
        told: Where in the output the last rotation began.
    """

    world: World
    settings: Settings
    strategy: str
    handler: Callable[..., None]
    output: io.StringIO
    state: frozenset[str] = field(init=False)
    told: int = 0

    def __post_init__(self) -> None:
        self.state = self.settings.state()

    def passwords(self) -> set[str]:
        """Every password in a version of the application's secret."""
        contents = self.world.secrets.secrets[self.world.arn].contents.values()
        return {json.loads(text)["password"] for text in contents if text}

    def reset(self) -> None:
        """Takes all settings away, and makes the clone current again."""
        self.settings.reset()
        while self.strategy == "alternating" and (
            self.world.document()["username"] != self.world.clone
        ):
            if error := self.rotate():
                raise error

    def acts(self) -> Iterator[Callable[[], RotationError | None]]:
        """What is done under the same settings, one after the other."""
        yield self.rotate
        if self.strategy == "alternating":
            self.settings.drop_clone()  # the next one has to make it
            yield self.rotate
            yield self.another_user

    def another_user(self) -> RotationError | None:
        """Makes the first user of another application, and takes it away."""
        world, name = self.world, f"{self.world.user}_other"
        arn, deadline = f"{world.arn}-other", Deadline(10)
        dbname = world.product.database(name, shared=world.dbname)
        world.secrets.create(arn, world.application(username=name, dbname=dbname))
        secret = RotatingSecret(cast("Any", world.secrets), arn, deadline)
        try:
            Users(world.product.target).ensure(secret, owner="a request", deadline=deadline)
        except RotationError as error:
            return error
        self.settings.drop_login(name)
        return None

    def rotate(self) -> RotationError | None:
        """Runs a rotation; gives back what ended it, if not success."""
        self.told = self.output.tell()
        token = self.world.secrets.begin(self.world.arn)
        try:
            for step in STEPS:
                self.world.step(self.handler, token, step)
        except RotationError as error:
            return error
        return None

    def wrong(self) -> list[str]:
        """What is not as after a rotation on a plain database."""
        labels = self.world.secrets.secrets[self.world.arn].labels
        found = [] if "AWSPENDING" not in labels else ["a label is left"]
        documents = [self.world.document(label) for label in ("AWSCURRENT", "AWSPREVIOUS")]
        checked = documents[:1] if self.strategy == "single" else documents
        found += [
            f"{document['username']} has another password"
            for document in checked
            if not self.settings.knows(document["username"], document["password"])
        ]
        if changed := self.settings.state() ^ self.state:
            found.append(f"something was changed: {sorted(changed)}")
        if self.strategy == "alternating":
            log = self.output.getvalue()[self.told :]
            found += [f"{name} differs, and nobody is told" for name in self.settings.untold(log)]
        return found

    def unchanged(self, before: tuple[object, ...]) -> list[str]:
        """What a rotation that was refused has changed nevertheless."""
        return [] if self.snapshot() == before else ["something was changed"]

    def snapshot(self) -> tuple[object, ...]:
        """All that a refused rotation must not change.

        The user that is not current may have its new password already, and not be let in with it;
        a single user too, of whom AWSPENDING is then what works.
        """
        labels = self.world.secrets.secrets[self.world.arn].labels
        verifiers = self.settings.verifiers()
        current = self.world.document()["username"]
        names = [self.world.admin, *([] if self._is_replaced() else [current])]
        kept = [verifiers[name] for name in names]
        return labels["AWSCURRENT"], labels["AWSPREVIOUS"], kept, self.settings.state()

    def _is_replaced(self) -> bool:
        secret = self.world.secrets.secrets[self.world.arn]
        pending = secret.labels.get("AWSPENDING", "")
        if self.strategy != "single" or pending == secret.labels["AWSCURRENT"]:
            return False
        if not secret.contents.get(pending):
            return False
        document = self.world.document("AWSPENDING")
        return self.settings.knows(document["username"], document["password"])

    def give_up(self) -> None:
        """What a person does with a rotation that can't succeed."""
        secret = self.world.secrets.secrets[self.world.arn]
        secret.labels.pop("AWSPENDING", None)


def on_the_bench(bench: Bench, strategy: str, *, columns: int | None = None) -> Tally:
    """Tries every setting in every place, on the server of the bench.

    Args:
        bench: Where.
        strategy: By which the rotations are done.
        columns: How many values of each setting at most.
    """
    tally = Tally(f"hostile settings, {bench.subject.name}", strategy)
    with _place(bench, strategy) as place:
        for cases in _together(place.settings, columns):
            _try(place, cases, tally)
        bench.passwords |= place.passwords()
    return tally


def on_another_version(bench: Bench, strategy: str, version: str) -> Tally:
    """The same on a server of another version, which is brought and started for it.

    Args:
        bench: Who wants to know.
        strategy: By which the rotations are done.
        version: One of the subject's.
    """
    try:
        with (
            type(bench.subject).started(version) as subject,
            open_bench(subject) as other,
        ):
            tally = on_the_bench(other, strategy)
    except UnavailableError as error:
        return Tally(f"hostile settings, version {version}", strategy, skipped=str(error))
    bench.passwords |= other.passwords
    return tally


def _together(settings: Settings, columns: int | None) -> Iterator[list[Hostile]]:
    """What is set at the same time: a value of each setting that does not end a rotation."""
    for scope in settings.scopes:
        rows: dict[bool, list[list[Hostile]]] = {True: [], False: []}
        for name, found in settings.values(scope).items():
            row = [Hostile(scope, name, value) for value in found[:columns]]
            rows[name in settings.alone].append(row)
        for column in zip_longest(*rows[False]):
            yield [case for case in column if case]
        yield from ([case] for row in rows[True] for case in row)


@contextmanager
def _place(bench: Bench, strategy: str) -> Iterator[_Place]:
    world = World(bench.subject, dbname=f"hostile_{uuid.uuid4().hex[:8]}")
    world.create_first_user()
    for _ in range(3):
        world.rotate(world.alternating)
    handler = rotation_handler(
        bench.subject.strategies[strategy](bench.subject.target), cast("Any", world.secrets)
    )
    with bench.subject.settings(world) as settings:
        place = _Place(world, settings, strategy, handler, bench.output)
        try:
            yield place
        finally:
            place.reset()


def _try(place: _Place, cases: Sequence[Hostile], tally: Tally) -> None:
    """Tries settings together, and by halves where not all is well."""
    taken: list[Hostile] = []
    try:
        taken += [case for case in cases if place.settings.set(case)]
        verdicts = _outcome(place, taken)
    finally:
        place.reset()
    if verdicts is not None:
        for verdict in verdicts:
            tally.wanted += 1
            tally.add(verdict)
        return
    half = len(taken) // 2
    for part in (taken[:half], taken[half:]):
        _try(place, part, tally)


def _outcome(place: _Place, cases: list[Hostile]) -> list[Verdict] | None:
    """What came of it; None if it has to be looked at more closely."""
    if not cases:
        return []
    for act in place.acts():
        before = place.snapshot()
        error = act()
        found = place.unchanged(before) if error else place.wrong()
        if error:
            place.give_up()
        if len(cases) > 1 and (error or found):
            return None
        if error or found:
            return [_verdict(place.settings, cases[0], error, found)]
    return [Verdict(str(case), remarks=["as on a plain database"]) for case in cases]


def _verdict(
    settings: Settings, case: Hostile, error: RotationError | None, found: list[str]
) -> Verdict:
    named = error is not None and settings.names(str(error), case.name)
    unexplained = [str(error)] if error and not named else []
    return Verdict(
        str(case),
        remarks=["our own error that names it"] * named,
        findings=[*found, *unexplained],
    )
