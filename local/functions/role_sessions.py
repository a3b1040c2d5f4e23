"""The temporary credentials of the functions' roles."""

import threading
from collections.abc import Callable
from typing import Final

from local.functions.deployed import DeployedFunction
from local.functions.invocation import CannotRun
from local.identity.sessions import ServiceSession, begin_session

MayAssume = Callable[[str], bool]
"""Whether Lambda may assume a role (its ARN)."""

SESSION_SECONDS: Final = 3600


class RoleSessions:
    """Assumes roles for functions, and knows which function holds which credentials.

    Args:
        may_assume: Asked before each session; without, Lambda may assume any role.
    """

    def __init__(self, may_assume: MayAssume = lambda _: True) -> None:
        self._may_assume = may_assume
        self._lock = threading.Lock()
        self._functions: dict[str, DeployedFunction] = {}

    def assume(self, function: DeployedFunction) -> ServiceSession:
        """Assume a function's role for the function's own code.

        The session is named after the function, as Lambda does it.

        Raises:
            CannotRun: The role does not trust Lambda. The words are Lambda's:
                https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-deployment.html
        """
        if not self._may_assume(function.role):
            raise CannotRun("The role defined for the function cannot be assumed by Lambda.")
        session = assume_role(function)
        with self._lock:
            self._functions[session.access_key_id] = function
        return session

    def function_of(self, access_key_id: str) -> DeployedFunction | None:
        """Find the function that was given these credentials.

        Returns:
            The function; None if they are not those of a function's code.
        """
        with self._lock:
            return self._functions.get(access_key_id)

    def forget(self, session: ServiceSession) -> None:
        """The process that held the credentials is gone."""
        with self._lock:
            self._functions.pop(session.access_key_id, None)


def assume_role(function: DeployedFunction) -> ServiceSession:
    """Assume a function's role as the Lambda service does for its own work, such as logging."""
    return begin_session(
        function.role, region=function.region, name=function.name, seconds=SESSION_SECONDS
    )
