"""People of the local AWS: what moto lacks of IAM users, their MFA devices, and STS.

Each module has the corrections of one noun; `installed` makes all of them for a while.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from local.identity import boundaries, credential_report, mfa, roles, session_calls, users
from local.moto_patch import for_a_while

_MODULES = (mfa, users, boundaries, roles, session_calls, credential_report)


class _Corrections:
    """Made once for all that want them at the same time, and undone by the last to leave."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted = 0
        self._made = ExitStack()

    def want(self) -> None:
        with self._lock:
            if self._wanted == 0:
                self._made.enter_context(for_a_while(_install))
            self._wanted += 1

    def leave(self) -> None:
        with self._lock:
            self._wanted -= 1
            if self._wanted == 0:
                self._made.close()


def _install() -> None:
    for module in _MODULES:
        module.install()


_corrections = _Corrections()


@contextmanager
def installed() -> Iterator[None]:
    """Change moto so that its IAM and STS know people. It may be entered several times."""
    _corrections.want()
    try:
        yield
    finally:
        _corrections.leave()
