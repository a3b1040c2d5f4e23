"""An application that calls an API with a token: an OAuth client of a real server."""

import base64
import json
import ssl
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from local.demo.maker_note import forget_the_maker
from local.demo.parts.part import Stage
from local.demo.parts.routine import Routine
from local.oauth_server import OAuthServer
from local.patience import patient

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

    from local.local_aws import LocalAws

_TOKEN = "partner"  # noqa: S105 - its name
_SECRET = "TokenPartnerSecretName"  # noqa: S105 - the output with the secret's name
_CREDENTIAL = ("client_id", "client_secret")
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
            caller.use_both()
        caller.tell(stage.attempts)


class Caller(Routine):
    """Asks for access tokens all the time. See `Routine`."""

    who = "client"
    what = "call an API while its token rotates"
    pause_seconds = 0.3

    def __init__(self, aws: "LocalAws", secret: str, server: OAuthServer) -> None:
        """Know whom to ask.

        Args:
            aws: The local AWS.
            secret: The name of the secret that holds the client's secret.
            server: Whom it asks.
        """
        super().__init__(aws, secret)
        self._url = f"{server.url}/token"
        self._context = ssl.create_default_context(cafile=server.authority)

    def __enter__(self) -> Self:
        """Start calling, and let the token be rotated at once."""
        super().__enter__()
        forget_the_maker(self._secrets, self._secret)
        return self

    def _use(self, credential: dict[str, Any], other: dict[str, Any]) -> None:
        del other
        quoted = (urllib.parse.quote_plus(credential[name]) for name in _CREDENTIAL)
        basic = base64.b64encode(":".join(quoted).encode()).decode()
        request = urllib.request.Request(  # noqa: S310 - https, of our own server
            self._url, b"grant_type=client_credentials", {"Authorization": f"Basic {basic}"}
        )
        with urllib.request.urlopen(  # noqa: S310 - likewise
            request, context=self._context, timeout=patient(_SECONDS)
        ):
            pass
