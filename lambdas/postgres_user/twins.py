"""Two users who can do the same.

The base is the model: its grants, its settings and its attributes count. The clone is a member of
it and acts as it (`ALTER ROLE clone SET role = base`). Grants are best given to the base; what is
granted to the clone alone does not show in a session that acts as the base.

VALID UNTIL is not copied: it is about a password, and the passwords of the two differ.
"""

from collections.abc import Iterator, Mapping, Sequence

from database.names import Pair
from database.target import Difference, Standing, Twins
from postgres_user import mark, ownership, settings
from postgres_user.role import Role
from postgres_user.sql import Run, identifier
from rotation.secret_text import SecretText


class PostgresTwins(Twins):
    """The two as they are; they are read once."""

    def __init__(self, run: Run, pair: Pair, secret: str) -> None:
        """Reads them.

        Args:
            run: The admin's session, in a transaction.
            pair: The two.
            secret: ARN of the secret.
        """
        self._run = run
        self._pair = pair
        self._secret = secret
        self._roles = Role.read(run, pair)

    def standing(self, username: str) -> Standing:
        """Looks for the user and the mark on the clone, which names the base: it proves both."""
        if username not in self._roles:
            return Standing.ABSENT
        return Standing.PROVEN if self._comment() == self._mark() else Standing.UNPROVEN

    def marked_by(self) -> str | None:
        """Reads the mark on the clone."""
        return mark.secret_in(self._comment())

    def claim(self) -> str:
        """The statement that sets the mark."""
        return mark.statement(self._pair.clone, self._pair.base, self._secret)

    def shut_out(self, username: str) -> str | None:
        """Reads VALID UNTIL."""
        role = self._roles.get(username)
        if role is None or role.ended is None:
            return None
        return f"The validity of the user {username} ended ({role.ended})"

    def renewal(self, username: str) -> str:
        """The statement that lifts VALID UNTIL."""
        return f"ALTER ROLE {identifier(username)} VALID UNTIL 'infinity'"

    def make_equal(self, username: str, password: SecretText) -> Sequence[Difference]:
        """Creates the clone if there is none, and makes it equal, whichever of the two rests."""
        del username, password
        run, pair = self._run, self._pair
        if pair.clone not in self._roles:
            name = identifier(pair.clone)
            run(f"CREATE ROLE {name} LOGIN", doing=f"create the user {pair.clone}")
            self._roles = Role.read(run, pair)
        base, clone = self._roles[pair.base], self._roles[pair.clone]
        if not clone.may_act_as_base:
            _join(run, pair)
        if changes := [*_changes(base, clone, self._claims())]:
            run("; ".join(changes), doing=f"make {pair.clone} equal to {pair.base}")
        want = settings.wanted(base.settings, base.acts_as)
        return settings.copy(run, clone.name, clone.settings, want)

    def hand_over(self) -> bool:
        """Hands over what the clone owns; see `postgres_user.ownership`."""
        clone = self._roles.get(self._pair.clone)
        return clone is None or ownership.hand_over(self._run, self._pair, clone)

    def _comment(self) -> str | None:
        clone = self._roles.get(self._pair.clone)
        return clone.comment if clone else None

    def _mark(self) -> str:
        return mark.text(self._pair.base, self._secret)

    def _claims(self) -> list[str]:
        return [] if self._comment() == self._mark() else [self.claim()]


def _join(run: Run, pair: Pair) -> None:
    """Makes the clone a member of the base with all that it takes to act as it.

    A plain GRANT on PostgreSQL 16 and newer takes over INHERIT from the member and leaves SET on,
    but only for a new membership: one that exists keeps what it was given.
    https://www.postgresql.org/docs/current/sql-grant.html
    """
    [[modern]] = run(
        "SELECT current_setting('server_version_num')::int >= 160000", doing="tell its version"
    )
    options = " WITH INHERIT TRUE, SET TRUE" if modern else ""
    run(
        f"GRANT {identifier(pair.base)} TO {identifier(pair.clone)}{options}",
        doing=f"make {pair.clone} a member of {pair.base}",
    )


def _changes(base: Role, clone: Role, claims: list[str]) -> Iterator[str]:
    yield from claims
    # Without INHERIT the clone would lack the base's right to CONNECT before it acts as the base.
    options = [
        *_attributes({**base.attributes, "inherit": True}, clone.attributes),
        *_connection_limit(base.connection_limit, clone.connection_limit),
    ]
    if options:
        yield f"ALTER ROLE {identifier(clone.name)} {' '.join(options)}"


def _attributes(want: Mapping[str, bool], have: Mapping[str, bool]) -> Iterator[str]:
    for attribute in want:
        if want[attribute] != have[attribute]:
            keyword = "SUPERUSER" if attribute == "super" else attribute.upper()
            yield keyword if want[attribute] else f"NO{keyword}"


def _connection_limit(want: int, have: int) -> Iterator[str]:
    # Zero locks a user out. That is no property to copy to the one who may be AWSCURRENT.
    if want not in {have, 0}:
        yield f"CONNECTION LIMIT {want}"
