import importlib
from datetime import datetime
from typing import Any, cast

import pg8000.native
import psycopg
import pytest

from consumer import handler as module
from consumer.login import PATIENCE_SECONDS, PAUSE_SECONDS, log_in
from local.postgres import PostgresServer
from rds.trust import verified_context
from tests.rotation.secrets_manager import SecretsManager

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEf"


@pytest.fixture
def secrets(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> SecretsManager:
    verified_context.cache_clear()
    monkeypatch.setenv("RDS_CA_BUNDLE", str(postgres.ca))
    postgres.create_admin("consumer", "pass-Word-1")
    secrets = SecretsManager()
    secrets.create(ARN, document(postgres, "pass-Word-1"))
    return secrets


def document(postgres: PostgresServer, password: str) -> dict[str, object]:
    return {
        "engine": "postgres",
        "host": postgres.host,
        "port": postgres.port,
        "username": "consumer",
        "password": password,
        "dbname": "postgres",
    }


def test_it_answers_who_it_is_with_which_version_and_when(
    secrets: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_ID", ARN)
    importlib.reload(module)
    monkeypatch.setattr(module, "secrets_manager", secrets)
    answer = module.handler({}, None)
    assert answer.keys() == {"user", "version_id", "server_time"}
    assert answer["user"] == "consumer"
    assert answer["version_id"] == secrets.secrets[ARN].labels["AWSCURRENT"]
    assert datetime.fromisoformat(answer["server_time"]).tzinfo
    assert "pass-Word-1" not in str(answer)


def test_it_always_says_which_label_it_reads(secrets: SecretsManager) -> None:
    asked: list[dict[str, str]] = []

    class Asked:
        def get_secret_value(self, **which: str) -> dict[str, Any]:
            asked.append(which)
            return secrets.get_secret_value(**which)

    log_in(cast("Any", Asked()), ARN)[0].close()
    assert asked == [{"SecretId": ARN, "VersionStage": "AWSCURRENT"}]


def test_it_gets_in_although_the_label_moves_after_the_password(
    secrets: SecretsManager, postgres: PostgresServer
) -> None:
    postgres.create_admin("consumer", "new-Pass-Word-1")
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            secrets.put(ARN, "AWSCURRENT", document(postgres, "new-Pass-Word-1"))

    connection, version = log_in(cast("Any", secrets), ARN, pause=pause)
    connection.close()
    assert len(pauses) == 3
    assert version == secrets.secrets[ARN].labels["AWSCURRENT"]


def test_a_password_that_stays_wrong_ends_in_the_databases_refusal(
    secrets: SecretsManager, postgres: PostgresServer
) -> None:
    postgres.create_admin("consumer", "new-Pass-Word-1")
    pauses: list[float] = []
    with pytest.raises(pg8000.native.DatabaseError, match="password authentication failed"):
        log_in(cast("Any", secrets), ARN, pause=pauses.append)
    assert sum(pauses) == pytest.approx(PATIENCE_SECONDS - PAUSE_SECONDS)


def test_another_refusal_is_not_waited_for(
    secrets: SecretsManager, postgres: PostgresServer
) -> None:
    wrong = document(postgres, "pass-Word-1") | {"dbname": "missing"}
    secrets.put(ARN, "AWSCURRENT", wrong)
    with pytest.raises(pg8000.native.DatabaseError, match="does not exist"):
        log_in(cast("Any", secrets), ARN, pause=lambda _: pytest.fail("waited"))


def test_a_server_that_is_not_trusted_gets_nothing(
    secrets: SecretsManager, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified_context.cache_clear()
    monkeypatch.delenv("RDS_CA_BUNDLE")
    with pytest.raises(Exception, match="certificate verify failed"):
        log_in(cast("Any", secrets), ARN)
    verified_context.cache_clear()
    with postgres.connect("consumer", "pass-Word-1") as connection:
        assert isinstance(connection, psycopg.Connection)
