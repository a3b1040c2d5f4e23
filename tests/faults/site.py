"""A database with an admin and an application's secret, reached through a proxy."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from fakes.product import Document
from fakes.world import World
from rotation.handler import rotation_handler
from tests.faults.calls import Calls
from tests.faults.proxy import Proxy
from tests.faults.subject import Subject

_PASSWORD = re.compile(r'"password": "([^"]+)"')

Handler = Callable[..., None]


class Site(World):
    """A world whose secret names the proxy; checks of the test itself go around it.

    Attributes:
        product: The one on the bench.
        proxy: In front of the server.
        calls: In front of Secrets Manager.
    """

    product: Subject

    def __init__(self, subject: Subject) -> None:
        """Makes everything, and opens the proxy."""
        self.proxy = Proxy(subject.server.port, subject.first_packets)
        super().__init__(subject)
        self.calls = Calls(self.secrets)

    def login(self, username: str, password: str) -> Document:
        """The secret of a login, at the proxy."""
        return {**super().login(username, password), "port": self.proxy.port}

    def handler(self, strategy: str, calls: Calls | None = None) -> Handler:
        """A rotation function, as one sandbox of Lambda has it.

        Args:
            strategy: Name of the strategy.
            calls: Its client; the site's own if left out.
        """
        rotates = self.product.strategies[strategy](self.product.target)
        return rotation_handler(rotates, cast("Any", calls or self.calls))

    @contextmanager
    def elsewhere(self, port: int) -> Iterator[None]:
        """Lets the secrets name another server for a while.

        Args:
            port: Where it listens.
        """
        self._readdress(self.proxy.port, port)
        yield
        self._readdress(port, self.proxy.port)

    def _readdress(self, old: int, new: int) -> None:
        for secret in self.secrets.secrets.values():
            for version, text in secret.contents.items():
                if text:
                    secret.contents[version] = text.replace(f'"port": {old}', f'"port": {new}')

    @property
    def labels(self) -> dict[str, str]:
        """Which version of the application's secret carries which label."""
        return self.secrets.secrets[self.arn].labels

    def passwords(self) -> set[str]:
        """Every password in a version of a secret."""
        contents = (text for s in self.secrets.secrets.values() for text in s.contents.values())
        return {p for text in contents for p in _PASSWORD.findall(text or "")}

    def content(self, version: str) -> str | None:
        """What is in a version of the application's secret."""
        return self.secrets.secrets[self.arn].contents.get(version)
