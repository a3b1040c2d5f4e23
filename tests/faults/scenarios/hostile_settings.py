"""Settings of roles and of the database that nobody would want: a rotation is as on a plain one."""

import base64
import io
import json
import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, cast

import psycopg
from psycopg import Connection, sql
from psycopg.rows import TupleRow
from scramp import ScramMechanism

from database.users import Users
from fakes.postgres import PostgresWorld
from fakes.world import STEPS
from local.postgres import PostgresServer
from postgres_user.postgres import Postgres
from rotation.deadline import Deadline
from rotation.errors import RotationError
from rotation.rotating_secret import RotatingSecret
from tests.faults.bench import Bench
from tests.faults.hostile import Hostile, Scopes, values
from tests.faults.opening import open_bench
from tests.faults.tally import Tally, Verdict
from tests.postgres_versions import UnavailableError, binaries

_STATE = """
SELECT 'role', rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin,
    rolreplication, rolbypassrls, rolconnlimit::text, rolvaliduntil::text,
    shobj_description(oid, 'pg_authid')
FROM pg_authid WHERE rolname = ANY (%(names)s::text[])
UNION ALL
SELECT 'member', roleid::regrole::text, admin_option, NULL, NULL, NULL, NULL, NULL, NULL,
    member::regrole::text, grantor::regrole::text, to_jsonb(pg_auth_members)->>'set_option'
        || (to_jsonb(pg_auth_members)->>'inherit_option')
FROM pg_auth_members WHERE ARRAY[roleid::regrole::text, member::regrole::text] && %(names)s::text[]
UNION ALL
SELECT 'owner', refobjid::regrole::text, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    count(*)::text, NULL, NULL
FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass AND deptype = 'o'
    AND refobjid::regrole::text = ANY (%(names)s::text[])
GROUP BY refobjid
ORDER BY 1, 2, 10, 11
"""
"""What a rotation leaves as it is, settings apart."""

_SETTINGS = """
SELECT setdatabase, setting FROM pg_db_role_setting, unnest(setconfig) AS setting
WHERE setrole = %s::regrole AND setting NOT LIKE 'role=%%' ORDER BY 1, 2
"""


@dataclass
class _Place:
    """An application that was rotated before, and a session that was there before the settings.

    Attributes:
        world: The application.
        session: The superuser's.
        strategy: By which it is rotated.
        output: What its functions print.
        scopes: Where to set something.
        names: Its users and their admin.
        state: What a rotation leaves as it is.
        told: Where in the output the last rotation began.
    """

    world: PostgresWorld
    session: Connection[TupleRow]
    strategy: str
    output: io.StringIO
    scopes: Scopes = field(init=False)
    names: list[str] = field(init=False)
    state: list[TupleRow] = field(init=False)
    told: int = 0

    def __post_init__(self) -> None:
        world = self.world
        self.scopes = Scopes(world.user, world.clone, world.admin, world.dbname)
        self.names = [world.user, world.clone, world.admin]
        self.state = self._state()

    def passwords(self) -> set[str]:
        """Every password in a version of the application's secret."""
        contents = self.world.secrets.secrets[self.world.arn].contents.values()
        return {json.loads(text)["password"] for text in contents if text}

    def settle(self, cases: Sequence[Hostile]) -> list[Hostile]:
        """Sets them; gives back those that the server has taken."""
        return [case for case in cases if self._set(case)]

    def _set(self, case: Hostile) -> bool:
        start = self.scopes.by_name()[case.scope]
        name = sql.SQL(".").join(map(sql.Identifier, case.name.split(".")))
        try:
            self.session.execute(
                sql.SQL("{} SET {} TO {}").format(start, name, sql.Literal(case.value))
            )
        except psycopg.Error:
            return False
        return True

    def reset(self) -> None:
        """Takes all settings away, and makes the clone current again."""
        for start in self.scopes.by_name().values():
            with suppress(psycopg.errors.UndefinedObject):
                self.session.execute(sql.SQL("{} RESET ALL").format(start))
        while self.strategy == "alternating" and (
            self.world.document()["username"] != self.world.clone
        ):
            if error := self.rotate():
                raise error

    def acts(self) -> list[Callable[[], RotationError | None]]:
        """What is done under the same settings, one after the other."""
        if self.strategy == "single":
            return [self.rotate]
        return [self.rotate, self.rotate_anew, self.another_user]

    def rotate_anew(self) -> RotationError | None:
        """Runs a rotation that has to make the clone."""
        self.session.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(self.world.clone)))
        return self.rotate()

    def another_user(self) -> RotationError | None:
        """Makes the first user of another application, and takes it away."""
        world, name = self.world, f"{self.world.user}_other"
        arn, deadline = f"{world.arn}-other", Deadline(10)
        world.secrets.create(arn, world.application(username=name))
        secret = RotatingSecret(cast("Any", world.secrets), arn, deadline)
        try:
            Users(Postgres).ensure(secret, owner="a request", deadline=deadline)
        except RotationError as error:
            return error
        user = sql.Identifier(name)
        self.session.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(user))
        return None

    def rotate(self) -> RotationError | None:
        """Runs a rotation; gives back what ended it, if not success."""
        self.told = self.output.tell()
        token = self.world.secrets.begin(self.world.arn)
        try:
            for step in STEPS:
                self.world.step(getattr(self.world, self.strategy), token, step)
        except RotationError as error:
            return error
        return None

    def wrong(self) -> list[str]:
        """What is not as after a rotation on a plain database."""
        labels = self.world.secrets.secrets[self.world.arn].labels
        found = [] if labels["AWSPENDING"] == labels["AWSCURRENT"] else ["a label did not move"]
        documents = [self.world.document(label) for label in ("AWSCURRENT", "AWSPREVIOUS")]
        checked = documents if self.strategy == "alternating" else documents[:1]
        found += [
            f"{document['username']} has another password"
            for document in checked
            if not self._accepts(document["username"], document["password"])
        ]
        if (state := self._state()) != self.state:
            changed = set(state) ^ set(self.state)
            found.append(f"something was changed: {sorted(map(str, changed))}")
        if self.strategy == "alternating":
            found += [f"{name} differs, and nobody is told" for name in self._untold()]
        return found

    def _untold(self) -> list[str]:
        """Settings in which the two differ, and that the function's log does not name."""
        base, clone = (
            set(self.session.execute(_SETTINGS, [name]).fetchall()) for name in self.names[:2]
        )
        names = {str(line).partition("=")[0] for _, line in base ^ clone}
        told = self.output.getvalue()[self.told :] if names else ""
        return sorted(name for name in names if f"may not set {name} for" not in told)

    def _accepts(self, username: str, password: str) -> bool:
        """Whether it is the password that the server knows, whatever else hinders a login."""
        iterations, salt, stored = re.split("[$:]", self._verifiers()[username])[1:4]
        made = ScramMechanism("SCRAM-SHA-256").make_auth_info(
            password, iteration_count=int(iterations), salt=base64.b64decode(salt)
        )
        return bool(made[1] == base64.b64decode(stored))

    def unchanged(self, before: tuple[object, ...]) -> list[str]:
        """What a rotation that was refused has changed nevertheless."""
        return [] if self.snapshot() == before else ["something was changed"]

    def snapshot(self) -> tuple[object, ...]:
        """All that a refused rotation must not change.

        The user that is not current may have its new password already, and not be let in with it.
        """
        labels = self.world.secrets.secrets[self.world.arn].labels
        verifiers = self._verifiers()
        kept = [verifiers[name] for name in (self.world.document()["username"], self.world.admin)]
        return labels["AWSCURRENT"], labels["AWSPREVIOUS"], kept, self._state()

    def give_up(self) -> None:
        """What a person does with a rotation that can't succeed."""
        secret = self.world.secrets.secrets[self.world.arn]
        secret.labels.pop("AWSPENDING", None)

    def _verifiers(self) -> dict[str, str]:
        rows = self.session.execute(
            "SELECT rolname, rolpassword FROM pg_authid WHERE rolname = ANY (%s)", [self.names]
        ).fetchall()
        return {str(name): str(verifier) for name, verifier in rows}

    def _state(self) -> list[TupleRow]:
        return self.session.execute(_STATE, {"names": self.names}).fetchall()


