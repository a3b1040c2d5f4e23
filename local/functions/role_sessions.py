"""The temporary credentials of the functions' roles."""

import threading
from collections.abc import Callable
from typing import Any, Final

import botocore.session

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


_core = botocore.session.Session()
_core_lock = threading.Lock()
"""One for all clients: each would else read botocore's data anew."""


def client_of(
    session: ServiceSession,
    service: str,
    *,
    region: str,
    endpoint_url: str,
) -> Any:  # noqa: ANN401 - the callers annotate with the stubs' type
    """Return a client with the credentials of a session.

    Args:
        session: The session.
        service: As botocore names it.
        region: The client's region.
        endpoint_url: Where the local AWS listens.
    """
    with _core_lock:
        return _core.create_client(
            service,
            region_name=region,
            endpoint_url=endpoint_url,
            aws_access_key_id=session.access_key_id,
            aws_secret_access_key=session.secret_access_key,
            aws_session_token=session.session_token,
        )


def assume_role(function: DeployedFunction) -> ServiceSession:
    """Assume a function's role as the Lambda service does for its own work, such as logging."""
    return begin_session(
        function.role, region=function.region, name=function.name, seconds=SESSION_SECONDS
    )
