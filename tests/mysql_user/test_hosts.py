"""Accounts by the hosts from which they are let in."""

import pytest

from fakes.mysql import MySQLWorld
from rotation.errors import NotOursError

STRATEGIES = ("alternating", "dual", "single")


@pytest.fixture
def hostless(on_mysql: MySQLWorld) -> MySQLWorld:
    """An empty host, which MySQL takes for any."""
    on_mysql.create_first_user()
    on_mysql.run("RENAME USER {}@'%' TO {}@''", on_mysql.user, on_mysql.user)
    return on_mysql


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_an_account_with_an_empty_host_rotates(hostless: MySQLWorld, strategy: str) -> None:
    before = hostless.run("SHOW GRANTS FOR {}@''", hostless.user)
    for _ in range(3):
        hostless.rotate(getattr(hostless, strategy))
        assert hostless.accepts(hostless.document())
        assert strategy == "single" or hostless.accepts(hostless.document("AWSPREVIOUS"))
    assert hostless.run("SHOW GRANTS FOR {}@''", hostless.user) == before
    query = "SELECT User, Host FROM mysql.user WHERE User IN (%s, %s)"
    users = hostless.product.run(query, hostless.user, hostless.clone)
    clones = [(hostless.clone, "")] if strategy == "alternating" else []
    assert sorted(users) == [(hostless.user, ""), *clones]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_beside_another_account_of_the_name_it_is_refused(
    hostless: MySQLWorld, strategy: str
) -> None:
    hostless.run("CREATE USER {}@'10.0.0.1'", hostless.user)
    with pytest.raises(NotOursError, match=r"hosts \(empty\), 10\.0\.0\.1, and"):
        hostless.rotate(getattr(hostless, strategy))


def test_its_name_is_not_free_for_a_first_user(hostless: MySQLWorld) -> None:
    hostless.secrets.put(hostless.arn, "AWSCURRENT", hostless.application(password="another"))
    with pytest.raises(NotOursError, match="exists already"):
        hostless.create_first_user()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_role_of_the_users_name_is_not_taken_for_it(
    on_mariadb: MySQLWorld, strategy: str
) -> None:
    for name in (on_mariadb.user, on_mariadb.clone):
        on_mariadb.run("CREATE ROLE {}", name)
    on_mariadb.create_first_user()
    for _ in range(2):
        on_mariadb.rotate(getattr(on_mariadb, strategy))
        assert on_mariadb.accepts(on_mariadb.document())
