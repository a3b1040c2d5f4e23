import psycopg
import pytest

from local.postgres import PostgresServer
from postgres_user.scram import verifier
from rotation.secret_text import SecretText


@pytest.mark.parametrize("password", ["simple-1", "with space ' \" \\", "pässwörd", "x" * 128])
def test_the_server_accepts_the_password_whose_verifier_it_got(
    postgres: PostgresServer, password: str
) -> None:
    text = verifier(SecretText(password))
    with postgres.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS verified")
        connection.execute(f"CREATE ROLE verified LOGIN PASSWORD '{text}'")
        [[stored]] = connection.execute(
            "SELECT rolpassword FROM pg_authid WHERE rolname = 'verified'"
        ).fetchall()
    assert stored == text
    postgres.connect("verified", password).close()
    with pytest.raises(psycopg.OperationalError):
        postgres.connect("verified", password + "x")


def test_each_verifier_has_a_salt_of_its_own() -> None:
    assert len({verifier(SecretText("same")) for _ in range(3)}) == 3
