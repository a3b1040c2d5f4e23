"""The wait of a deployment for rights that it has just given."""

import time
from collections.abc import Callable

from rotation.deadline import Deadline

DENIED = "AccessDeniedException"

RIGHTS_SECONDS = 12.0
"""How long a deployment waits for rights: a policy has effect some seconds after it was changed.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
"""

_PAUSE_SECONDS = 2.0


class Rights:
    """So much patience with denials, for one call or for several together."""

    def __init__(
        self, seconds: float, deadline: Deadline, pause: Callable[[float], None] = time.sleep
    ) -> None:
        """Begins with all of it.

        Args:
            seconds: How long is waited altogether.
            deadline: By when the calls have to be done.
            pause: Waits so many seconds.
        """
        self._seconds = seconds
        self._deadline = deadline
        self._pause = pause

    def may_come(self, code: str) -> bool:
        """Waits a moment if a call was denied; tells whether to make it again.

        Args:
            code: What AWS answered.

        Raises:
            OutOfTimeError: There is no time left to wait.
        """
        if code != DENIED or self._seconds <= 0:
            return False
        self._seconds -= _PAUSE_SECONDS
        self._pause(self._deadline.at_most(_PAUSE_SECONDS))
        return True
