"""What applications keep a secret in today."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_secretsmanager_caching import SecretCache, SecretCacheConfig

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

Document = dict[str, Any]


class Cache(Protocol):
    """A cache of one secret."""

    def get(self) -> Document:
        """What the cache has, or reads."""

    def get_anew(self) -> Document:
        """What Secrets Manager has now."""


MakeCache = Callable[["SecretsManagerClient", str], Cache]


class Powertools:
    """Powertools' parameters, with its cache of five seconds."""

    def __init__(self, client: "SecretsManagerClient", secret_id: str) -> None:
        self._provider = SecretsProvider(boto3_client=client)
        self._id = secret_id

    def get(self) -> Document:
        """What is at most five seconds old."""
        return self._read(force_fetch=False)

    def get_anew(self) -> Document:
        """The same without the cache."""
        return self._read(force_fetch=True)

    def _read(self, *, force_fetch: bool) -> Document:
        value = self._provider.get(self._id, transform="json", force_fetch=force_fetch)
        return dict(value)  # type: ignore[arg-type] # JSON of a secret is an object


class AwsCache:
    """AWS's caching client, with its default of an hour."""

    def __init__(self, client: "SecretsManagerClient", secret_id: str) -> None:
        self._cache = SecretCache(config=SecretCacheConfig(), client=client)
        self._id = secret_id

    def get(self) -> Document:
        """What is at most an hour old."""
        document: Document = json.loads(self._cache.get_secret_string(self._id))
        return document

    def get_anew(self) -> Document:
        """What Secrets Manager has after a forced refresh, which sleeps first."""
        self._cache.refresh_secret_now(self._id)
        return self.get()
