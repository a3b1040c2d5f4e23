"""Someone else where the database was: without TLS, unknown, under another name, or silent."""

import socket
import ssl
import time
from dataclasses import dataclass

import trustme

from fakes.world import STEPS
from rotation.errors import TargetError, UntrustedServerError
from tests.faults.bench import EVERY, Bench
from tests.faults.function import defect
from tests.faults.promises import outages
from tests.faults.site import Site
from tests.faults.tally import Tally, Verdict
from tests.postgres_user.impostor import (
    SSL_REQUEST,
    Behaviour,
    Impostor,
    certificate,
    garbling,
    hanging_up,
    impostor,
    silent_after_tls,
    with_certificate,
    without_tls,
)
from tests.postgres_user.impostor import silent as silent_server

_DRIP_SECONDS = 0.5

_LEFT_SECONDS = 1.0
"""What has to be left of a function's time when it has ended."""


@dataclass(frozen=True)
class _Case:
    step: str
    server: str
    milliseconds: int = 30_000

    def __str__(self) -> str:
        return f"{self.step} at a server that is {self.server} ({self.milliseconds} ms)"


def untrusted(bench: Bench, strategy: str, *, pick: slice = EVERY) -> Tally:
    """Servers that are not the right one: they are sent nothing that is secret.

    Args:
        bench: Where.
        strategy: By which strategy.
        pick: Which of the cases.
    """
    servers = {
        "without TLS": without_tls,
        "of an unknown authority": with_certificate(certificate(trustme.CA(), "localhost")),
        "of another name": with_certificate(certificate(bench.authority, "elsewhere")),
    }

    def check(site: Site, case: _Case) -> Verdict:
        verdict = Verdict(str(case))
        with impostor(servers[case.server]) as server:
            error = _step_at(bench, strategy, site, server, case, verdict)
        if not isinstance(error, UntrustedServerError):
            verdict.wrong([f"It ended in {error}"], "")
        verdict.injected = server.received.startswith(SSL_REQUEST)
        if server.received != SSL_REQUEST:
            verdict.leaks += 1
            verdict.wrong(["It was sent more than the question for TLS"], "")
        return verdict

    cases = [_Case(step, server) for server in servers for step in STEPS[1:]]
    tally = Tally("server without TLS, unknown, misnamed", strategy)
    return bench.run(tally, cases[pick], check)


def silent(bench: Bench, strategy: str, *, pick: slice = EVERY) -> Tally:
    """Servers that don't answer, at any stage of a login, for functions with little or much time.

    Args:
        bench: Where.
        strategy: By which strategy.
        pick: Which of the cases.
    """
    trusted = certificate(bench.authority, "localhost")
    servers: dict[str, Behaviour] = {
        "silent": silent_server,
        "silent after the question for TLS": silent_after_tls,
        "silent after the login began": _silent_within(trusted),
        "sending a byte now and then": _dripping,
        "sending nonsense": garbling,
        "hanging up": hanging_up,
    }

    def check(site: Site, case: _Case) -> Verdict:
        verdict = Verdict(str(case))
        site.context.milliseconds = case.milliseconds
        with impostor(servers[case.server]) as server:
            error = _step_at(bench, strategy, site, server, case, verdict)
        if not isinstance(error, TargetError):
            verdict.wrong([f"It ended in {error}"], "")
        if verdict.seconds > case.milliseconds / 1000 - _LEFT_SECONDS:
            verdict.wrong(["No time was left to tell about it"], "")
        return verdict

    cases = [_Case(step, name, 900_000) for name in servers for step in STEPS[1:]]
    cases += [_Case("setSecret", name, 6_000) for name in servers]
    return bench.run(Tally("server silent or talking nonsense", strategy), cases[pick], check)


def _step_at(
    bench: Bench,
    strategy: str,
    site: Site,
    server: Impostor,
    case: _Case,
    verdict: Verdict,
) -> BaseException | None:
    """Runs a step with the database's address gone to someone else, and gives it back."""
    function = bench.function(site, strategy)
    token = site.secrets.begin(site.arn)
    for step in STEPS[: STEPS.index(case.step)]:
        function.step(token, step)
    with site.elsewhere(server.port):
        error = function.step(token, case.step)
    verdict.wrong(defect(error), "")
    again = function.rotate(token)
    verdict.wrong([str(again)] if again else [], "when the right server was back")
    verdict.out(outages(site, strategy), "when the right server was back")
    verdict.seconds = function.seconds
    return error


def _silent_within(context: ssl.SSLContext) -> Behaviour:
    def behaviour(server: Impostor, connection: socket.socket) -> None:
        server.read(connection)
        connection.sendall(b"S")
        with context.wrap_socket(connection, server_side=True):
            server.wait()

    return behaviour


def _dripping(server: Impostor, connection: socket.socket) -> None:
    """Never lets a read time out, and never gets to the point."""
    server.read(connection)
    connection.sendall(b"S")
    for byte in b"\x16\x03\x03\x40\x00" + bytes(100):
        time.sleep(_DRIP_SECONDS)
        connection.sendall(bytes([byte]))
