"""An application that calls an API with a token: an OAuth client of a real server."""

import base64
import json
import ssl
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from local.demo.attempt import Attempts
from local.demo.maker_note import forget_the_maker
from local.demo.parts.part import Stage
from local.oauth_server import OAuthServer
from local.patience import patient

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

    from local.local_aws import LocalAws

_TOKEN = "partner"  # noqa: S105 - its name
_SECRET = "TokenPartnerSecretName"  # noqa: S105 - the output with the secret's name
_PAUSE_SECONDS = 0.3
_SECONDS = 10


class ApiClient:
    """Shows an application that calls an API while its token rotates. See `Part`."""

    def __init__(self) -> None:
        """Know no server yet."""
        self._server = OAuthServer()

    def settings(self, given: Mapping[str, str], aws: "LocalAws") -> Mapping[str, str]:
        """Start the server, and want a client of it."""
        if any(name.startswith(("api_tokens", "settings")) for name in given):
            return {}
        self._server = aws.keep(OAuthServer())
        secrets: SecretsManagerClient = aws.client("secretsmanager")
        made = secrets.create_secret(
            Name="partner/registration", SecretString=self._server.initial_access_token
        )
        url = self._server.url
        settings = {
            "preset": "oauth-client",
            "parameters": json.dumps(
                {"registration_url": f"{url}/reg", "token_url": f"{url}/token"}
            ),
            "management_secret_arn": made["ARN"],
            "private_networks": "127.0.0.0/8",
            "authorities": str(self._server.authority),
        }
        return {f"api_tokens.{_TOKEN}.{name}": value for name, value in settings.items()}

    def prepare(self, aws: "LocalAws") -> None:
        """Make nothing: the server is there."""

    @contextmanager
    def show(self, stage: Stage) -> Iterator[None]:
        """Let the application call."""
        if _SECRET not in stage.outputs or not self._server.url:
            yield
            return
        with Caller(stage.aws, stage.outputs[_SECRET], self._server) as caller:
            yield
            caller.call_with_both()
        caller.tell(stage.attempts)


class Caller:
    """Asks for access tokens all the time: as the client of the beginning, and as AWSCURRENT's.

    Use it as a context manager: on leaving, the call under way is awaited.

    Args:
        aws: The local AWS.
        secret: The name of the secret that holds the client's secret.
        server: Whom it asks.
    """

    def __init__(self, aws: "LocalAws", secret: str, server: OAuthServer) -> None:
        self._calls = 0
        self._failures: list[str] = []
        self._secret = secret
        self._url = f"{server.url}/token"
        self._context = ssl.create_default_context(cafile=server.authority)
        self._secrets: SecretsManagerClient = aws.client("secretsmanager")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        """Start calling, and let the token be rotated at once."""
        self._first = self._read()
        self._thread.start()
        forget_the_maker(self._secrets, self._secret)
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop calling."""
        self._stop.set()
        self._thread.join()

    def call_with_both(self) -> None:
        """Call once more: as the client of the beginning, and as the one that is in use by now."""
        self._call(self._first)
        self._call(self._read())

    def tell(self, attempts: Attempts) -> None:
        """Write down how it went.

        Raises:
            NotAsIntendedError: A call failed.
        """
        what = "call an API while its token rotates"
        attempts.succeeded("client", what, calls=self._calls, failures=self._failures)

    def _run(self) -> None:
        while not self._stop.wait(_PAUSE_SECONDS):
            self.call_with_both()

    def _call(self, client: Mapping[str, Any]) -> None:
        quoted = (urllib.parse.quote_plus(client[name]) for name in ("client_id", "client_secret"))
        basic = base64.b64encode(":".join(quoted).encode()).decode()
        request = urllib.request.Request(  # noqa: S310 - https, of our own server
            self._url, b"grant_type=client_credentials", {"Authorization": f"Basic {basic}"}
        )
        try:
            with urllib.request.urlopen(  # noqa: S310 - likewise
                request, context=self._context, timeout=patient(_SECONDS)
            ):
                self._calls += 1
        except OSError as error:
            self._failures.append(str(error))

    def _read(self) -> dict[str, Any]:
        """Read AWSCURRENT: as the administrator, who stands for the application's own role."""
        answer = self._secrets.get_secret_value(SecretId=self._secret, VersionStage="AWSCURRENT")
        client: dict[str, Any] = json.loads(answer["SecretString"])
        return client
