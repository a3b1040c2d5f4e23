"""Remedies are followed to the letter; afterwards AWSCURRENT works, and the next rotation too."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from fakes.mysql import MySQLWorld, execute
from fakes.product import Document
from fakes.secrets_manager import failure
from fakes.world import FIRST_PASSWORD
from mysql_user import fence
from mysql_user.first_user import _ALL
from mysql_user.mysql import MySQL
from mysql_user.verifiers import ED25519, NATIVE, verifier
from rotation.deadline import Deadline
from rotation.errors import (
    BadSecretError,
    BusyError,
    GoneError,
    NotOursError,
    RefusedChangeError,
    RotationError,
    UnsuitableError,
)
from rotation.secret_text import SecretText
from tests.database.left_behind import left_behind
from tests.database.remedies import Case, attempt, put
from tests.mysql_user import impostor as impostors
from tests.mysql_user.test_hostile_settings import settings
from tests.mysql_user.test_verifiers import install_ed25519
from tests.postgres_user.impostor import impostor

ANOTHER = "its-Own-1"


@pytest.fixture
def one(ready: MySQLWorld) -> MySQLWorld:
    """The application's user, which is alone."""
    return ready


@pytest.fixture
def pair(ready: MySQLWorld) -> MySQLWorld:
    """The clone is current, and has made a table."""
    return paired(ready)


def paired(world: MySQLWorld) -> MySQLWorld:
    if not world.exists(world.user):
        world.create_first_user()
    world.rotate(world.alternating)
    with world.as_login(world.document()) as session:
        execute(session, "CREATE TABLE kept (id int)")
        execute(session, "INSERT INTO kept VALUES (7)")
    return world


def assert_all_is_well(world: MySQLWorld, strategy: str = "alternating") -> None:
    """AWSCURRENT works, and after each of two rotations."""
    assert world.accepts(world.document())
    both = ("AWSCURRENT",) if strategy == "single" else ("AWSCURRENT", "AWSPREVIOUS")
    for _ in range(2):
        world.rotate(getattr(world, strategy))
        assert all(map(world.accepts, map(world.document, both)))


def assert_nothing_is_lost(world: MySQLWorld) -> None:
    """And both users read what was there, and add to it."""
    assert_all_is_well(world)
    for label in ("AWSCURRENT", "AWSPREVIOUS"):
        with world.as_login(world.document(label)) as session:
            assert execute(session, "SELECT id FROM kept") == [(7,)]
            execute(session, f"ALTER TABLE kept ADD COLUMN {label} int")


def give_password(world: MySQLWorld, document: Document) -> None:
    """By an admin, by the way that the server takes for new users."""
    world.run(f"ALTER USER {{}}@'%' IDENTIFIED BY '{document['password']}'", document["username"])


def rename(before: str, after: str) -> Callable[[MySQLWorld, Document], Any]:
    def run(world: MySQLWorld, old: Document) -> None:
        name = old["username"]
        world.run(f"RENAME USER {{}}@'{before}' TO {{}}@'{after}'", name, name)

    return run


def altered(what: str, whose: str = "clone") -> Callable[[MySQLWorld, Document], Any]:
    return lambda world, _: world.run(f"ALTER USER {{}}@'%' {what}", getattr(world, whose))


def open_schema(world: MySQLWorld, _: Document) -> None:
    for user in (world.user, world.clone):
        world.run("GRANT SELECT ON {}.* TO {}@'%'", f"mine_{world.number}", user)


def other_schema(world: MySQLWorld, _: Document) -> None:
    world.run("CREATE DATABASE {}", f"mine_{world.number}")
    world.run("CREATE TABLE {}.kept AS SELECT 7 AS id", f"mine_{world.number}")
    world.run("GRANT ALTER, CREATE, INSERT ON {}.* TO {}@'%'", f"mine_{world.number}", world.user)
    put(world, dbname=f"mine_{world.number}")