def on_the_bench(bench: Bench, strategy: str, *, columns: int | None = None) -> Tally:
    """Tries every setting in every place, on the server of the bench.

    Args:
        bench: Where.
        strategy: By which the rotations are done.
        columns: How many values of each setting at most.
    """
    with bench.server.connect() as session:
        [[version]] = session.execute("SHOW server_version").fetchall()
    tally = Tally(f"hostile settings, PostgreSQL {version.split()[0]}", strategy)
    with _place(bench, strategy) as place:
        for cases in _together(place, columns):
            _try(place, cases, tally)
        bench.passwords |= place.passwords()
    return tally


def on_another_version(bench: Bench, strategy: str, version: str) -> Tally:
    """The same on a server of another version, which is brought and started for it.

    Args:
        bench: Who wants to know.
        strategy: By which the rotations are done.
        version: One of `postgres_versions.VERSIONS`.
    """
    try:
        programs = binaries(version)
    except UnavailableError as error:
        return Tally(f"hostile settings, PostgreSQL {version}", strategy, skipped=str(error))
    with (
        PostgresServer(binaries=programs) as server,
        open_bench(server) as other,
    ):
        tally = on_the_bench(other, strategy)
    bench.passwords |= other.passwords
    return tally


def _together(place: _Place, columns: int | None) -> Iterator[list[Hostile]]:
    """What is set at the same time: a value of each setting that does not end a rotation."""
    hostile = values(place.session, tuple(place.names))
    for scope in place.scopes.by_name():
        rows: dict[bool, list[list[Hostile]]] = {True: [], False: []}
        for name, found in hostile.items():
            rows[name in _ALONE].append([Hostile(scope, name, value) for value in found[:columns]])
        for column in zip_longest(*rows[False]):
            yield [case for case in column if case]
        yield from ([case] for row in rows[True] for case in row)


_ALONE = {"session_preload_libraries"}
"""No login gets past a library that is not there."""


@contextmanager
def _place(bench: Bench, strategy: str) -> Iterator[_Place]:
    world = PostgresWorld(bench.server, dbname=f"hostile_{uuid.uuid4().hex[:8]}")
    world.create_first_user()
    for _ in range(3):
        world.rotate(world.alternating)
    with bench.server.connect(dbname=world.dbname) as session:
        place = _Place(world, session, strategy, bench.output)
        try:
            yield place
        finally:
            place.reset()


def _try(place: _Place, cases: list[Hostile], tally: Tally) -> None:
    """Tries settings together, and by halves where not all is well."""
    try:
        taken = place.settle(cases)
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
            return [_verdict(cases[0], error, found)]
    return [Verdict(str(case), remarks=["as on a plain database"]) for case in cases]


def _verdict(case: Hostile, error: RotationError | None, found: list[str]) -> Verdict:
    naming = rf"(parameter \"|setting |Correct ){re.escape(case.name)}\b"
    named = error is not None and re.search(naming, str(error)) is not None
    unexplained = [str(error)] if error and not named else []
    return Verdict(
        str(case),
        remarks=["our own error that names it"] * named,
        findings=[*found, *unexplained],
    )
