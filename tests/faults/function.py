"""A rotation function as Secrets Manager sees it."""

import time
import traceback

from fakes.world import STEPS
from rotation.errors import RotationError
from tests.faults.crash import Crash
from tests.faults.site import Handler, Site


class Function:
    """Is invoked step by step, and remembers how it ended.

    Attributes:
        seconds: How long the longest step took.
    """

    def __init__(self, site: Site, handler: Handler, errors: list[str]) -> None:
        """Names it; nothing is invoked yet.

        Args:
            site: Whose secret it rotates.
            handler: Its code.
            errors: Gets what Lambda would print of an error, and more: the whole chain.
        """
        self.seconds = 0.0
        self._site = site
        self._handler = handler
        self._errors = errors

    def step(self, token: str, step: str) -> BaseException | None:
        """Invokes one step.

        Returns:
            What ended it, if not success. Anything but our own error or a crash is a defect.
        """
        event = {"SecretId": self._site.arn, "ClientRequestToken": token, "Step": step}
        return self.invoke(event)

    def invoke(self, event: object) -> BaseException | None:
        """Invokes it with any payload; see `step`."""
        start = time.monotonic()
        try:
            self._handler(event, self._site.context)
        except (Exception, Crash) as error:  # noqa: BLE001  # whatever a function may raise
            self._errors.append("".join(traceback.format_exception(error)))
            return error
        finally:
            self.seconds = max(self.seconds, time.monotonic() - start)
        return None

    def rotate(self, token: str) -> BaseException | None:
        """Invokes the four steps until one fails, as Secrets Manager does.

        Returns:
            What ended them, if not success.
        """
        for step in STEPS:
            if error := self.step(token, step):
                return error
        return None


def defect(error: BaseException | None) -> list[str]:
    """Finds fault with an error that is not one of ours."""
    if error is None or isinstance(error, (RotationError, Crash)):
        return []
    return [f"{type(error).__name__} came out"]
