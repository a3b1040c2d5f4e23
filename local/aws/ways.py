"""Answers functions that ask whether their connections to databases get through."""

from http import HTTPStatus

from moto.rds.models import rds_backends
from werkzeug.wrappers import Request, Response

from local.aws.instance_servers import InstanceServers
from local.aws.rds import place_of
from local.functions import Functions
from local.policies.judge import DecisionLog
from local.policies.network import Unreachable, check_way_to


class Ways:
    """Knows which function is asking, and what answers at a port of this machine.

    Args:
        functions: All functions.
        servers: What answers for the instances of RDS.
        decisions: Is told of every connection that does not get through.
    """

    PREFIX = "/_local/ways/"

    def __init__(
        self, functions: Functions, servers: InstanceServers, decisions: DecisionLog
    ) -> None:
        self._functions = functions
        self._servers = servers
        self._decisions = decisions

    def answer(self, request: Request) -> Response | None:
        """Answer ``GET /_local/ways/<access key id>/<port>``; None if it is another request."""
        if not request.path.startswith(self.PREFIX):
            return None
        access_key_id, _, port = request.path.removeprefix(self.PREFIX).partition("/")
        try:
            self._check(access_key_id, int(port))
        except Unreachable as error:
            return Response(f"{error}\n", HTTPStatus.FORBIDDEN)
        return Response(status=HTTPStatus.NO_CONTENT)

    def _check(self, access_key_id: str, port: int) -> None:
        function, identifier = (
            self._functions.function_of(access_key_id),
            self._servers.at(port),
        )
        if function is None or identifier is None:
            return
        place = place_of(rds_backends[function.account][function.region], identifier)
        if place is None:
            return
        try:
            check_way_to(place, host=function, port=port)
        except Unreachable as error:
            self._decisions.append(
                principal=function.arn,
                action="connect",
                resource=identifier,
                verdict="refused",
                layer="network",
                message=str(error),
            )
            raise
