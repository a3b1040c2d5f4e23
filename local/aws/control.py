"""What the server answers beside AWS's own APIs, under ``/_local/``."""

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from werkzeug.wrappers import Request, Response

from local.aws.clock import Clock
from local.aws.cloudformation.custom_resources import Answers
from local.aws.ways import Ways
from local.instances import MetadataService

PREFIX = "/_local/"


class Control:
    """A WSGI application in front of another one.

    ``GET /_local/clock`` answers the schedules' time and speed, ``PUT /_local/clock`` with
    ``{"speed": N}`` changes the speed; custom resources put their answers here; programs on
    instances ask for their metadata here, and functions for their ways to databases.
    """

    def __init__(
        self,
        application: Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]],
        *,
        clock: Clock,
        answers: Answers,
        metadata: MetadataService,
        ways: Ways,
    ) -> None:
        self._application = application
        self._clock = clock
        self._answers = answers
        self._metadata = metadata
        self._ways = ways

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request, or pass it on."""
        if not environ.get("PATH_INFO", "").startswith(PREFIX):
            return self._application(environ, start)
        request = Request(environ)
        answer = (
            self._custom_resource(request)
            or self._ways.answer(request)
            or self._clock_control(request)
            or self._metadata.answer(request)
        )
        response = answer or Response("no such path\n", HTTPStatus.NOT_FOUND)
        return response(environ, start)

    def _custom_resource(self, request: Request) -> Response | None:
        if request.method != "PUT" or not request.path.startswith(self._answers.prefix):
            return None
        awaited = self._answers.put(
            request.path.removeprefix(self._answers.prefix), request.get_data()
        )
        return Response(status=HTTPStatus.OK if awaited else HTTPStatus.FORBIDDEN)

    def _clock_control(self, request: Request) -> Response | None:
        if request.path != f"{PREFIX}clock":
            return None
        if request.method == "PUT":
            try:
                self._clock.run_at(float(request.get_json()["speed"]))
            except (KeyError, TypeError, ValueError) as error:
                return Response(f"speed: {error}\n", HTTPStatus.BAD_REQUEST)
        state = {"now": self._clock.now().isoformat(), "speed": self._clock.speed}
        return Response(json.dumps(state), content_type="application/json")
