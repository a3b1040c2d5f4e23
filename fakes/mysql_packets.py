"""What a server of MySQL or MariaDB says first, for those that only pretend to be one.

https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html
"""

import struct

SSL_REQUEST_BYTES = 36
"""Length of the question for TLS, with its header."""

NONCE = b"0123456789abcdefghij"
"""What a client's proof is computed with."""

_LONG_PASSWORD, _CONNECT_WITH_DB, _PROTOCOL_41 = 0x1, 0x8, 0x200
_SSL, _SECURE, _PLUGIN_AUTH = 0x800, 0x8000, 0x80000
_ALWAYS = _LONG_PASSWORD | _CONNECT_WITH_DB | _PROTOCOL_41 | _SECURE | _PLUGIN_AUTH
_UTF8MB4, _AUTOCOMMIT = 45, 2


def packet(number: int, payload: bytes) -> bytes:
    """A payload with its header.

    Args:
        number: Which packet of the exchange it is.
        payload: What it says.
    """
    return struct.pack("<I", len(payload))[:3] + bytes([number]) + payload


def greeting(*, tls: bool = True, plugin: bytes = b"mysql_native_password") -> bytes:
    """The first packet.

    Args:
        tls: Whether the server offers it.
        plugin: How users prove themselves unless they are asked otherwise.
    """
    capabilities = _ALWAYS | (_SSL if tls else 0)
    return packet(
        0,
        b"\x0a8.4.0\0"
        + struct.pack("<I", 7)
        + NONCE[:8]
        + b"\0"
        + struct.pack(
            "<HBHHB",
            capabilities & 0xFFFF,
            _UTF8MB4,
            _AUTOCOMMIT,
            capabilities >> 16,
            len(NONCE) + 1,
        )
        + bytes(10)
        + NONCE[8:]
        + b"\0"
        + plugin
        + b"\0",
    )
