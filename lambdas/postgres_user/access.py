"""What one login may do with what another one owns.

All of it is done as the owner (SET ROLE), who may grant the same by itself: so whatever the owner
names or renames meanwhile, nothing is given away that is not its own.

Default privileges belong to the role that creates: the base, or the role as which its sessions act;
a clone acts as the base. What a clone of AWS's functions owns is granted as the clone, and a change
of owner keeps that.
https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from database.access import Access, AccessChange
from database.target import Difference
from postgres_user.role import Role, actors
from postgres_user.sql import Run, identifier, literal
from rotation.errors import GoneError, NotOursError

LARGEST_STEP = 500
"""Most tables in one transaction, so that it ends in time and takes few locks."""

_TABLES = "('r', 'p', 'v', 'm', 'f')"
"""Tables, partitioned ones, views, materialized views, foreign tables."""

_SCHEMAS, _RELATIONS, _SEQUENCES = "SCHEMAS", "TABLES", "SEQUENCES"

_PRIVILEGES: Mapping[Access, Mapping[str, frozenset[str]]] = {
    Access.NONE: {},
    Access.READ: {
        _SCHEMAS: frozenset({"USAGE"}),
        _RELATIONS: frozenset({"SELECT"}),
        _SEQUENCES: frozenset({"SELECT"}),
    },
    Access.WRITE: {
        _SCHEMAS: frozenset({"USAGE"}),
        _RELATIONS: frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"}),
        _SEQUENCES: frozenset({"SELECT", "USAGE"}),
    },
}
"""https://www.postgresql.org/docs/current/ddl-priv.html; a column's default needs USAGE of its
sequence, and no foreign key or trigger of a reader's own is let near a table."""

_GRANTED = """LATERAL (
    SELECT coalesce(array_agg(privilege_type), ARRAY[]::text[]) AS has
    FROM aclexplode({acl}) WHERE grantee = {{grantee}} AND grantor = {{owner}}
) AS granted"""

_OF_SCHEMAS = f"""
SELECT oid, NULL, nspname, '{_SCHEMAS}' FROM (
    SELECT *, '{_SCHEMAS}' AS kind FROM pg_namespace WHERE nspowner = {{owner}}
) AS found, {_GRANTED.format(acl="nspacl")}
WHERE {{condition}}"""  # noqa: S608  # constants

_OF_RELATIONS = f"""
SELECT found.oid, nspname, relname, kind FROM (
    SELECT *, CASE relkind WHEN 'S' THEN '{_SEQUENCES}' ELSE '{_RELATIONS}' END AS kind
    FROM pg_class WHERE relowner = {{owner}} AND (relkind IN {_TABLES} OR relkind = 'S')
        AND relpersistence <> 't'
) AS found JOIN pg_namespace ON pg_namespace.oid = relnamespace, {_GRANTED.format(acl="relacl")}
WHERE found.oid > {{after}} AND ({{condition}})
ORDER BY found.oid LIMIT {LARGEST_STEP}"""  # noqa: S608  # constants

_OUT_OF_REACH = f"""
SELECT DISTINCT nspname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relowner = {{owner}} AND (relkind IN {_TABLES} OR relkind = 'S') AND relpersistence <> 't'
    AND NOT has_schema_privilege({{grantee}}, relnamespace, 'USAGE')
ORDER BY nspname"""  # noqa: S608  # constants


def owners(run: Run, change: AccessChange) -> Sequence[str]:
    """The roles to which belongs what a login creates or has created in this database.

    Args:
        run: The admin's session.
        change: Names the login.

    Returns:
        Nothing if the login does not exist and nothing shall be granted.

    Raises:
        GoneError: It does not exist.
        NotOursError: It is no login of an application.
    """
    pair = change.owner
    roles = Role.read(run, pair)
    if pair.base not in roles:
        if change.now is Access.NONE:
            return []
        raise GoneError(
            f"The user {pair.base}, whose tables shall be read or written, does not exist",
            remedy="Correct reads and writes of the login, or deploy the other login first",
        )
    [[here, may_log_in, itself]] = run(
        f"SELECT current_database(), rolcanlogin, rolname = session_user"  # noqa: S608  # composed
        f" FROM pg_roles WHERE rolname = {literal(pair.base)}",
        doing=f"look at {pair.base}",
    )
    if itself or not may_log_in or roles[pair.base].attributes["super"]:
        raise NotOursError(
            f"The user {pair.base}, whose tables shall be read or written, is no login of an"
            " application",
            remedy="Correct reads and writes of the login: they take other logins' names",
        )
    found = {pair.base, *(role.acts_in(here) for role in roles.values())}
    if pair.clone in roles and here in roles[pair.clone].owns_in:
        found.add(pair.clone)
    return sorted(found)


def change_defaults(run: Run, owner: str, username: str, change: AccessChange) -> None:
    """Changes what applies to the owner's schemas and to all that it creates from now on.

    It has to be committed before tables are looked for: none is created in between then.

    Args:
        run: The admin's session, in a transaction.
        owner: One of `owners`.
        username: Who gets the access.
        change: To what.
    """
    role = identifier(username)
    statements = [
        *(
            f"ALTER DEFAULT PRIVILEGES REVOKE {names} ON {kind} FROM {role}"
            for kind, names in _too_much(change)
        ),
        *(
            f"ALTER DEFAULT PRIVILEGES GRANT {names} ON {kind} TO {role}"
            for kind, names in _wanted(change)
        ),
    ]
    wanted, too_much = dict(_wanted(change)), dict(_too_much(change))
    query = _OF_SCHEMAS.format(
        owner=_oid(owner), grantee=_oid(username), condition=_condition(wanted, too_much)
    )
    rows = run(query, doing=f"look for the schemas of {owner}")
    statements.extend(_grants(rows, role, wanted, too_much))
    with _acting_as(run, owner):
        run("; ".join(statements), doing=f"let {username} use what {owner} will create")


