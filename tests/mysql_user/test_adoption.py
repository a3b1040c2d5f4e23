"""Users whom somebody else's function has rotated, rotate on."""

import pytest

from database.alternating_users import AlternatingUsers
from database.dual_passwords import DualPasswords
from database.single_user import SingleUser
from fakes.mysql import MySQLWorld, execute
from mysql_user.mysql import MySQL
from rotation.errors import BadSecretError
from tests.database import adoption
from tests.mysql_user import theirs
from tests.mysql_user.test_twins import are_equal


@pytest.fixture
def adopted(world: MySQLWorld) -> MySQLWorld:
    """A user as somebody made it, with more than a copy of grants knows of."""
    user, database, role = world.user, world.dbname, f"role_{world.number}"
    world.run("CREATE DATABASE {}", database)
    world.run("CREATE TABLE {}.t (id int)", database)
    world.run("CREATE USER {}@'%' IDENTIFIED BY 'the-First-Password-1'", user)
    world.run("GRANT SELECT, INSERT ON {}.* TO {}@'%' WITH GRANT OPTION", database, user)
    world.run("ALTER USER {}@'%' REQUIRE SSL WITH MAX_USER_CONNECTIONS 7", user)
    with world.as_admin() as admin:
        execute(admin, f"CREATE ROLE {role}")
        execute(admin, f"GRANT {role} TO {user}@'%'")
    world.run("GRANT DELETE ON {}.* TO {}", database, role)
    if world.mariadb:  # whose SHOW GRANTS tells default roles, on which AWS's function fails
        for arn in (world.arn, world.admin_arn):
            document = world.secrets.document(arn)
            world.secrets.put(arn, "AWSCURRENT", document | {"engine": "mariadb"})
    else:
        world.run("SET DEFAULT ROLE {} TO {}@'%'", role, user)
    return world


@pytest.mark.parametrize("rotations", [1, 2, 3])
def test_twins_of_theirs_rotate_on_and_get_back_what_the_copy_lost(
    adopted: MySQLWorld, monkeypatch: pytest.MonkeyPatch, rotations: int
) -> None:
    """From whichever of the two they have left it at."""
    for _ in range(rotations):
        theirs.rotate(adopted, monkeypatch)
        assert adopted.accepts(adopted.document())
    assert not are_equal(adopted)
    assert check(adopted) == adopted.document()["username"]
    for _ in range(3):
        before = adopted.document()
        adopted.rotate(adopted.alternating)
        for label in ("AWSCURRENT", "AWSPREVIOUS"):
            assert adopted.accepts(adopted.document(label))
        assert adopted.document("AWSPREVIOUS") == before
    assert are_equal(adopted)
    for label in ("AWSCURRENT", "AWSPREVIOUS"):
        with adopted.as_login(adopted.document(label)) as session:
            execute(session, "INSERT INTO t VALUES (1)")


@pytest.mark.parametrize("strategy", ["alternating", "dual", "single"])
def test_a_secret_that_names_no_admin_is_refused_where_the_function_needs_one(
    adopted: MySQLWorld, strategy: str
) -> None:
    """AWS's functions for one user need none: their secrets lack it."""
    document = adopted.document()
    del document["masterarn"]
    adopted.secrets.put(adopted.arn, "AWSCURRENT", document)
    with pytest.raises(BadSecretError, match="masterarn is missing") as refused:
        check(adopted, strategy)
    assert "Add masterarn" in refused.value.remedy
    adopted.secrets.put(adopted.arn, "AWSCURRENT", document | {"masterarn": adopted.admin_arn})
    assert check(adopted, strategy) == adopted.user


def check(world: MySQLWorld, strategy: str = "alternating") -> str:
    strategies = (AlternatingUsers(MySQL), DualPasswords(MySQL), SingleUser(MySQL))
    return adoption.check(world, *strategies, Strategy=strategy)