CASES: dict[str, Case[MySQLWorld]] = {
    "name of the schema": Case(
        "Correct dbname in the secret, or grant the user and its twin a right on that schema",
        lambda world, _: put(world, dbname="not_there"),
        lambda world, old: put(world, dbname=old["dbname"]),
    ),
    "the secret's password": Case(
        "Compare the secret with the user's real password",
        lambda world, _: put(world, password="a-guess"),
        lambda world, old: put(world, password=old["password"]),
    ),
    "the user's password": Case(
        "or let an admin set it to the secret's",
        altered(f"IDENTIFIED BY '{ANOTHER}'"),
        give_password,
    ),
    "address": Case(
        "whether the user may log in from the function's address",
        rename("%", "10.0.0.1"),
        rename("10.0.0.1", "%"),
    ),
    "expired": Case(
        "Let an admin set the user's password to the secret's (ALTER USER ... IDENTIFIED BY)",
        altered("PASSWORD EXPIRE"),
        give_password,
    ),
    "locked": Case(
        "Let it in again as an admin: ALTER USER ... ACCOUNT UNLOCK",
        altered("ACCOUNT LOCK"),
        altered("ACCOUNT UNLOCK"),
        "single",
    ),
    "certificate": Case(
        "Let it demand no more than TLS (ALTER USER ... REQUIRE SSL)",
        altered("REQUIRE SUBJECT '/CN=it''s'", "user"),
        altered("REQUIRE SSL", "user"),
    ),
    "accounts": Case(
        "Rename the accounts of that name that are not the application's",
        lambda world, _: world.run("CREATE USER {}@'10.%'", world.clone),
        lambda world, _: world.run(
            "RENAME USER {}@'10.%' TO {}@'10.%'", world.clone, f"other_{world.number}"
        ),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_secret_or_a_user_that_is_corrected_rotates_on(
    pair: MySQLWorld, case: Case[MySQLWorld]
) -> None:
    old = pair.document()
    case.spoil(pair, old)
    assert case.remedy in attempt(pair, getattr(pair, case.strategy)).remedy
    case.follow(pair, old)
    if case.strategy != "alternating":
        assert_all_is_well(pair, case.strategy)
        return
    assert_nothing_is_lost(pair)


def test_a_right_on_the_schema_is_granted_to_both(pair: MySQLWorld) -> None:
    other_schema(pair, {})
    assert "grant the user and its twin a right" in attempt(pair, pair.alternating).remedy
    open_schema(pair, {})
    assert_nothing_is_lost(pair)


def test_a_schema_that_is_gone_is_created(pair: MySQLWorld) -> None:
    pair.run("DROP DATABASE {}", pair.dbname)
    assert "Correct dbname in the secret, or create the schema" in (
        attempt(pair, pair.alternating).remedy
    )
    pair.run("CREATE DATABASE {}", pair.dbname)
    assert_all_is_well(pair)


@pytest.mark.parametrize("way", ["freed", "raised"])
def test_connections_that_are_freed_let_a_rotation_in(pair: MySQLWorld, way: str) -> None:
    pair.run("ALTER USER {}@'%' WITH MAX_USER_CONNECTIONS 1", pair.clone)
    with ExitStack() as held:
        held.enter_context(pair.as_login(pair.document()))
        error = attempt(pair, pair.alternating)
        assert "Free connections, or raise the limit of the user" in error.remedy
        if way == "freed":
            held.close()
        else:
            pair.run("ALTER USER {}@'%' WITH MAX_USER_CONNECTIONS 5", pair.clone)
        pair.rotate(pair.alternating)
    assert_nothing_is_lost(pair)


def test_a_user_of_another_name_takes_the_place_of_several_accounts(pair: MySQLWorld) -> None:
    pair.run("CREATE USER {}@'10.%'", pair.clone)
    assert "give it a user of another name" in attempt(pair, pair.alternating).remedy
    put(pair, username=f"another_{pair.number}", dbname=f"another_{pair.number}")
    pair.create_first_user()
    assert_all_is_well(pair)


NEW_WAYS = {
    True: ("IDENTIFIED VIA parsec USING PASSWORD('{}')", "IDENTIFIED VIA unix_socket"),
    False: ("IDENTIFIED WITH sha256_password BY '{}'",) * 2,
}


@pytest.fixture
def with_parsec(pair: MySQLWorld) -> Iterator[MySQLWorld]:
    if pair.mariadb:
        pair.run("INSTALL SONAME 'auth_parsec'")
    yield pair
    if pair.mariadb:
        pair.run("UNINSTALL SONAME 'auth_parsec'")


@pytest.mark.parametrize("rests", [False, True])
def test_a_user_gets_a_plugin_that_is_known_with_the_secrets_password(
    with_parsec: MySQLWorld, *, rests: bool
) -> None:
    """The one that is current has to log in; the other one is only looked at."""
    pair = with_parsec
    document = pair.document("AWSPREVIOUS" if rests else "AWSCURRENT")
    way = NEW_WAYS[pair.mariadb][rests].format(document["password"])
    pair.run(f"ALTER USER {{}}@'%' {way}", document["username"])
    remedy = attempt(pair, pair.alternating).remedy
    assert "with the secret's password (ALTER USER)" in remedy
    known = "mysql_native_password" if pair.mariadb else "caching_sha2_password"
    assert ("plugins in docs/mysql.md" in remedy) or known in remedy
    said = "VIA {} USING PASSWORD('{}')" if pair.mariadb else "WITH {} BY '{}'"
    said = said.format(known, document["password"])
    pair.run(f"ALTER USER {{}}@'%' IDENTIFIED {said}", document["username"])
    assert_nothing_is_lost(pair)


@pytest.fixture
def of_old(server: Any, world: MySQLWorld) -> MySQLWorld:
    """As an upgrade leaves a user whose plugin the new version does not take any more."""
    del server
    paired(world)
    if world.mariadb:
        old = "'606717496665bcba'"
        world.run(f"ALTER USER {{}}@'%' IDENTIFIED VIA mysql_old_password USING {old}", world.clone)
    else:
        world.run(
            "UPDATE mysql.user SET plugin = 'mysql_native_password', authentication_string ="
            " '*0D3CED9BEC10A777AEC23CCC353A8C08A633045E' WHERE User = REPLACE('{}', '`', '')",
            world.clone,
        )
        world.run("FLUSH PRIVILEGES")
    return world


@pytest.mark.parametrize("strategy", ["alternating", "dual", "single"])
def test_a_plugin_of_an_older_version_is_replaced(of_old: MySQLWorld, strategy: str) -> None:
    error = attempt(of_old, getattr(of_old, strategy))
    assert "one of the plugins in docs/mysql.md, with the secret's password" in error.remedy
    known = "mysql_native_password" if of_old.mariadb else "caching_sha2_password"
    password = of_old.document()["password"]
    way = f"VIA {known} USING PASSWORD('{password}')"
    if not of_old.mariadb:
        way = f"WITH {known} BY '{password}'"
    of_old.run(f"ALTER USER {{}}@'%' IDENTIFIED {way}", of_old.clone)
    assert_all_is_well(of_old, strategy)


def test_a_user_with_too_many_wrong_passwords_is_let_in_again(on_mariadb: MySQLWorld) -> None:
    world = paired(on_mariadb)
    with settings(world, max_password_errors="1") as done:
        assert done
        assert not world.accepts(world.document() | {"password": "a-guess"})
        error = attempt(world, world.alternating)
        assert "Let it in again: FLUSH PRIVILEGES" in error.remedy
        with world.as_admin() as admin:
            execute(admin, "FLUSH PRIVILEGES")
        assert_nothing_is_lost(world)


def test_a_function_that_is_blocked_is_let_in_again(pair: MySQLWorld) -> None:
    """Servers that don't resolve names block nobody: what tells so is an impostor."""
    old = pair.document()
    with impostor(impostors.blocking) as server:
        for arn in (pair.arn, pair.admin_arn):
            there = pair.secrets.document(arn) | {"port": server.port}
            pair.secrets.put(arn, "AWSCURRENT", there)
        error = attempt(pair, pair.alternating)
    statement = error.remedy.partition("as an admin: ")[2].partition(";")[0]
    pair.run("GRANT DROP ON performance_schema.* TO {}@'%'", pair.admin)
    with pair.as_admin() as admin:
        execute(admin, statement)
    for arn in (pair.arn, pair.admin_arn):
        there = pair.secrets.document(arn) | {"port": old["port"]}
        pair.secrets.put(arn, "AWSCURRENT", there)
    del pair.secrets.secrets[pair.arn].labels["AWSPENDING"]
    assert_all_is_well(pair, "dual")


def test_an_admin_without_the_rights_is_given_them(pair: MySQLWorld) -> None:
    weak = f"weak_{pair.number}"
    pair.run(f"CREATE USER {{}}@'%' IDENTIFIED BY '{ANOTHER}'", weak)
    pair.secrets.put(pair.admin_arn, "AWSCURRENT", pair.login(weak, ANOTHER))
    assert "an admin needs CREATE USER, SELECT on the schema mysql" in (
        attempt(pair, pair.alternating).remedy
    )
    pair.run("GRANT CREATE USER ON *.* TO {}@'%'", weak)
    pair.run("GRANT SELECT ON mysql.* TO {}@'%'", weak)
    pair.run(f"GRANT {_ALL} ON {{}}.* TO {{}}@'%' WITH GRANT OPTION", pair.dbname, weak)
    assert_nothing_is_lost(pair)


def test_a_replica_is_replaced_by_the_writer(pair: MySQLWorld) -> None:
    """It has the same address here."""
    with settings(pair, read_only="ON"):
        assert "put the writer's address into host" in attempt(pair, pair.alternating).remedy
    for arn in (pair.arn, pair.admin_arn):
        there = pair.secrets.document(arn) | {"host": pair.server.host}
        pair.secrets.put(arn, "AWSCURRENT", there)
    del pair.secrets.secrets[pair.arn].labels["AWSPENDING"]
    assert_nothing_is_lost(pair)


def test_who_holds_the_lock_is_found_and_ended(
    pair: MySQLWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mysql_user.mysql.LOCK_SECONDS", 0.1)
    with pair.as_login(pair.document()) as stranger:
        execute(stranger, "SELECT GET_LOCK(%s, 0)", fence._name("rotation", pair.user))
        error = attempt(pair, pair.alternating)
        assert type(error) is BusyError
        [[session]] = pair.run(error.remedy.partition("find it by ")[2].partition(" and end")[0])
        pair.run(f"KILL {session}")
    assert_nothing_is_lost(pair)


@pytest.mark.parametrize("way", ["named", "by hand"])
def test_a_schema_of_another_login_stays_its_own(world: MySQLWorld, way: str) -> None:
    other = f"other_{world.number}"
    world.add_login(other)
    own = world.document()
    put(world, dbname=f"of_{other}")
    with pytest.raises(NotOursError) as refused:
        world.create_first_user()
    if way == "named":
        assert "name a schema that nobody has, and give it access" in refused.value.remedy
        put(world, dbname=own["dbname"])
        world.ensure(Reads=[other])
    else:
        assert "or create the user yourself" in refused.value.remedy
        world.run(f"CREATE USER {{}}@'%' IDENTIFIED BY '{FIRST_PASSWORD}'", world.user)
        world.run("GRANT SELECT ON {}.* TO {}@'%'", f"of_{other}", world.user)
        world.ensure()
    with world.as_login(world.document()) as session:
        execute(session, f"SHOW TABLES FROM of_{other}")
    assert_all_is_well(world)


@pytest.mark.parametrize("way", ["named", "by hand"])
def test_a_schema_that_holds_something_is_given_to_a_user_by_hand(
    world: MySQLWorld, way: str
) -> None:
    world.run("CREATE DATABASE {}", world.dbname)
    world.run("CREATE TABLE {}.kept (id int)", world.dbname)
    with pytest.raises(NotOursError) as refused:
        world.create_first_user()
    if way == "named":
        assert "name a schema that is empty or does not exist" in refused.value.remedy
        put(world, dbname=f"mine_{world.number}")
        world.ensure()
    else:
        assert "create the user yourself, with the secret's password and rights on that schema" in (
            refused.value.remedy
        )
        world.run(f"CREATE USER {{}}@'%' IDENTIFIED BY '{FIRST_PASSWORD}'", world.user)
        world.run(f"GRANT {_ALL} ON {{}}.* TO {{}}@'%'", world.dbname, world.user)
        world.ensure()
        with world.as_login(world.document()) as session:
            execute(session, "INSERT INTO kept VALUES (7)")
    assert_all_is_well(world)


@pytest.mark.parametrize("way", ["renamed", "told", "adopted"])
def test_a_user_who_is_there_keeps_its_password(world: MySQLWorld, way: str) -> None:
    world.run("CREATE DATABASE {}", world.dbname)
    world.run(f"CREATE USER {{}}@'%' IDENTIFIED BY '{ANOTHER}'", world.user)
    world.run(f"GRANT {_ALL} ON {{}}.* TO {{}}@'%'", world.dbname, world.user)
    with pytest.raises(NotOursError) as refused:
        world.create_first_user()
    assert refused.value.remedy.startswith(
        "Put its real password into the secret, let present_secret_arn name a secret that holds it,"
        " or choose another user name"
    )
    assert world.accepts(world.application(password=ANOTHER))
    if way == "renamed":
        put(world, username=f"another_{world.number}", dbname=f"another_{world.number}")
        world.ensure()
    elif way == "told":
        put(world, password=ANOTHER)
        world.ensure()
    else:
        theirs = world.arn_of("theirs")
        world.secrets.create(theirs, {"username": world.user, "password": ANOTHER})
        world.ensure(PresentSecretArn=theirs)
    assert_all_is_well(world)


def test_a_user_that_a_failed_deployment_has_left_is_dropped(world: MySQLWorld) -> None:
    """By the statement of docs/logins.md; the next deployment has another password."""
    world.create_first_user()
    put(world, password=ANOTHER)
    with pytest.raises(NotOursError):
        world.ensure()
    [statement] = left_behind(world.user, after="On MySQL and MariaDB")
    world.run(statement)
    world.ensure()
    assert_all_is_well(world)


def test_a_user_that_was_dropped_is_made_again_with_its_password_and_its_rights(
    one: MySQLWorld,
) -> None:
    reads = iter(range(100))

    def drop(call: str) -> None:
        if call == "get_secret_value" and next(reads) == 3:
            one.run("DROP USER {}@'%'", one.user)

    one.secrets.before = drop
    with pytest.raises(GoneError) as refused:
        one.rotate(one.dual)
    one.secrets.before = lambda _: None
    assert "Create it again with the secret's password and its rights" in refused.value.remedy
    one.run(f"CREATE USER {{}}@'%' IDENTIFIED BY '{one.document()['password']}'", one.user)
    one.run(f"GRANT {_ALL} ON {{}}.* TO {{}}@'%'", one.dbname, one.user)
    assert_all_is_well(one, "dual")


def test_a_base_that_was_dropped_is_made_again_with_the_rights_of_its_twin(
    pair: MySQLWorld,
) -> None:
    """Without these, it could not even enter its schema."""
    pair.run("DROP USER {}@'%'", pair.user)
    remedy = attempt(pair, pair.alternating).remedy
    assert f"with what {pair.clone} may do and a password that nobody knows" in remedy
    pair.run("CREATE USER {}@'%' IDENTIFIED BY 'that-Nobody-knows-1'", pair.user)
    for [line] in pair.run("SHOW GRANTS FOR {}@'%'", pair.clone):
        if " ON " in line:
            pair.run(line.replace("{", "{{").replace(pair.clone, pair.user))
    assert_nothing_is_lost(pair)


@pytest.mark.parametrize("ending", ["_clone", "_clone_clone"])
def test_a_first_user_that_ends_in_clone_is_renamed(one: MySQLWorld, ending: str) -> None:
    lonely = f"lonely_{one.number}{ending}"
    one.run("RENAME USER {}@'%' TO {}@'%'", one.user, lonely)
    put(one, username=lonely)
    error = attempt(one, one.alternating)
    assert "ename" in error.remedy
    assert "_clone, in the database and in the secret" in error.remedy
    one.run("RENAME USER {}@'%' TO {}@'%'", lonely, one.user)
    put(one, username=one.user)
    assert_all_is_well(one)


@pytest.mark.parametrize("way", ["made anew", "granted"])
def test_what_names_a_user_that_is_not_there_is_made_anew(on_mysql: MySQLWorld, way: str) -> None:
    world = on_mysql
    world.create_first_user()
    view = (world.clone, world.dbname)
    world.run("CREATE DEFINER = {}@'%' VIEW {}.look AS SELECT 7 AS id", *view)
    error = attempt(world, world.alternating)
    assert type(error) is RefusedChangeError
    if way == "made anew":
        assert "let it have one that does" in error.remedy
        view = (world.user, world.dbname)
        world.run("CREATE OR REPLACE DEFINER = {}@'%' VIEW {}.look AS SELECT 7 AS id", *view)
    else:
        assert "or grant the admin ALLOW_NONEXISTENT_DEFINER" in error.remedy
        world.run("GRANT ALLOW_NONEXISTENT_DEFINER ON *.* TO {}@'%'", world.admin)
    assert_all_is_well(world)
    for label in ("AWSCURRENT", "AWSPREVIOUS"):
        with world.as_login(world.document(label)) as session:
            assert execute(session, "SELECT id FROM look") == [(7,)]


def test_a_user_that_is_taken_for_another_one_gets_the_host_of_that(on_mariadb: MySQLWorld) -> None:
    """An anonymous one, whose host is narrower, and whose password is the same."""
    world = on_mariadb
    world.create_first_user()
    with world.server.connect() as superuser:  # who could not log in meanwhile
        execute(superuser, f"CREATE USER ''@'127.%' IDENTIFIED BY '{FIRST_PASSWORD}'")
        try:
            put(world, dbname=None)
            error = attempt(world, world.single)
            assert "Give the user the host of the account that it is taken for" in error.remedy
            execute(superuser, "RENAME USER %s@'%%' TO %s@'127.%%'", world.user, world.user)
            execute(superuser, "FLUSH PRIVILEGES")
            put(world, dbname=world.dbname)
            assert_all_is_well(world, "single")
        finally:
            execute(superuser, "DROP USER ''@'127.%'")
    assert_all_is_well(world)


def test_a_password_that_is_not_the_users_is_corrected(one: MySQLWorld) -> None:
    old = one.document()
    one.secrets.put(one.arn, "AWSCURRENT", old | {"password": "a-guess"})
    one.secrets.put(one.arn, "AWSPREVIOUS", old | {"password": "another"})
    assert "Put the user's real password into AWSCURRENT" in attempt(one, one.dual).remedy
    one.secrets.put(one.arn, "AWSCURRENT", old)
    assert_all_is_well(one, "dual")


def test_a_name_that_the_server_would_alter_is_corrected(one: MySQLWorld) -> None:
    put(one, username=f"{one.user} ")
    error = attempt(one, one.dual)
    assert type(error) is BadSecretError
    assert "Use letters, digits and underscores" in error.remedy
    put(one, username=one.user)
    assert_all_is_well(one, "dual")


def deny(world: MySQLWorld) -> None:
    """The function may not read the admin's secret, which Secrets Manager tells as it is here."""
    read = world.secrets.get_secret_value

    def get_secret_value(**which: str) -> dict[str, Any]:
        if which["SecretId"] == world.admin_arn:
            raise failure("AccessDeniedException", "GetSecretValue")
        return read(**which)

    world.secrets.get_secret_value = get_secret_value  # type: ignore[method-assign]  # as said


@pytest.mark.parametrize("given_up", [False, True])
@pytest.mark.parametrize("way", ["denied", "not named"])
def test_of_two_passwords_an_admin_leaves_the_current_one(
    on_mariadb: MySQLWorld, way: str, *, given_up: bool
) -> None:
    """It is the first one shown, or the second after an attempt that was given up."""
    world = on_mariadb
    world.create_first_user()
    world.rotate(world.dual)
    if given_up:
        world.until(world.dual, "testSecret")
        del world.secrets.secrets[world.arn].labels["AWSPENDING"]
    if way == "denied":
        deny(world)
    else:
        put(world, masterarn=None)
    before = world.run("SHOW CREATE USER {}@'%'", world.user)
    error = attempt(world, world.single)
    assert type(error) is UnsuitableError
    assert "has 2 passwords, as the strategy dual leaves it" in error.cause
    assert world.run("SHOW CREATE USER {}@'%'", world.user) == before
    found = re.fullmatch(
        r"Leave it that of AWSCURRENT, as an admin: (ALTER .*) USING '\.\.\.', with the text that"
        r" is number (\d) of the 2 which (SHOW .*) shows after USING",
        error.remedy,
    )
    assert found
    with world.as_admin() as admin:
        [[shown]] = execute(admin, found[3])
        texts = re.findall(r"USING ('[^']+')", shown)
        execute(admin, f"{found[1]} USING {texts[int(found[2]) - 1]}")
    assert_all_is_well(world, "single")
    assert not world.accepts(world.document("AWSPREVIOUS"))
    assert " OR " not in world.run("SHOW CREATE USER {}@'%'", world.user)[0][0]


def test_where_no_user_changes_its_own_password_an_admin_is_named(on_mysql: MySQLWorld) -> None:
    on_mysql.create_first_user()
    put(on_mysql, masterarn=None)
    error = attempt(on_mysql, on_mysql.single)
    assert "Let masterarn in the secret name the admin's secret" in error.remedy
    put(on_mysql, masterarn=on_mysql.admin_arn)
    assert_all_is_well(on_mysql, "single")


@pytest.mark.parametrize("way", ["alternating", "single", "native"])
def test_a_user_with_a_signature_does_not_get_two_passwords(
    on_mariadb: MySQLWorld, way: str
) -> None:
    """Of two signatures drivers give one, so that they get in with one of two passwords alone."""
    world = on_mariadb
    world.create_first_user()
    install_ed25519(world)
    made, other = (verifier(ED25519, SecretText(each)).decode() for each in (FIRST_PASSWORD, "x"))
    said = "ALTER USER {}@'%' IDENTIFIED VIA"
    world.run(f"{said} ed25519 USING '{other}' OR ed25519 USING '{made}'", world.user)
    with pytest.raises(RotationError, match="did not answer"):
        logs_in(world)
    world.run(f"{said} ed25519 USING '{made}'", world.user)
    error = attempt(world, world.dual)
    assert type(error) is UnsuitableError
    assert logs_in(world)
    if way == "native":
        assert "or let an admin have it prove itself by mysql_native_password" in error.remedy
        way = "dual"
        password = f"PASSWORD('{FIRST_PASSWORD}')"
        world.run(f"{said} {NATIVE} USING {password}", world.user)
    else:
        assert "Rotate it by the strategy alternating or single" in error.remedy
        del world.secrets.secrets[world.arn].labels["AWSPENDING"]
    for _ in range(2):
        world.rotate(getattr(world, way))
        assert logs_in(world)


def logs_in(world: MySQLWorld) -> bool:
    """By our driver: PyMySQL lacks a library for signatures here."""
    current = MySQL.credential(SecretText(json.dumps(world.document())), "AWSCURRENT")
    return MySQL.accepts(current, owner="a test", deadline=Deadline(20))
