import pytest

from fakes.mysql import MySQLWorld, execute
from fakes.secrets_manager import failure
from rotation.errors import CredentialRefusedError, SecretsManagerError, UnsuitableError
from tests.database.promises import SinglePromises


class TestPromises(SinglePromises):
    """One user, on each server."""


def test_a_session_that_is_open_stays_open(ready: MySQLWorld) -> None:
    with ready.as_login(ready.document()) as session:
        ready.rotate(ready.single)
        assert execute(session, "SELECT 1") == [(1,)]


def test_on_mariadb_no_admin_is_needed(on_mariadb: MySQLWorld) -> None:
    on_mariadb.create_first_user()
    login = on_mariadb.login(on_mariadb.user, "the-First-Password-1")
    on_mariadb.secrets.put(on_mariadb.arn, "AWSCURRENT", login)
    del on_mariadb.secrets.secrets[on_mariadb.admin_arn]
    on_mariadb.rotate(on_mariadb.single)
    assert on_mariadb.accepts(on_mariadb.document())


def test_on_mysql_the_admin_changes_it_and_is_asked_for(on_mysql: MySQLWorld) -> None:
    """MySQL takes a user's own password in the clear alone."""
    on_mysql.create_first_user()
    login = on_mysql.login(on_mysql.user, "the-First-Password-1")
    on_mysql.secrets.put(on_mysql.arn, "AWSCURRENT", login)
    token = on_mysql.until(on_mysql.single, "setSecret")
    with pytest.raises(UnsuitableError, match=r"in the clear alone.*masterarn is missing"):
        on_mysql.step(on_mysql.single, token, "setSecret")
    assert on_mysql.accepts(login)


def test_nobodys_password_is_changed_for_a_secret_that_is_not_accepted(ready: MySQLWorld) -> None:
    ready.secrets.put(ready.arn, "AWSCURRENT", ready.application(password="a-guess"))
    token = ready.until(ready.single, "setSecret")
    with pytest.raises(CredentialRefusedError, match="AWSCURRENT"):
        ready.step(ready.single, token, "setSecret")
    assert ready.accepts(ready.application())


def test_the_admins_own_secret_rotates_the_same_way(ready: MySQLWorld) -> None:
    ready.rotate(ready.single, ready.admin_arn)
    assert ready.product.accepts(ready.secrets.document(ready.admin_arn) | {"dbname": None})
    ready.rotate(ready.alternating)
    assert ready.accepts(ready.document())


def test_a_database_restored_from_a_backup_is_set_right(ready: MySQLWorld) -> None:
    before = ready.document()
    ready.rotate(ready.single)
    ready.run(f"ALTER USER {{}}@'%' IDENTIFIED BY '{before['password']}'", ready.user)
    ready.rotate(ready.single)
    assert ready.accepts(ready.document())


def test_a_second_password_that_was_left_by_the_strategy_dual_goes(ready: MySQLWorld) -> None:
    for handler in (ready.dual, ready.single):
        ready.rotate(handler)
    assert ready.accepts(ready.document())
    assert not ready.accepts(ready.document("AWSPREVIOUS"))
    assert not ready.accepts(ready.application())


def test_a_call_that_may_succeed_later_is_no_reason_to_do_without_an_admin(
    on_mysql: MySQLWorld,
) -> None:
    on_mysql.create_first_user()
    token = on_mysql.until(on_mysql.single, "setSecret")
    calls = iter(range(10))

    def throttle(call: str) -> None:
        if call == "get_secret_value" and next(calls) == 2:
            raise failure("ThrottlingException", call)

    on_mysql.secrets.before = throttle
    with pytest.raises(SecretsManagerError, match="ThrottlingException"):
        on_mysql.step(on_mysql.single, token, "setSecret")
