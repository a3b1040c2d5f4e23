"""What can't be meant is refused at once, by the name of the argument."""

import asyncio
import math
from types import SimpleNamespace
from typing import Any, cast

import botocore.session
import pytest

from rotated_secret import (
    AsyncRotatedSecret,
    RotatedSecret,
    asyncpg,
    pg8000,
    psycopg,
    psycopg_pool,
    pymysql,
    sqlalchemy,
    sqlalchemy_async,
)
from tests.rotated_secret.conftest import ARN, Store

NAME = "orders/production/main/app"
SDK = botocore.session.Session()
OTHER = SDK.create_client("sts", "eu-central-1")
HANDLES: list[Any] = [RotatedSecret, AsyncRotatedSecret]
on_each_handle = pytest.mark.parametrize("handle", HANDLES)


@on_each_handle
@pytest.mark.parametrize(
    "secret_id",
    [None, 1, 1.5, True, b"orders", ["orders"], {"SecretId": "orders"}, object()],
)
def test_a_secret_id_that_is_no_text_is_refused(handle: Any, secret_id: object) -> None:
    with pytest.raises(TypeError, match="secret_id must be"):
        handle(secret_id)


@on_each_handle
@pytest.mark.parametrize(
    "secret_id",
    [
        "",
        " ",
        "orders\n",
        " orders",
        "my secret",
        "x" * 2049,
        "arn:",
        "arn:aws:ssm:eu-central-1:123456789012:parameter/orders",
        "arn:aws:secretsmanager:eu-central-1:123456789012:orders-AbCdEf",
        "arn:aws:secretsmanager::123456789012:secret:orders-AbCdEf",
        "arn:aws:rds:eu-central-1:123456789012:db:orders",
        "arn:nowhere:secretsmanager:eu-central-1:123456789012:secret:orders-AbCdEf",
    ],
)
def test_a_text_that_is_no_secret_id_is_refused(handle: Any, secret_id: str) -> None:
    with pytest.raises(ValueError, match="secret_id"):
        handle(secret_id)


@pytest.mark.parametrize("secret_id", [NAME, "rds!db-1a2b", "a", ARN, ARN.removesuffix("-AbCdEf")])
def test_names_and_arns_are_taken(secret_id: str) -> None:
    assert RotatedSecret(secret_id).secret_id == secret_id


@on_each_handle
@pytest.mark.parametrize("name", ["refresh_seconds", "patience_seconds"])
@pytest.mark.parametrize(
    ("seconds", "error"),
    [
        (None, TypeError),
        ("300", TypeError),
        (b"300", TypeError),
        (True, TypeError),
        (-1, ValueError),
        (math.nan, ValueError),
        (math.inf, ValueError),
        (10**9, ValueError),
        pytest.param(10**400, ValueError, id="more than a float holds"),
    ],
)
def test_a_duration_that_is_none_is_refused(
    handle: Any, name: str, seconds: object, error: type[Exception]
) -> None:
    with pytest.raises(error, match=f"{name} must be"):
        handle(NAME, **{name: seconds})


@on_each_handle
def test_a_credential_may_be_read_at_each_use_but_not_without_patience(handle: Any) -> None:
    assert handle(NAME, refresh_seconds=0)
    with pytest.raises(ValueError, match="patience_seconds must be"):
        handle(NAME, patience_seconds=0)


@on_each_handle
@pytest.mark.parametrize("client", ["secretsmanager", 1, SDK, OTHER])
def test_a_client_that_is_none_for_secrets_manager_is_refused(handle: Any, client: object) -> None:
    with pytest.raises(TypeError, match="client must be"):
        handle(NAME, client=client)


@on_each_handle
def test_a_clock_that_is_none_is_refused(handle: Any) -> None:
    with pytest.raises(TypeError, match="clock must be"):
        handle(NAME, clock=None)


@pytest.mark.parametrize("operation", [None, "SELECT 1", 1])
def test_an_operation_that_can_not_be_called_is_refused(
    secret: RotatedSecret, async_secret: AsyncRotatedSecret, store: Store, operation: Any
) -> None:
    with pytest.raises(TypeError, match="operation must be a function"):
        secret.run(operation)
    with pytest.raises(TypeError, match="refused must be a function"):
        secret.run(len, refused=operation)  # type: ignore[arg-type]  # that is what is tried
    with pytest.raises(TypeError, match="operation must be a function"):
        asyncio.run(async_secret.run(operation))
    assert not store.calls


