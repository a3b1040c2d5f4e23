"""The secrets and database users of one candidate."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fakes.world import World


@dataclass
class Site(World):
    """A world whose secrets can name a proxy in the place of the server."""

    @contextmanager
    def through(self, port: int) -> Iterator[None]:
        """Let the secrets name another port for a while.

        Args:
            port: Where something passes on to the server, on the same host.
        """
        self._name(port)
        try:
            yield
        finally:
            self._name(self.product.server.port)

    def promoted(self, token: str) -> bool:
        """Whether a version is AWSCURRENT, and logs in."""
        labels = self.secrets.secrets[self.arn].labels
        return labels["AWSCURRENT"] == token and self.accepts(self.document())

    def _name(self, port: int) -> None:
        for secret in self.secrets.secrets.values():
            for version, text in secret.contents.items():
                if text is not None:
                    secret.contents[version] = json.dumps({**json.loads(text), "port": port})
