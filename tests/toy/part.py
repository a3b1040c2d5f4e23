"""Who opens the gate in the demonstration, while its token rotates."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

from local.demo.parts import Stage
from local.local_aws import LocalAws

_PAUSE_SECONDS = 0.05


class ToyGuest:
    """Opens the gate again and again, with the token that is AWSCURRENT. See `Part`.

    Args:
        gate: Its address.
    """

    def __init__(self, gate: str) -> None:
        self._gate = gate

    def settings(self, given: Mapping[str, str], aws: LocalAws) -> Mapping[str, str]:
        """Want nothing: the app has a toy in any case."""
        del given, aws
        return {}

    def prepare(self, aws: LocalAws) -> None:
        """Make nothing."""

    @contextmanager
    def show(self, stage: Stage) -> Iterator[None]:
        """Let the guest come."""
        answers: list[str] = []
        stop = threading.Event()
        thread = threading.Thread(target=self._visit, args=(stage, stop, answers), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
        failures = [each for each in answers if each]
        stage.attempts.succeeded(
            "guest", "open the gate", calls=len(answers) - len(failures), failures=failures
        )

    def _visit(self, stage: Stage, stop: threading.Event, answers: list[str]) -> None:
        secrets = stage.aws.client("secretsmanager")
        while not stop.wait(_PAUSE_SECONDS):
            text = secrets.get_secret_value(SecretId=stage.outputs["ToySecretName"])["SecretString"]
            answers.append(self._open(json.loads(text)["token"]))

    def _open(self, token: str) -> str:
        """Open the gate; returns what was wrong."""
        connection = HTTPConnection(self._gate)
        try:
            connection.request("GET", "/", headers={"Authorization": f"Bearer {token}"})
            status = connection.getresponse().status
        except (OSError, HTTPException) as error:
            return str(error)
        finally:
            connection.close()
        return "" if status == HTTPStatus.NO_CONTENT else f"the gate answered {status}"
