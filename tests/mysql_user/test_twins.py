"""Whichever of the two users is current, it may do the same."""

import io
import re

import pymysql
import pytest

from fakes.mysql import MySQLWorld, execute
from mysql_user.verifiers import ED25519, verifier
from rotation.errors import CredentialRefusedError, RefusedChangeError, UnsuitableError
from rotation.secret_text import SecretText
from tests.warned import warned


def rights(world: MySQLWorld, username: str) -> set[str]:
    """What a user may do and what it is, without what tells the two apart."""
    shown = [line for [line] in world.run("SHOW GRANTS FOR {}@'%'", username)]
    shown += [line for [line, *_] in world.run("SHOW CREATE USER {}@'%'", username)]
    found = set()
    for line in shown:
        if "rotated by" in line:
            continue
        text = line.replace(f"`{username}`@", "`user`@")
        for start in (" IDENTIFIED ", " ATTRIBUTE "):
            head, marker, tail = text.partition(start)
            if not marker:
                continue
            ends = [tail.find(end) for end in (" REQUIRE", " DEFAULT ROLE", " WITH", " PASSWORD E")]
            rest = [tail[end:] for end in ends if end >= 0]
            text = head + (max(rest, key=len) if rest and start == " IDENTIFIED " else "")
        # The server lists columns in the order in which they were granted.
        found.add(" ".join(sorted(re.split(r"[ ,()]+", text))))
    return found


def are_equal(world: MySQLWorld) -> bool:
    return rights(world, world.user) == rights(world, world.clone)


def must_become_equal(world: MySQLWorld) -> None:
    """By the second rotation, in which the clone rests if it did not in the first."""
    for _ in range(2):
        world.rotate(world.alternating)
    assert are_equal(world)


def until_the_clone_is_next(world: MySQLWorld) -> None:
    while world.document()["username"] != world.user:
        world.rotate(world.alternating)


GRANTS = {
    "a schema whose name reads like SQL": "GRANT SELECT ON `a TO b`.* TO {}@'%'",
    "a schema with wildcards": r"GRANT SELECT ON `w\_%`.* TO {}@'%'",
    "a schema with quotes": "GRANT SELECT ON `it's a ``b`` \"c\" \\\\ d`.* TO {}@'%'",
    "to grant on": "GRANT INSERT ON `of`.* TO {}@'%' WITH GRANT OPTION",
    "a table": "GRANT SELECT, DELETE ON things.t TO {}@'%'",
    "columns": "GRANT SELECT (i, `a, b)`), UPDATE (i) ON things.t TO {}@'%'",
    "a procedure": "GRANT EXECUTE ON PROCEDURE things.p TO {}@'%'",
    "a function": "GRANT ALTER ROUTINE ON FUNCTION things.f TO {}@'%'",
    "everything": "GRANT PROCESS, SHOW DATABASES ON *.* TO {}@'%'",
    "a role": "GRANT twins_role TO {}@'%'",
    "a role to grant on": "GRANT twins_role TO {}@'%' WITH ADMIN OPTION",
}


@pytest.mark.parametrize("what", GRANTS)
def test_a_grant_to_the_first_is_the_others_too_and_goes_with_it(
    things: MySQLWorld, what: str
) -> None:
    until_the_clone_is_next(things)
    before = rights(things, things.clone)
    grant = GRANTS[what]
    things.run(grant, things.user)
    things.rotate(things.alternating)
    assert are_equal(things)
    assert rights(things, things.clone) != before
    revoke = grant.replace("GRANT ", "REVOKE ", 1).replace(" TO {}", " FROM {}")
    revoke = revoke.replace(" WITH GRANT OPTION", "").replace(" WITH ADMIN OPTION", "")
    if what == "to grant on":
        revoke = revoke.replace("INSERT", "INSERT, GRANT OPTION")
    things.run(revoke, things.user)
    things.rotate(things.alternating)
    assert things.accepts(things.document())
    things.rotate(things.alternating)
    assert are_equal(things)
    assert rights(things, things.clone) == before


