"""How each driver says that the login was refused."""

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from rotated_secret.refusals import is_refusal


class DriverError(Exception):
    def __init__(self, *arguments: object, **codes: object) -> None:
        super().__init__(*arguments)
        vars(self).update(codes)


FATAL = 'connection to server at "db", port 6432 failed: FATAL:  '


@pytest.mark.parametrize(
    "error",
    [
        DriverError("asyncpg", sqlstate="28P01"),
        DriverError("asyncpg", sqlstate="28000"),
        DriverError("psycopg2", pgcode="28P01"),
        DriverError({"C": "28P01", "M": "pg8000"}),
        DriverError(1045, "mysqlclient"),
        DriverError("MySQL Connector", errno=1045),
        psycopg.OperationalError(FATAL + 'password authentication failed for user "a"'),
        psycopg.OperationalError(FATAL + 'SCRAM authentication failed for user "a"'),
        psycopg.OperationalError(FATAL + 'role "a" is not permitted to log in'),
        psycopg.OperationalError(FATAL + 'no pg_hba.conf entry for host "10.0.0.1"'),
        OperationalError("", None, DriverError(1045, "mysqlclient")),
    ],
)
def test_a_refused_login_is_a_refusal(error: Exception) -> None:
    assert is_refusal(error)


@pytest.mark.parametrize(
    "error",
    [
        DriverError("asyncpg", sqlstate="3D000"),
        DriverError({"C": "53300", "M": "pg8000"}),
        DriverError(2003, "mysqlclient: 1045"),
        psycopg.OperationalError(FATAL + 'database "a" does not exist'),
        psycopg.OperationalError("the server closed the connection unexpectedly"),
        psycopg.errors.UndefinedTable("FATAL:  password authentication failed"),
        OperationalError("", None, DriverError("gone")),
        ConnectionResetError(104, "reset"),
        TimeoutError(),
    ],
)
def test_another_failure_is_none(error: Exception) -> None:
    assert not is_refusal(error)
