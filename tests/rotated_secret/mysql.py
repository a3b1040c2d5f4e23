"""A server that speaks MySQL's protocol over TLS and lets one password in.

No MySQL 8 server can be had for the tests. This one does the whole login, with the packets of
mysql-mimic. Its own server can't be used: it loses what a client sends right after the question for
TLS. What it answers to SQL does not matter here.
https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html
"""

import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import trustme
from mysql_mimic import packets
from mysql_mimic.auth import NativePasswordAuthPlugin
from mysql_mimic.charset import CharacterSet
from mysql_mimic.constants import DEFAULT_SERVER_CAPABILITIES
from mysql_mimic.errors import ErrorCode
from mysql_mimic.types import Capabilities, ServerStatus

NONCE = b"0123456789abcdefghij"
ALWAYS = DEFAULT_SERVER_CAPABILITIES & ~Capabilities.CLIENT_DEPRECATE_EOF
READY = ServerStatus.SERVER_STATUS_AUTOCOMMIT


@dataclass
class Mysql:
    """What a server knows.

    Attributes:
        password: What it accepts; a test changes it.
        context: Its TLS; None if it speaks none.
        port: On localhost.
        logins: How many it was sent.
    """

    password: str
    context: ssl.SSLContext | None
    port: int = 0
    logins: int = 0

    @property
    def capabilities(self) -> Capabilities:
        return ALWAYS | Capabilities.CLIENT_SSL if self.context else ALWAYS


class Exchange:
    """One connection: packets with a length and a number."""

    def __init__(self, connection: socket.socket, server: Mysql) -> None:
        self._connection = connection
        self._server = server
        self._number = 0

    def close(self) -> None:
        self._connection.close()

    def serve(self) -> None:
        self._send(
            packets.make_handshake_v10(
                capabilities=self._server.capabilities,
                server_charset=CharacterSet.utf8mb4,
                server_version="8.4.0",
                connection_id=1,
                auth_data=NONCE + b"\0",
                status_flags=READY,
                auth_plugin_name=NativePasswordAuthPlugin.name,
            )
        )
        answer = self._answer()
        if isinstance(answer, packets.SSLRequest):
            assert self._server.context
            self._connection = self._server.context.wrap_socket(self._connection, server_side=True)
            answer = self._answer()
        assert isinstance(answer, packets.HandshakeResponse41)
        self._server.logins += 1
        if not self._is_right(answer.auth_response):
            denied = ErrorCode.ACCESS_DENIED_ERROR
            self._send(packets.make_error(msg=f"Access denied for {answer.username}", code=denied))
            return
        self._send(packets.make_ok(ALWAYS, READY))
        while True:
            self._number = 0
            self._run(self._receive(), answer.username)

    def _answer(self) -> packets.HandshakeResponse41 | packets.SSLRequest:
        return packets.parse_handshake_response(self._server.capabilities, self._receive())

    def _is_right(self, scramble: bytes) -> bool:
        plugin = NativePasswordAuthPlugin()
        known = plugin.create_auth_string(self._server.password)
        return bool(plugin.verify_scramble(known, scramble, NONCE))

    def _run(self, command: bytes, username: str) -> None:
        if b"SELECT" not in command:
            self._send(packets.make_ok(ALWAYS, READY))
            return
        self._send(packets.make_column_count(ALWAYS, 1))
        self._send(packets.make_column_definition_41(CharacterSet.utf8mb4, name="who"))
        self._send(packets.make_eof(ALWAYS, READY))
        self._send(packets.str_len(username.encode()))
        self._send(packets.make_eof(ALWAYS, READY))

    def _send(self, payload: bytes) -> None:
        header = len(payload).to_bytes(3, "little") + bytes([self._number])
        self._connection.sendall(header + payload)
        self._number += 1

    def _receive(self) -> bytes:
        length, number = struct.unpack("<I", self._exactly(3) + b"\0")[0], self._exactly(1)
        self._number = number[0] + 1
        return self._exactly(length)

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self._connection.recv(count - len(data))
            if not more:
                raise ConnectionError
            data += more
        return data


@contextmanager
def mysql_server(ca: Path, *, password: str, tls: bool = True) -> Iterator[Mysql]:
    """Runs a server in a thread.

    Args:
        ca: Where the PEM file of its authority is put.
        password: What it accepts.
        tls: Whether it speaks TLS.
    """
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(ca))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    mysql = Mysql(password, context if tls else None)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            # The client goes when it likes.
            with closing(Exchange(self.request, mysql)) as exchange, suppress(OSError):
                exchange.serve()

    with socketserver.ThreadingTCPServer(("localhost", 0), Handler) as server:
        server.daemon_threads = True
        mysql.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield mysql
        finally:
            server.shutdown()
            thread.join()
