import pytest

from benchmarks.rotation.packets import MYSQL, POSTGRES, Packets

SSL_REQUEST = bytes.fromhex("0000000804d2162f")
RECORD = bytes.fromhex("1703030003") + b"abc"
STARTUP = bytes.fromhex("0000000d00030000") + b"user\0"
MESSAGE = b"Q" + (4 + 9).to_bytes(4) + b"SELECT 1\0"


def in_pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_with_tls_the_request_and_each_record_is_a_packet_however_they_come(size: int) -> None:
    client = Packets(POSTGRES)
    for piece in in_pieces(SSL_REQUEST + 3 * RECORD, size):
        client.take(piece)
    server = Packets(POSTGRES, client=client)
    for piece in in_pieces(b"S" + 2 * RECORD, size):
        server.take(piece)
    assert (client.count, server.count) == (4, 3)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_without_tls_each_message_is_a_packet_however_they_come(size: int) -> None:
    client = Packets(POSTGRES)
    for piece in in_pieces(STARTUP + 2 * MESSAGE, size):
        client.take(piece)
    server = Packets(POSTGRES, client=client)
    for piece in in_pieces(3 * MESSAGE, size):
        server.take(piece)
    assert (client.count, server.count) == (3, 3)


def test_a_packet_that_is_not_complete_does_not_count() -> None:
    client = Packets(POSTGRES)
    client.take(SSL_REQUEST + RECORD[:-1])
    assert client.count == 1


def numbered(number: int, content: bytes) -> bytes:
    return len(content).to_bytes(3, "little") + bytes([number]) + content


GREETING = numbered(0, b"\x0a8.4.0\0" + bytes(60))


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_greeting_of_mysql_is_a_packet_before_tls(size: int) -> None:
    client = Packets(MYSQL)
    server = Packets(MYSQL, client=client)
    for piece in in_pieces(GREETING, size):
        server.take(piece)
    question = numbered(1, (0x0800).to_bytes(4, "little") + bytes(28))
    for piece in in_pieces(question + 2 * RECORD, size):
        client.take(piece)
    for piece in in_pieces(3 * RECORD, size):
        server.take(piece)
    assert (client.count, server.count) == (3, 4)


def test_without_tls_each_packet_of_mysql_counts() -> None:
    client = Packets(MYSQL)
    server = Packets(MYSQL, client=client)
    server.take(GREETING)
    client.take(numbered(1, bytes(40)) + numbered(0, b"\x03SELECT 1"))
    server.take(numbered(2, b"ok") + numbered(1, b"ok"))
    assert (client.count, server.count) == (2, 3)
