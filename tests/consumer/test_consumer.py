import importlib
import sys
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any, cast

import pytest

from fakes.secrets_manager import SecretsManager
from local.mariadb import MariaDBServer
from local.mysql import MySQLServer
from local.postgres import PostgresServer
from rotated_secret import RotatedSecret

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEf"

Database = PostgresServer | MariaDBServer | MySQLServer


@dataclass
class Product:
    """A server, and what secrets call it."""

    engine: str
    server: Database

    def document(self, password: str) -> dict[str, object]:
        return {
            "engine": self.engine,
            "host": self.server.host,
            "port": self.server.port,
            "username": "consumer",
            "password": password,
            "dbname": "postgres",
        }


@pytest.fixture(
    params=[
        ("postgres", "postgres"),
        ("aurora-postgresql", "postgres"),
        ("mariadb", "mariadb"),
        ("mysql", "mysql"),
        ("aurora-mysql", "mysql"),
    ],
    ids=lambda param: param[0],
)
def product(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Product:
    """Each product with the consumer's login, where it is to be had."""
    engine, fixture = request.param
    server: Database = request.getfixturevalue(fixture)
    monkeypatch.setenv("RDS_CA_BUNDLE", str(server.ca))
    server.create_admin("consumer", "pass-Word-1")
    server.create_database("postgres", "consumer")
    return Product(engine, server)


@pytest.fixture
def secrets(product: Product) -> SecretsManager:
    secrets = SecretsManager()
    secrets.create(ARN, product.document("pass-Word-1"))
    return secrets


@pytest.fixture
def consumer(secrets: SecretsManager, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The function as it starts."""
    monkeypatch.setenv("SECRET_ID", ARN)
    monkeypatch.delitem(sys.modules, "consumer.handler", raising=False)
    module = importlib.import_module("consumer.handler")
    assert module.secret.secret_id == ARN
    monkeypatch.setattr(module, "secret", RotatedSecret(ARN, client=cast("Any", secrets)))
    return module


def test_it_answers_who_it_is_with_which_version_and_when(
    consumer: ModuleType, secrets: SecretsManager
) -> None:
    answer = consumer.handler({}, None)
    assert answer.keys() == {"user", "version_id", "server_time"}
    assert answer["user"] == "consumer"
    assert answer["version_id"] == secrets.secrets[ARN].labels["AWSCURRENT"]
    assert datetime.fromisoformat(answer["server_time"]).tzinfo
    assert "pass-Word-1" not in str(answer)


def test_it_gets_in_after_a_rotation_and_says_with_which_version(
    consumer: ModuleType, secrets: SecretsManager, product: Product
) -> None:
    before = consumer.handler({}, None)["version_id"]
    product.server.create_admin("consumer", "new-Pass-Word-1")
    newest = secrets.put(ARN, "AWSCURRENT", product.document("new-Pass-Word-1"))
    assert consumer.handler({}, None)["version_id"] == newest != before


def test_a_server_that_is_not_trusted_gets_nothing(
    consumer: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RDS_CA_BUNDLE")
    with pytest.raises(Exception, match="certificate verify failed"):
        consumer.handler({}, None)
