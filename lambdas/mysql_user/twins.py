"""Two users who can do the same.

The base is the model: what it is granted, and its properties (TLS, limits, expiry, default roles)
count. A user who rests is changed only: where that is the base, the clone is the one that
applications use, and it gets what it lacks and loses nothing before it rests.

What one of the two creates, the other one can use, because rights are on schemas and not on what
somebody made. The one exception are routines: who creates one is granted it
(`automatic_sp_privileges`), and here its twin is granted it too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from database.names import Pair
from database.target import Difference, Standing, Twins
from mysql_user import grants
from mysql_user.failures import GONE, NoSuchObjectError
from mysql_user.grants import Change, Grant, Kind
from mysql_user.mark import is_mark
from mysql_user.product import Product
from mysql_user.sql import Run, account, text
from mysql_user.user import User, written
from rotation.errors import UnequalTwinsError, UnsuitableError
from rotation.secret_text import SecretText

_DEFINED = ("VIEWS", "ROUTINES", "TRIGGERS", "EVENTS")
"""What runs with the rights of a user that it names, in information_schema."""

_SYSTEM_USER = "SYSTEM_USER"


class MySQLTwins(Twins):
    """The two as they are."""

    def __init__(self, run: Run, product: Product, pair: Pair, secret: str) -> None:
        """Reads them.

        Args:
            run: The admin's session.
            product: The database product.
            pair: The two.
            secret: ARN of the secret.
        """
        self._run = run
        self._product = product
        self._pair = pair
        self._secret = secret
        self._mark = product.mark(pair.base, secret)
        self._users = {name: User.read(run, name) for name in (pair.base, pair.clone)}
        self._marked_by = self._read_mark()

    def standing(self, username: str) -> Standing:
        """Looks for the user and the mark on the clone, which names the base: it proves both."""
        if self._users.get(username) is None:
            return Standing.ABSENT
        return Standing.PROVEN if self._marked_by == self._secret else Standing.UNPROVEN

    def marked_by(self) -> str | None:
        """Reads the mark on the clone."""
        return self._marked_by

    def claim(self) -> str:
        """The statements that set the mark."""
        clone = self._users[self._pair.clone]
        return "; ".join(self._mark.statements(clone)) if clone else ""

    def shut_out(self, username: str) -> str | None:
        """Whether the account is locked; a new password ends an expiry."""
        user = self._users.get(username)
        return f"The account of the user {username} is locked" if user and user.locked else None

    def renewal(self, username: str) -> str:
        """The statement that unlocks the account."""
        user = self._users[username]
        return f"ALTER USER {user.account if user else username} ACCOUNT UNLOCK"

    def make_equal(self, username: str, password: SecretText) -> Sequence[Difference]:
        """Creates the clone if there is none, and changes what differs."""
        pair = self._pair
        base = self._user(pair.base)
        wanted = self._granted(base)
        self._must_be_alterable(base, wanted)
        if self._users[pair.clone] is None:
            self._create(base, password)
        clone = self._user(pair.clone)
        if self._marked_by != self._secret:
            for statement in self._mark.statements(clone):
                self._run(statement, doing=f"mark {pair.clone}")
        if username == pair.base:
            return self._make_ready(base, clone, wanted)
        return self._make_like(base, clone, wanted, password)

    def hand_over(self) -> bool:
        """Nothing: nobody owns anything here."""
        return True

    def _user(self, username: str) -> User:
        found = self._users[username]
        if found is None:
            raise UnequalTwinsError(
                f"The user {username} was dropped in the middle of it",
                remedy=GONE,
                retry_helps=True,
            )
        return found

    def _read_mark(self) -> str | None:
        clone = self._users[self._pair.clone]
        if clone is None:
            return None
        return self._mark.found(self._run, clone, self._shown(clone))

    def _shown(self, user: User) -> frozenset[Grant]:
        rows = self._run(f"SHOW GRANTS FOR {user.account}", doing=f"show what {user.name} may do")
        return grants.read(str(row[0]) for row in rows)

    def _granted(self, user: User) -> frozenset[Grant]:
        return frozenset(grant for grant in self._shown(user) if not is_mark(grant))

    def _must_be_alterable(self, base: User, granted: frozenset[Grant]) -> None:
        """What makes a user one of the system's own would, on the clone, shut us out of it."""
        if not any(grant.what == _SYSTEM_USER for grant in granted):
            return
        if not any(right.what == _SYSTEM_USER for right in self._product.rights(self._run)):
            raise UnsuitableError(
                f"The user {base.name} has {_SYSTEM_USER}, and an admin without it may not change"
                " such a user",
                remedy=f"Take it away: REVOKE {_SYSTEM_USER} ON *.* FROM {base.account}",
            )

    def _create(self, base: User, password: SecretText) -> None:
        """With the pending password: if we end here, the secret proves whose the user is."""
        plugin = base.plugin(self._product.plugins)
        name = self._pair.clone
        parts = (
            f"CREATE USER {account(name, base.host)}",
            self._product.identified(plugin, password),
            written(base.properties),
            self._mark.at_birth(),
        )
        self._run(" ".join(filter(None, parts)), doing=f"create the user {name}")
        self._users[name] = User.of(self._run, name, base.host)
        self._marked_by = self._read_mark()

    def _make_ready(self, base: User, clone: User, wanted: frozenset[Grant]) -> list[Difference]:
        """The base is about to be used: what the clone has of its own will be missed."""
        has = self._granted(clone)
        made = self._of_routines_made_by(clone, has - wanted)
        self._change(base, grants.given(made))
        # What takes something away counts the other way round: the clone is in use.
        less = {grant for grant in wanted - has if _restricts(grant, has)}
        more = {grant for grant in has - wanted if grant.kind is Kind.RESTRICTION}
        gone = self._change(clone, grants.given(grants.missing(wanted, has) - less))
        self._change(clone, grants.taken(more))
        extra = (grants.missing(has, wanted) - made - more) | less
        return [
            *(_of_one_alone(base, clone, each) for each in sorted(extra)),
            *(_of_nothing(base, each) for each in sorted(gone)),
        ]

    def _make_like(
        self, base: User, clone: User, wanted: frozenset[Grant], password: SecretText
    ) -> list[Difference]:
        """The clone rests: it becomes what the base is."""
        if clone.host != base.host:
            clone = self._moved(clone, base.host)
        plugin = base.plugin(self._product.plugins)
        if {method.plugin for method in clone.methods} != {plugin}:
            identified = self._product.identified(plugin, password)
            self._do(clone.name, f"ALTER USER {clone.account} {identified}")
        if changes := base.changes_to(clone):
            self._do(clone.name, f"ALTER USER {clone.account} {changes}")
        has = self._granted(clone)
        made = self._of_routines_made_by(clone, has - wanted)
        self._change(base, grants.given(made))
        wanted |= made
        steps = [*grants.changes(has, wanted)]
        gone = self._change(clone, steps)
        if any(each.grant.kind is Kind.ROLE for each in steps):  # a default role may have gone too
            clone = User.of(self._run, clone.name, clone.host)
        roles = self._product.default_roles(self._run, base)
        if self._product.default_roles(self._run, clone) != roles:
            self._do(clone.name, self._product.setting_default_roles(clone, roles))
        if has != wanted and self._granted(clone) != wanted - gone:
            raise UnequalTwinsError(
                f"The grants of {clone.name} could not be made those of {base.name}",
                remedy=f"Compare SHOW GRANTS FOR {base.account} and FOR {clone.account}",
            )
        return [_of_nothing(base, each) for each in sorted(gone)]

    def _moved(self, clone: User, host: str) -> User:
        """The clone with another host; what it has created names it with the one that it had."""
        definer = text(f"{clone.name}@{clone.host}")
        views = " UNION ALL ".join(f"SELECT DEFINER FROM information_schema.{t}" for t in _DEFINED)  # noqa: S608  # constants
        [[made]] = self._run(
            f"SELECT COUNT(*) FROM ({views}) AS made WHERE DEFINER = {definer}",  # noqa: S608  # composed
            doing=f"look for what {clone.name} has created",
        )
        if made:
            raise UnequalTwinsError(
                f"The user {clone.name} is let in from {clone.host} and its twin from {host}, and"
                f" {made} views, routines, triggers or events would lose their DEFINER if that"
                " changed",
                remedy="Create these anew as the first user, and rotate again",
            )
        self._do(clone.name, f"RENAME USER {clone.account} TO {account(clone.name, host)}")
        return User.of(self._run, clone.name, host)

    def _of_routines_made_by(self, user: User, some: frozenset[Grant]) -> frozenset[Grant]:
        """Those that the user was granted because it created the routine."""
        if not any(grant.of_routine for grant in some):
            return frozenset()
        rows = self._run(
            "SELECT ROUTINE_TYPE, ROUTINE_SCHEMA, ROUTINE_NAME FROM information_schema.ROUTINES"  # noqa: S608  # composed
            f" WHERE DEFINER = {text(f'{user.name}@{user.host}')}",
            doing=f"look for what {user.name} has created",
        )
        made = {grants.routine(*map(str, row)) for row in rows}
        return frozenset(grant for grant in some if grant.on in made)

    def _change(self, user: User, changes: Iterable[Change]) -> set[Grant]:
        """Gives and takes away.

        Returns:
            What is on something that does not exist, and can't be given: dropping a table leaves
            the grants on it to those who have them.
        """
        gone = set()
        for change in changes:
            way = "give" if change.given else "take from"
            doing = f"{way} {user.name} what makes it equal to its twin"
            try:
                self._run(change.statement(user.account), doing=doing)
            except NoSuchObjectError:
                gone.add(change.grant)
        return gone

    def _do(self, username: str, statement: str) -> None:
        self._run(statement, doing=f"make {username} equal to its twin")


def _restricts(grant: Grant, has: frozenset[Grant]) -> bool:
    """Whether a grant takes away what a user has on everything."""
    everywhere = replace(grant, kind=Kind.PRIVILEGE, on=grants.EVERYWHERE)
    return grant.kind is Kind.RESTRICTION and everywhere in has


def _of_one_alone(base: User, clone: User, grant: Grant) -> Difference:
    given = grant.kind is not Kind.RESTRICTION
    give = Change(grant, given=given).statement(base.account)
    return Difference(
        f"The user {clone.name} may do what {base.name}, the first of the two, may not"
        f" ({_named(grant)}), so that the next rotation takes it away",
        remedy=f"Grant it to the first, if the application needs it: {give}",
    )


def _of_nothing(base: User, grant: Grant) -> Difference:
    take = Change(grant, given=False).statement(base.account)
    return Difference(
        f"The user {base.name} may do something ({_named(grant)}) with what does not exist any"
        " more, and its twin can't be granted that",
        remedy=f"Take it from the first: {take}",
    )


def _named(grant: Grant) -> str:
    return f"{grant.what} on {grant.on}" if grant.on else grant.what
