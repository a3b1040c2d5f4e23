"""Does what is due: rotations, rules, and looks at alarms."""

import logging
import threading
from collections.abc import Callable
from typing import Self

from moto.secretsmanager.models import secretsmanager_backends

from local.aws.secrets_manager import SecretsManager

_log = logging.getLogger(__name__)

INTERVAL = 0.05
"""Real seconds between two looks; a sped-up clock passes hours meanwhile, and no window is lost."""


class Scheduler:
    """Looks again and again for secrets whose rotation window has opened, and for what else is due.

    Use it as a context manager.

    Args:
        *others: Each does what is due of something else.
    """

    def __init__(self, *others: Callable[[], None]) -> None:
        self._others = others
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="scheduler")

    def __enter__(self) -> Self:
        """Start looking."""
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL):
            for _, _, backend in list(secretsmanager_backends.iter_backends()):
                if isinstance(backend, SecretsManager):
                    self._look(backend.rotate_what_is_due)
            for other in self._others:
                self._look(other)

    def _look(self, fire: Callable[[], None]) -> None:
        try:
            fire()
        except Exception:  # noqa: BLE001 - see below
            # What can't be fired must not stop the other schedules.
            _log.exception("the scheduler failed; it goes on")
