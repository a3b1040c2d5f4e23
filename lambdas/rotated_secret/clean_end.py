"""What pg8000 lacks where a server goes away, for the adapter and for the functions."""

import contextlib
from typing import Any

from pg8000.core import CoreConnection
from pg8000.exceptions import InterfaceError


class CleanEnd(CoreConnection):  # type: ignore[misc]  # pg8000 has no types
    """A connection whose end never fails and never waits for the garbage collector.

    pg8000 says goodbye to a server that has refused the login, tells of a broken connection instead
    of the refusal if the server has not waited for that, and leaves the socket open.

    Put it before pg8000's own class among the bases.
    """

    _sock: Any = None

    def __init__(self, *arguments: object, **options: object) -> None:
        """See pg8000's own class."""
        try:
            super().__init__(*arguments, **options)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Ends the session; any number of times, and one that is broken already is fine too."""
        if (stream := self._sock) is not None:
            with contextlib.suppress(InterfaceError, OSError):
                super().close()
            # A socket stays open as long as a file that was made of it.
            with contextlib.suppress(OSError):
                stream.close()
