"""A real OAuth server on this machine, whose clients are registered and managed over HTTPS.

It is the npm package `oidc-provider`, with clients by RFC 7591 and RFC 7592 and the grant
`client_credentials`. It listens on loopback only, and ends with the program that started it.
"""

import json
import secrets
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Self

import trustme

from local import toolchain
from local.child import child_command
from local.errors import LocalError
from local.patience import patient

_PROGRAM = Path(__file__).with_name("oauth_server.mjs")
_AUTHORITY = toolchain.ROOT / ".build" / "oauth-server" / "authority.pem"
_STOP_SECONDS = 10


class OAuthServerError(LocalError):
    """The server did not start."""

    def __init__(self, output: str) -> None:
        lines = [line for line in output.strip().splitlines() if "Error" in line] or ["no message"]
        super().__init__(
            "the OAuth server did not start",
            why=lines[0],
            remedy="Run `make setup`, which brings the package oidc-provider",
        )


class OAuthServer:
    """Starts the server and ends it. Use it as a context manager.

    Attributes:
        url: Where it is, without a slash at the end; empty until it is up.
        initial_access_token: What lets somebody register a client.
        authority: File with the authority of its certificate, while it is up.
    """

    def __init__(self) -> None:
        """Prepare it; entering the context starts it."""
        self.url = ""
        self.initial_access_token = secrets.token_urlsafe(24)
        self.authority = Path()
        self._ending = ExitStack()

    def __enter__(self) -> Self:
        """Start it, and wait until it answers.

        Raises:
            OAuthServerError: It did not start.
        """
        with ExitStack() as starting:
            folder = Path(starting.enter_context(tempfile.TemporaryDirectory(prefix="oauth-")))
            self.authority, errors = folder / "authority.pem", folder / "errors"
            process = starting.enter_context(_started(errors))
            port = _answer(process, json.dumps(self._configuration()))
            if not port:
                raise OAuthServerError(errors.read_text(errors="replace"))
            self.url = f"https://localhost:{port}"
            self._ending = starting.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        """End it. Any number of times."""
        self._ending.close()

    def _configuration(self) -> dict[str, str]:
        authority = _authority()
        certificate = authority.issue_cert("localhost")
        authority.cert_pem.write_to_path(self.authority)
        return {
            "certificate": "".join(each.bytes().decode() for each in certificate.cert_chain_pems),
            "key": certificate.private_key_pem.bytes().decode(),
            "initialAccessToken": self.initial_access_token,
        }


def _authority() -> trustme.CA:
    """The authority of this machine's servers, which is made once.

    What trusts it is then the same in every run, such as the zip of a function.
    """
    if not _AUTHORITY.is_file():
        made = trustme.CA(organization_name="Local OAuth server")
        _AUTHORITY.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=_AUTHORITY.parent) as file:  # for its owner alone
            file.write(made.private_key_pem.bytes() + made.cert_pem.bytes())
            file.flush()
            with suppress(FileExistsError):  # another run was first
                _AUTHORITY.hardlink_to(file.name)
    text = _AUTHORITY.read_bytes()
    return trustme.CA.from_pem(text, text)


@contextmanager
def _started(errors: Path) -> "Iterator[subprocess.Popen[str]]":
    """A process that ends with the context."""
    command = child_command([str(toolchain.find().node), str(_PROGRAM)], death=signal.SIGTERM)
    with (
        errors.open("w") as stderr,
        subprocess.Popen(  # noqa: S603 - our own command
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(patient(_STOP_SECONDS))
            except subprocess.TimeoutExpired:
                process.kill()


def _answer(process: "subprocess.Popen[str]", text: str) -> str:
    """What a process writes in its first line after it was told something."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the process has no pipes")
    with suppress(BrokenPipeError):  # it died; the empty answer tells
        process.stdin.write(text)
        process.stdin.close()
    return process.stdout.readline().strip()
