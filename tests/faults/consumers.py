"""Applications that log in all the time."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from fakes.product import Document
from rotated_secret import RotatedSecret
from tests.faults.site import Site
from tests.faults.turns import Turns

OF_EACH_KIND = 2


@dataclass
class Consumers:
    """Threads that log in until something is over.

    Attributes:
        site: To whose database.
        turns: Lets a rotation wait for logins that are under way.
        stale: What a consumer holds that read the secret before the last rotation.
        logins: How many logins there were.
        failures: Who was refused, and why.
    """

    site: Site
    turns: Turns = field(default_factory=Turns)
    stale: Document = field(default_factory=dict)
    logins: int = 0
    failures: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.stale = self.site.document()
        self.library = RotatedSecret(self.site.arn, client=cast("Any", self.site.secrets))

    def fresh(self) -> None:
        """Reads AWSCURRENT and logs in, once."""
        self.site.log_in(self.site.document()).close()

    def one_rotation_stale(self) -> None:
        """Logs in with what was AWSCURRENT before the last rotation."""
        self.site.log_in(self.stale).close()

    def with_our_library(self) -> None:
        """Logs in with a credential that the library holds."""
        self.site.product.connect(self.library).close()

    def a_password_is_about_to_change(self) -> None:
        """Lets the stale ones be one rotation stale, and no more."""
        self.stale = self.site.document()
        self.turns.next()

    def during(self, something: Callable[[], None], *kinds: Callable[[], None]) -> None:
        """Lets consumers of these kinds log in while something happens."""
        threads = [
            threading.Thread(target=self._repeat, args=(kind,), daemon=True)
            for kind in kinds
            for _ in range(OF_EACH_KIND)
        ]
        for thread in threads:
            thread.start()
        try:
            something()
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def _repeat(self, kind: Callable[[], None]) -> None:
        while not self._over.is_set():
            failure = None
            with self.turns.login():
                try:
                    kind()
                except self.site.product.refusals as error:
                    failure = f"{kind.__name__} {error}"
            with self._lock:
                self.logins += 1
                self.failures += [failure] if failure else []