def change_existing(
    run: Run, owner: str, username: str, change: AccessChange, *, after: int
) -> int | None:
    """Changes what applies to tables that the owner has, as many as fit into a transaction.

    Args:
        run: The admin's session, in a transaction.
        owner: One of `owners`.
        username: Who gets the access.
        change: To what.
        after: Oid of the last table that is done.

    Returns:
        Oid of the last one that is done now, or None if that was all.
    """
    wanted, too_much = dict(_wanted(change)), dict(_too_much(change))
    query = _OF_RELATIONS.format(
        owner=_oid(owner),
        grantee=_oid(username),
        after=after,
        condition=_condition(wanted, too_much),
    )
    rows = run(query, doing=f"look for what {owner} owns")
    if rows:
        statements = _grants(rows, identifier(username), wanted, too_much)
        with _acting_as(run, owner):
            run("; ".join(statements), doing=f"let {username} use what {owner} owns")
    return rows[-1][0] if len(rows) == LARGEST_STEP else None


def out_of_reach(run: Run, owner: str, username: str) -> Iterator[Difference]:
    """Schemas that are not the owner's, so that it can't let others into them.

    Args:
        run: The admin's session.
        owner: One of `owners`.
        username: Who has the access.
    """
    query = _OUT_OF_REACH.format(owner=_oid(owner), grantee=literal(username))
    for [schema] in run(query, doing=f"look for the schemas of {owner}"):
        grant = f"GRANT USAGE ON SCHEMA {identifier(schema)} TO {identifier(username)}"
        yield Difference(
            f"The user {username} may use what {owner} owns in the schema {schema}, which is not"
            f" the schema's owner and can't let anyone in",
            remedy=f"Let the schema's owner run: {grant}",
        )


def without_effect(run: Run, username: str) -> Iterator[Difference]:
    """What keeps a session of the user from using what the user was given.

    Args:
        run: The admin's session.
        username: Who has the access.
    """
    _, actor = actors(run, username)
    if actor != username:
        yield Difference(
            f"Sessions of {username} act as {actor}, so that what {username} may read or write"
            " does not count in them",
            remedy=f"Take the setting role off {username}, or let the owner of the tables grant"
            f" the same to {actor}",
        )


@contextmanager
def _acting_as(run: Run, owner: str) -> Iterator[None]:
    """Within it the session has the owner's rights and no others.

    CREATEROLE lets an admin grant itself the role, which nobody sees: it is over by the commit. A
    membership that it has without the right to SET ROLE stays as it was.
    """
    role = identifier(owner)
    [[modern, may, member]] = run(
        f"SELECT modern, pg_has_role(session_user, {_oid(owner)},"  # noqa: S608  # composed
        " CASE WHEN modern THEN 'SET' ELSE 'MEMBER' END),"
        f" EXISTS (SELECT FROM pg_auth_members WHERE roleid = {_oid(owner)}"
        " AND member = session_user::regrole AND grantor = session_user::regrole)"
        " FROM (SELECT current_setting('server_version_num')::int >= 160000 AS modern) AS version",
        doing="look for its own rights",
    )
    if not may:
        option = " WITH SET TRUE" if modern else ""
        run(f"GRANT {role} TO CURRENT_USER{option}", doing=f"act as {owner}")
    run(f"SET LOCAL ROLE {role}", doing=f"act as {owner}")
    yield
    revoke = f"; REVOKE {'SET OPTION FOR ' if member else ''}{role} FROM CURRENT_USER"
    run(f"SET LOCAL ROLE NONE{'' if may else revoke}", doing=f"give up the rights of {owner}")


def _grants(
    rows: Sequence[Sequence[str]],
    role: str,
    wanted: Mapping[str, str],
    too_much: Mapping[str, str],
) -> Iterator[str]:
    """One statement for all objects of a kind; what is there already does not change."""
    for kind in (_SCHEMAS, _RELATIONS, _SEQUENCES):
        names = ", ".join(
            (f"{identifier(schema)}." if schema else "") + identifier(name)
            for _, schema, name, found, *_ in rows
            if found == kind
        )
        if not names:
            continue
        where = f"{kind.removesuffix('S')} {names}"
        if kind in too_much:
            yield f"REVOKE {too_much[kind]} ON {where} FROM {role}"
        if kind in wanted:
            yield f"GRANT {wanted[kind]} ON {where} TO {role}"


def _wanted(change: AccessChange) -> Iterator[tuple[str, str]]:
    for kind, privileges in _PRIVILEGES[change.now].items():
        yield kind, ", ".join(sorted(privileges))


def _too_much(change: AccessChange) -> Iterator[tuple[str, str]]:
    for kind, privileges in _PRIVILEGES[change.before].items():
        if rest := privileges - _PRIVILEGES[change.now].get(kind, frozenset()):
            yield kind, ", ".join(sorted(rest))


def _condition(wanted: Mapping[str, str], too_much: Mapping[str, str]) -> str:
    """Whether something lacks a privilege, or has one too many."""
    terms = [
        *(f"kind = '{kind}' AND NOT has @> {_array(names)}" for kind, names in wanted.items()),
        *(f"kind = '{kind}' AND has && {_array(names)}" for kind, names in too_much.items()),
    ]
    return " OR ".join(terms) or "false"


def _array(names: str) -> str:
    return f"string_to_array({literal(names)}, ', ')"


def _oid(username: str) -> str:
    return f"(SELECT oid FROM pg_roles WHERE rolname = {literal(username)})"  # noqa: S608  # composed
