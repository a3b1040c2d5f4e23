"""Where the functions' logs go: to CloudWatch Logs as on AWS, and to a file for people."""

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from local.functions.deployed import DeployedFunction
from local.functions.role_sessions import assume_role, client_of
from local.identity.sessions import ServiceSession

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient


class Logs:
    """Delivers what functions log.

    As on AWS, Lambda writes to CloudWatch Logs with the rights of the function's role. A role that
    lacks them still runs, but logs nowhere; the file for people says so.

    Args:
        directory: Where the files go, one for each function; it is made.
        endpoint_url: Where the local AWS listens.
    """

    def __init__(self, *, directory: Path, endpoint_url: str) -> None:
        self._directory = directory
        self._endpoint_url = endpoint_url
        self._lock = threading.Lock()
        self._clients: dict[str, tuple[ServiceSession, CloudWatchLogsClient]] = {}
        self._streams: set[tuple[str, str]] = set()

    def file_of(self, function_name: str) -> Path:
        """Return the file in which a person finds a function's log."""
        return self._directory / f"{function_name}.log"

    def deliver(self, function: DeployedFunction, stream: str, text: str) -> None:
        """Deliver the lines of one event.

        Args:
            function: Who wrote them.
            stream: The log stream of the sandbox that wrote them.
            text: Whole lines.
        """
        self._append(function, text)
        try:
            self._put(function, stream, text)
        except (BotoCoreError, ClientError) as error:
            self._append(function, f"(this is not in log group {function.log_group}: {error})\n")

    def _append(self, function: DeployedFunction, text: str) -> None:
        with self._lock:
            self._directory.mkdir(parents=True, exist_ok=True)
            with self.file_of(function.name).open("a") as file:
                file.write(text)

    def _put(self, function: DeployedFunction, stream: str, text: str) -> None:
        client = self._client(function)
        if (function.log_group, stream) not in self._streams:
            _create_stream(client, function.log_group, stream)
            self._streams.add((function.log_group, stream))
        now = int(time.time() * 1000)
        client.put_log_events(
            logGroupName=function.log_group,
            logStreamName=stream,
            logEvents=[{"timestamp": now, "message": line} for line in text.split("\n") if line],
        )

    def _client(self, function: DeployedFunction) -> "CloudWatchLogsClient":
        session, client = self._clients.get(function.arn, (None, None))
        if session is None or client is None or not session.lasts(60):
            session = assume_role(function)
            client = client_of(
                session, "logs", region=function.region, endpoint_url=self._endpoint_url
            )
            self._clients[function.arn] = session, client
        return client


def _create_stream(client: "CloudWatchLogsClient", group: str, stream: str) -> None:
    try:
        client.create_log_stream(logGroupName=group, logStreamName=stream)
    except client.exceptions.ResourceNotFoundException:
        client.create_log_group(logGroupName=group)
        client.create_log_stream(logGroupName=group, logStreamName=stream)