@pytest.mark.parametrize("way", ["ignored", "granted", "taken away"])
def test_what_the_current_user_alone_was_granted_is_kept_while_it_is_current_and_told(
    things: MySQLWorld, function_log: io.StringIO, way: str
) -> None:
    assert things.document()["username"] == things.clone
    before = rights(things, things.clone)
    things.run("GRANT SELECT ON things.t TO {}@'%'", things.clone)
    granted = rights(things, things.clone)
    things.rotate(things.alternating)
    assert not are_equal(things)
    [told] = warned(function_log)
    assert "may do what" in told["cause"]
    if way == "granted":
        with things.as_admin() as admin:
            execute(admin, told["remedy"].partition("needs it: ")[2])
        assert are_equal(things)
    elif way == "taken away":
        things.run("REVOKE SELECT ON things.t FROM {}@'%'", things.clone)
        assert are_equal(things)
    things.rotate(things.alternating)
    assert are_equal(things)
    assert rights(things, things.clone) == (granted if way == "granted" else before)
    assert things.accepts(things.document())


PROPERTIES = [
    "REQUIRE NONE",
    "REQUIRE SSL",
    "REQUIRE CIPHER 'a' AND SUBJECT '/CN=a WITH b' AND ISSUER 'REQUIRE ACCOUNT LOCK'",
    "WITH MAX_QUERIES_PER_HOUR 1000 MAX_USER_CONNECTIONS 50",
    "PASSWORD EXPIRE INTERVAL 90 DAY",
    "PASSWORD EXPIRE NEVER",
]


@pytest.mark.parametrize("properties", PROPERTIES)
def test_properties_of_the_first_are_the_others_too(
    alternating: MySQLWorld, properties: str
) -> None:
    until_the_clone_is_next(alternating)
    alternating.run(f"ALTER USER {{}}@'%' {properties}", alternating.user)
    if "CIPHER" in properties:  # nobody gets in like that: only the twin is looked at
        alternating.run("ALTER USER {}@'%' REQUIRE NONE", alternating.user)
        token = alternating.until(alternating.alternating, "setSecret")
        _while_proven(alternating, properties, token)
        return
    alternating.rotate(alternating.alternating)
    assert are_equal(alternating)
    for _ in range(2):
        alternating.rotate(alternating.alternating)
        assert alternating.accepts(alternating.document("AWSPREVIOUS"))


def _while_proven(world: MySQLWorld, properties: str, token: str) -> None:
    """Sets them between the proof of AWSCURRENT and the admin's look."""
    reads = iter(range(100))

    def change(call: str) -> None:
        if call == "get_secret_value" and next(reads) == 2:
            world.run(f"ALTER USER {{}}@'%' {properties}", world.user)

    world.secrets.before = change
    world.step(world.alternating, token, "setSecret")
    assert are_equal(world)


def test_further_properties_of_mysql_are_the_others_too(on_mysql: MySQLWorld) -> None:
    world = on_mysql
    world.create_first_user()
    world.run(
        "ALTER USER {}@'%' FAILED_LOGIN_ATTEMPTS 4 PASSWORD_LOCK_TIME 2 PASSWORD HISTORY 5"
        " PASSWORD REUSE INTERVAL 30 DAY PASSWORD REQUIRE CURRENT OPTIONAL COMMENT 'the app''s'",
        world.user,
    )
    world.rotate(world.alternating)
    assert are_equal(world)
    world.run(
        "ALTER USER {}@'%' FAILED_LOGIN_ATTEMPTS 0 PASSWORD_LOCK_TIME 0 PASSWORD HISTORY DEFAULT"
        " PASSWORD REUSE INTERVAL DEFAULT PASSWORD REQUIRE CURRENT DEFAULT",
        world.user,
    )
    must_become_equal(world)
    assert world.accepts(world.document())


def test_further_rights_of_mysql_are_the_others_too(on_mysql: MySQLWorld) -> None:
    """Dynamic privileges, each with or without the right to grant it on; partial revokes."""
    world = on_mysql
    world.create_first_user()
    world.run("GRANT ALL ON *.* TO {}@'%' WITH GRANT OPTION", world.admin)
    world.run("GRANT BACKUP_ADMIN, XA_RECOVER_ADMIN ON *.* TO {}@'%'", world.user)
    world.run("GRANT SHOW_ROUTINE ON *.* TO {}@'%' WITH GRANT OPTION", world.user)
    world.rotate(world.alternating)
    assert are_equal(world)
    world.run("REVOKE XA_RECOVER_ADMIN ON *.* FROM {}@'%'", world.user)
    must_become_equal(world)


