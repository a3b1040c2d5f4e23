"""PyMySQL, by itself and under SQLAlchemy."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pymysql.err
import pytest
import sqlalchemy

from rotated_secret import RotatedSecret, is_retired
from rotated_secret.cache import AGAIN_SECONDS
from rotated_secret.pymysql import connect
from rotated_secret.sqlalchemy import create_engine
from tests.rotated_secret.conftest import ARN, Store, document
from tests.rotated_secret.mysql import Mysql, mysql_server


@pytest.fixture
def ca(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "ca.pem"
    monkeypatch.setenv("RDS_CA_BUNDLE", str(file))
    return file


@pytest.fixture
def mysql(ca: Path) -> Iterator[Mysql]:
    with mysql_server(ca, password="first") as server:
        yield server


@pytest.fixture
def rotate(store: Store, mysql: Mysql) -> Callable[[str], str]:
    """Moves the label to a new password."""

    def put(password: str) -> str:
        where = {"host": "localhost", "port": mysql.port, "engine": "mysql"}
        return store.manager.put(ARN, "AWSCURRENT", document(password) | where)

    put("first")
    return put


@pytest.fixture
def secret(store: Store, rotate: Callable[[str], str]) -> RotatedSecret:
    return RotatedSecret(ARN, client=cast("Any", store), patience_seconds=3)


def user(secret: RotatedSecret) -> str:
    with closing(connect(secret)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_USER()")
        return str(cast("Any", cursor.fetchone())[0])


def test_it_logs_in_again_after_a_rotation(
    secret: RotatedSecret, mysql: Mysql, rotate: Callable[[str], str]
) -> None:
    assert user(secret) == "app_user"
    mysql.password = "second"
    rotate("second")
    assert user(secret) == "app_user"


def test_it_gets_in_between_the_change_of_the_password_and_the_move_of_the_label(
    secret: RotatedSecret, mysql: Mysql, rotate: Callable[[str], str]
) -> None:
    assert user(secret) == "app_user"
    mysql.password = "second"
    threading.Timer(0.2, rotate, ["second"]).start()
    assert user(secret) == "app_user"


def test_a_password_that_stays_wrong_is_told_with_the_drivers_error(
    store: Store, mysql: Mysql, rotate: Callable[[str], str]
) -> None:
    mysql.password = "other"
    secret = RotatedSecret(ARN, client=cast("Any", store), patience_seconds=0.3)
    with pytest.raises(pymysql.err.OperationalError, match="1045") as caught:
        user(secret)
    assert "was still refused" in caught.value.__notes__[0]


def test_an_engine_replaces_connections_of_a_retired_credential(
    secret: RotatedSecret, mysql: Mysql, rotate: Callable[[str], str]
) -> None:
    # This server can't answer what the dialect asks first.
    engine = create_engine(secret, "mysql+pymysql://", pool_pre_ping=False, _initialize=False)
    retired = None
    for password in ("first", "second"):
        mysql.password = password
        rotate(password)
        time.sleep(AGAIN_SECONDS)
        secret.refresh(secret.credential())
        with engine.connect() as connection:
            assert connection.scalar(sqlalchemy.text("SELECT CURRENT_USER()")) == "app_user"
            driver = connection.connection.driver_connection
        assert driver is not retired
        assert not is_retired(driver, secret)
        retired = driver
    engine.dispose()


def test_a_server_that_is_not_trusted_is_refused(
    secret: RotatedSecret, mysql: Mysql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RDS_CA_BUNDLE")
    with pytest.raises(pymysql.err.OperationalError, match="certificate verify failed"):
        user(secret)
    assert not mysql.logins


def test_a_server_without_tls_is_sent_no_login(
    secret: RotatedSecret, store: Store, ca: Path
) -> None:
    with mysql_server(ca, password="first", tls=False) as plain:
        there = {"host": "localhost", "port": plain.port}
        store.manager.put(ARN, "AWSCURRENT", document("first") | there)
        with pytest.raises(pymysql.err.OperationalError, match="SSL is required"):
            user(secret)
        assert not plain.logins
