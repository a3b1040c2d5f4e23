"""The server process of the local AWS.

Started with its configuration as JSON on standard input, it prints one line, the endpoint's URL,
when it is ready, and serves until it gets SIGTERM or its parent ends.
"""

import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import BaseWSGIServer, make_server

from local import identity
from local.aws import patches
from local.aws.alarms import Alarms
from local.aws.clock import Clock
from local.aws.cloudformation.custom_resources import Answers
from local.aws.configuration import ACCOUNT, HOST, Configuration
from local.aws.control import Control
from local.aws.instance_servers import InstanceServers
from local.aws.journal import Journal
from local.aws.permissions import InvokePermission, TrustOf
from local.aws.rotations import Rotations
from local.aws.rules import Rules
from local.aws.scheduler import Scheduler
from local.aws.trail import service_events
from local.aws.ways import Ways
from local.functions import Functions
from local.functions.interpreter import Node
from local.instances import InstanceSessions, MetadataService
from local.policies import Evaluator, enforce
from local.trail import Delivery

_LOOK_FOR_THE_END_SECONDS = 0.05

_Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class _Handler(MotoRequestHandler):
    """moto's request handler, without a line per request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


class _Late:
    """A WSGI application that is put in when the server's port is known."""

    application: _Application

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        return self.application(environ, start)


@contextmanager
def running(configuration: Configuration) -> Iterator[tuple[str, BaseWSGIServer]]:
    """Build the local AWS; on leaving, all that it has started has ended.

    Yields:
        The endpoint's URL, and the server, which is yet to serve.
    """
    late = _Late()
    server = make_server("127.0.0.1", 0, late, threaded=True, request_handler=_Handler)
    url = f"http://{HOST}:{server.server_port}"
    os.environ["MOTO_PORT"] = str(server.server_port)
    clock = Clock(configuration.speed)
    answers = Answers(url)
    decisions = Journal(configuration.decisions)
    with (
        Evaluator(node=configuration.node, node_modules=configuration.node_modules) as evaluator,
        Functions(
            interpreter=configuration.runtime,
            node=Node(configuration.node, configuration.node_modules),
            directory=configuration.directory,
            endpoint_url=url,
            extra_environment={
                "RDS_CA_BUNDLE": str(configuration.authorities),
                "KEY_SETTLE_SECONDS": "0",  # this IAM is consistent at once
            },
            may_assume=TrustOf(evaluator, "lambda.amazonaws.com"),
        ) as functions,
        InstanceServers(
            configuration.database,
            authorities=configuration.authorities,
            logs=configuration.logs,
        ) as servers,
        identity.installed(),
    ):
        _install(
            configuration,
            clock=clock,
            functions=functions,
            evaluator=evaluator,
            answers=answers,
            servers=servers,
        )
        application = DomainDispatcherApplication(create_backend_app)
        instances = InstanceSessions(
            account=ACCOUNT,
            region=configuration.region,
            may_assume=TrustOf(evaluator, "ec2.amazonaws.com"),
        )
        delivery = Delivery(
            evaluator,
            clock=clock,
            service_events=partial(service_events, Journal(configuration.rotations)),
        )
        judged = enforce(
            application,
            evaluator=evaluator,
            functions=functions,
            instances=instances,
            decisions=decisions,
            recorder=delivery,
        )
        late.application = Control(
            judged,
            clock=clock,
            answers=answers,
            metadata=MetadataService(instances),
            ways=Ways(functions, servers, decisions),
        )
        rules = Rules(
            invoke=functions.invoke,
            clock=clock,
            may_invoke=InvokePermission(evaluator, service="events.amazonaws.com"),
        )
        with Scheduler(rules.fire_what_is_due, Alarms().look, delivery.deliver_what_is_due):
            yield url, server


def _install(
    configuration: Configuration,
    *,
    clock: Clock,
    functions: Functions,
    evaluator: Evaluator,
    answers: Answers,
    servers: InstanceServers,
) -> None:
    rotations = Rotations(
        invoke=functions.invoke, clock=clock, journal=Journal(configuration.rotations)
    )
    patches.install(
        rotations=rotations,
        may_invoke=InvokePermission(evaluator, service="secretsmanager.amazonaws.com"),
        answers=answers,
        call=functions.invoke,
        instances=servers,
        evaluator=evaluator,
    )


def main() -> None:
    """Serve until told to stop."""
    configuration = Configuration.model_validate_json(sys.stdin.readline())
    configuration.logs.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        filename=configuration.logs / "server.log",
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    with running(configuration) as (url, server):
        gc.freeze()  # moto and its data stay as long as the process: not to be looked at again
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        print(url, flush=True)
        server.serve_forever(_LOOK_FOR_THE_END_SECONDS)


if __name__ == "__main__":
    main()