def test_what_is_taken_away_from_one_of_mysql_is_from_the_other_too(partial: MySQLWorld) -> None:
    """Names of schemas are no patterns there, and a backslash is a part of them."""
    world = partial
    world.create_first_user()
    assert world.accepts(world.document())
    world.run("GRANT ALL ON *.* TO {}@'%' WITH GRANT OPTION", world.admin)
    world.run("GRANT SELECT, INSERT ON *.* TO {}@'%'", world.user)
    world.run("REVOKE INSERT ON mysql.* FROM {}@'%'", world.user)
    world.rotate(world.alternating)
    assert are_equal(world)
    world.run("GRANT INSERT ON mysql.* TO {}@'%'", world.user)
    must_become_equal(world)


def test_default_roles_of_the_first_are_the_others_too(things: MySQLWorld) -> None:
    until_the_clone_is_next(things)
    things.run("GRANT twins_role TO {}@'%'", things.user)
    of = "FOR" if things.mariadb else "TO"
    things.run(f"SET DEFAULT ROLE twins_role {of} {{}}@'%'", things.user)
    things.rotate(things.alternating)
    for label in ("AWSCURRENT", "AWSPREVIOUS"):
        with things.as_login(things.document(label)) as session:
            [[role]] = execute(session, "SELECT CURRENT_ROLE()")
            assert "twins_role" in role
            execute(session, "SELECT * FROM things.t")
    things.run(f"SET DEFAULT ROLE NONE {of} {{}}@'%'", things.user)
    things.rotate(things.alternating)
    things.rotate(things.alternating)
    with things.as_login(things.document()) as session:
        assert execute(session, "SELECT CURRENT_ROLE()") in ([(None,)], [("NONE",)])


def test_both_use_and_change_what_the_other_one_created(alternating: MySQLWorld) -> None:
    world = alternating
    world.run("SET GLOBAL log_bin_trust_function_creators = ON")
    for _ in range(3):
        with world.as_login(world.document()) as session:
            execute(session, "CREATE TABLE t (i int)")
            execute(session, "CREATE VIEW v AS SELECT * FROM t")
            execute(session, "CREATE PROCEDURE p() INSERT INTO t (i) VALUES (1)")
            execute(session, "CREATE FUNCTION f() RETURNS int READS SQL DATA RETURN 1")
            execute(session, "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET NEW.i = 2")
        world.rotate(world.alternating)
        for label in ("AWSCURRENT", "AWSPREVIOUS"):
            with world.as_login(world.document(label)) as session:
                execute(session, "CALL p()")
                assert execute(session, "SELECT f()") == [(1,)]
                assert set(execute(session, "SELECT i FROM v")) == {(2,)}
                execute(session, f"ALTER TABLE t ADD COLUMN {label} int")
                execute(session, "CREATE OR REPLACE VIEW v AS SELECT i FROM t")
                execute(session, "ALTER PROCEDURE p COMMENT 'x'")
        with world.as_login(world.document()) as session:
            for thing in ("PROCEDURE p", "FUNCTION f", "TRIGGER r", "VIEW v", "TABLE t"):
                execute(session, f"DROP {thing}")


@pytest.mark.parametrize("label", ["AWSCURRENT", "AWSPREVIOUS"])
def test_a_routine_in_a_schema_where_rights_are_narrow_is_both_ones(
    things: MySQLWorld, label: str
) -> None:
    """Who creates one is granted it alone, where no right on the schema covers that."""
    until_the_clone_is_next(things)
    things.run("GRANT CREATE ROUTINE ON things.* TO {}@'%'", things.user)
    things.rotate(things.alternating)
    name = f"own_{things.number}"
    if label == "AWSPREVIOUS":
        things.rotate(things.alternating)
    with things.as_login(things.document(label)) as clone:
        execute(clone, f"CREATE PROCEDURE things.{name}() SELECT 1")
    for _ in range(2):
        things.rotate(things.alternating)
        for which in ("AWSCURRENT", "AWSPREVIOUS"):
            with things.as_login(things.document(which)) as session:
                assert execute(session, f"CALL things.{name}()") == [(1,)]
    assert are_equal(things)