@pytest.mark.parametrize("refused", [None, "version", 1])
def test_only_a_credential_can_have_been_refused(
    secret: RotatedSecret, async_secret: AsyncRotatedSecret, refused: Any
) -> None:
    with pytest.raises(TypeError, match="refused must be a Credential"):
        secret.refresh(refused)
    with pytest.raises(TypeError, match="refused must be a Credential"):
        asyncio.run(async_secret.refresh(refused))


def client_for(region: str, partition: str = "aws") -> Any:
    meta = SimpleNamespace(region_name=region, partition=partition)
    return SimpleNamespace(meta=meta, get_secret_value=print)


@on_each_handle
@pytest.mark.parametrize(
    ("client", "told"),
    [
        (client_for("us-east-1"), "region eu-central-1, and client is for us-east-1"),
        (client_for("eu-central-1", "aws-cn"), "partition aws, and client is for aws-cn"),
    ],
)
def test_a_client_for_another_region_than_the_arns_is_refused(
    handle: Any, client: Any, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        handle(ARN, client=client)


def test_an_arn_whose_region_is_of_another_partition_is_refused() -> None:
    with pytest.raises(ValueError, match="partition aws-cn, and client is for aws"):
        RotatedSecret(ARN.replace("arn:aws:", "arn:aws-cn:"))


@pytest.mark.parametrize("secret_id", [NAME, ARN])
def test_a_client_that_is_given_is_taken(secret_id: str) -> None:
    client = client_for("eu-central-1")
    assert RotatedSecret(secret_id, client=client)._cache._reader._client is client


@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws", "eu-central-1", "secretsmanager.eu-central-1.amazonaws.com"),
        ("aws", "us-west-2", "secretsmanager.us-west-2.amazonaws.com"),
        ("aws-cn", "cn-north-1", "secretsmanager.cn-north-1.amazonaws.com.cn"),
        ("aws-us-gov", "us-gov-west-1", "secretsmanager.us-gov-west-1.amazonaws.com"),
    ],
)
def test_the_region_of_an_arn_is_asked(
    monkeypatch: pytest.MonkeyPatch, partition: str, region: str, host: str
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    secret = RotatedSecret(f"arn:{partition}:secretsmanager:{region}:123456789012:secret:x-AbCdEf")
    client = cast("Any", secret._cache._reader._client)
    assert (client.meta.region_name, client.meta.endpoint_url) == (region, f"https://{host}")


def test_an_arn_needs_no_region_that_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.delenv("AWS_REGION", raising=False)
    assert RotatedSecret(ARN)


URL = "postgresql+psycopg://"
FOR_THREADS: list[Any] = [
    psycopg.connect,
    pg8000.connect,
    pymysql.connect,
    psycopg_pool.ConnectionPool,
    lambda secret: sqlalchemy.create_engine(secret, URL),
]
FOR_COROUTINES: list[Any] = [
    lambda secret: asyncio.run(psycopg.connect_async(secret)),
    lambda secret: asyncio.run(asyncpg.connect(secret)),
    psycopg_pool.AsyncConnectionPool,
    asyncpg.create_pool,
    lambda secret: sqlalchemy_async.create_async_engine(secret, URL),
]


@pytest.mark.parametrize("given", [None, NAME, 1, AsyncRotatedSecret])
@pytest.mark.parametrize("adapter", FOR_THREADS)
def test_an_adapter_for_threads_takes_no_other_handle(adapter: Any, given: Any) -> None:
    with pytest.raises(TypeError, match="secret must be a RotatedSecret"):
        adapter(given(NAME) if given is AsyncRotatedSecret else given)


@pytest.mark.parametrize("given", [None, NAME, 1, RotatedSecret])
@pytest.mark.parametrize("adapter", FOR_COROUTINES)
def test_an_adapter_for_coroutines_takes_no_other_handle(adapter: Any, given: Any) -> None:
    with pytest.raises(TypeError, match="secret must be an AsyncRotatedSecret"):
        adapter(given(NAME) if given is RotatedSecret else given)
