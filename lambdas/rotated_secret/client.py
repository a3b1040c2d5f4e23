"""The clients for Secrets Manager, if the application brings none."""

from __future__ import annotations

import hashlib
import os
import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast
from weakref import WeakValueDictionary

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

from rotated_secret import forks
from rotated_secret.discretion import silence

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_SERVICE = "secretsmanager"
_API_VERSION = "2017-10-17"

CONNECT_SECONDS = 2
READ_SECONDS = 3
ATTEMPTS = 2
"""A call takes 11 seconds at most, the wait between the attempts included."""

CONNECTIONS = 50
"""How many connections a client keeps at most; all handles of a region share it."""


class _QuickLoader(Loader):
    """Takes each folder of botocore's data for a service, instead of looking into all 400.

    That is a third of the time that it takes to make a client. Every service is known: credentials
    may come from STS, IAM Identity Center or a sign-in.
    """

    @cached_property
    def _services(self) -> list[str]:
        folders = filter(Path.is_dir, map(Path, self.search_paths))
        return [entry.name for folder in folders for entry in folder.iterdir()]

    def list_available_services(self, type_name: str) -> list[str]:
        del type_name
        return self._services


def new_session(config: Config) -> botocore.session.Session:
    """A session that makes clients quickly.

    Args:
        config: Of all its clients. Those that bring credentials are among them: else these would
            wait for a minute, five times.
    """
    session = botocore.session.Session()
    session.register_component("data_loader", _QuickLoader())
    session.set_default_client_config(config)
    return session


def secrets_manager_client(region: str | None = None) -> SecretsManagerClient:
    """Makes a client whose calls end in time.

    Credentials and region are found as everywhere in AWS's SDKs.

    Args:
        region: Where the secret is, if that is known.

    Raises:
        botocore.exceptions.NoRegionError: No region is configured.
    """
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=CONNECTIONS,
    )
    with silence():
        client = new_session(config).create_client(
            _SERVICE, region_name=region, api_version=_API_VERSION
        )
    return cast("SecretsManagerClient", client)


class SharedClients:
    """One client for all handles of a region: each takes megabytes, and a while to make.

    A client goes away with the last handle that uses it. What AWS's SDKs read from the environment
    is part of its identity, so that a handle that is made after a change gets a new one.
    """

    def __init__(self) -> None:
        """Has none at first."""
        self._lock = threading.Lock()
        self._clients: WeakValueDictionary[object, SecretsManagerClient] = WeakValueDictionary()
        forks.watch(self)

    def get(self, region: str | None) -> SecretsManagerClient:
        """The client for a region; see `secrets_manager_client`."""
        key = (region, _environment())
        with self._lock:
            client = self._clients.get(key)
            if client is None:
                self._clients[key] = client = secrets_manager_client(region)
        return client

    def discard(self, client: SecretsManagerClient) -> None:
        """Lets the next one who asks have a new client, which looks for credentials anew."""
        with self._lock:
            for key, each in tuple(self._clients.items()):
                if each is client:
                    del self._clients[key]

    def forked(self) -> None:
        """In a child process: connections and locks are the parent's."""
        self._lock = threading.Lock()
        self._clients = WeakValueDictionary()


shared_clients = SharedClients()


def _environment() -> bytes:
    """A digest of what AWS's SDKs read from the environment, which holds keys."""
    digest = hashlib.sha256()
    for name, value in sorted(os.environ.items()):
        if name.startswith("AWS_") or name == "HOME" or name.upper().endswith("_PROXY"):
            digest.update(f"{name}={value}\0".encode(errors="surrogateescape"))
    return digest.digest()