def test_what_the_admin_may_not_grant_is_told_before_the_password_changes(
    alternating: MySQLWorld,
) -> None:
    world = alternating
    until_the_clone_is_next(world)
    world.run("GRANT SUPER ON *.* TO {}@'%'", world.user)
    current, previous = world.document(), world.document("AWSPREVIOUS")
    token = world.until(world.alternating, "setSecret")
    with pytest.raises(RefusedChangeError, match=f"give {world.clone} what makes it equal"):
        world.step(world.alternating, token, "setSecret")
    assert world.accepts(current)
    assert world.accepts(previous)


def test_a_twin_made_by_hand_with_other_rights_becomes_equal(ready: MySQLWorld) -> None:
    """AWS's function copies grants by splitting text, and loses what its pattern does not know."""
    ready.run("GRANT PROCESS ON *.* TO {}@'%'", ready.user)
    ready.run("CREATE USER {}@'%' IDENTIFIED BY 'its-Own-1'", ready.clone)
    ready.run("GRANT RELOAD ON *.* TO {}@'%'", ready.clone)
    previous = ready.application(username=ready.clone, password="its-Own-1")
    ready.secrets.put(ready.arn, "AWSPREVIOUS", previous | {"dbname": ready.dbname})
    with pytest.raises(pymysql.MySQLError, match="to database"):
        ready.as_login(ready.document("AWSPREVIOUS"))
    ready.rotate(ready.alternating)
    assert are_equal(ready)
    assert ready.accepts(ready.document())


@pytest.mark.parametrize("whose", ["user", "clone"])
def test_a_user_that_is_locked_is_told_and_let_in_by_the_remedy(
    alternating: MySQLWorld, whose: str
) -> None:
    world = alternating
    name = getattr(world, whose)
    world.run("ALTER USER {}@'%' ACCOUNT LOCK", name)
    token = world.until(world.alternating, "setSecret")
    with pytest.raises(CredentialRefusedError, match=f"account of the user {name} is locked") as e:
        world.step(world.alternating, token, "setSecret")
    with world.as_admin() as admin:
        execute(admin, e.value.remedy.partition("as an admin: ")[2])
    world.step(world.alternating, token, "setSecret")
    world.step(world.alternating, token, "finishSecret")
    assert world.accepts(world.document())


def test_a_password_that_expired_is_renewed_by_the_next_one(alternating: MySQLWorld) -> None:
    world = alternating
    resting = world.document("AWSPREVIOUS")["username"]
    world.run("ALTER USER {}@'%' PASSWORD EXPIRE", resting)
    world.rotate(world.alternating)
    assert world.document()["username"] == resting
    assert world.accepts(world.document())


def test_another_way_to_prove_itself_of_the_first_is_the_others_too(ready: MySQLWorld) -> None:
    """As after an upgrade to a server without the old way."""
    if ready.mariadb:
        from tests.mysql_user.test_verifiers import install_ed25519  # noqa: PLC0415

        install_ed25519(ready)
        ready.rotate(ready.alternating)
        until_the_clone_is_next(ready)
        hashed = verifier(ED25519, SecretText("x")).decode()
        ready.run(f"ALTER USER {{}}@'%' IDENTIFIED VIA ed25519 USING '{hashed}'", ready.user)
        ready.secrets.put(ready.arn, "AWSCURRENT", ready.document() | {"password": "x"})
    ready.rotate(ready.alternating)
    plugins = ready.product.run(
        "SELECT DISTINCT plugin FROM mysql.user WHERE User IN (%s, %s)", ready.user, ready.clone
    )
    assert plugins == [("ed25519" if ready.mariadb else "caching_sha2_password",)]


@pytest.mark.parametrize("subject", ["/CN=it''s", "/CN=a\\\\b"])
def test_what_a_server_does_not_show_as_it_is_is_not_copied(
    ready: MySQLWorld, subject: str
) -> None:
    """MySQL shows a quote within a text as it shows the text's end."""
    ready.run(f"CREATE USER {{}}@'%' REQUIRE SUBJECT '{subject}'", ready.clone)
    token = ready.until(ready.alternating, "setSecret")
    with pytest.raises(UnsuitableError, match="does not show"):
        ready.step(ready.alternating, token, "setSecret")
    assert ready.accepts(ready.document())
