import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from local.patience import patient
from tests.faults.packet_fault import Action, Direction, Packet, PacketFault
from tests.faults.proxy import Proxy
from tests.faults.records import Records
from tests.faults.subjects.mysql import MariaDBSubject
from tests.faults.subjects.postgresql import PostgreSQLSubject

QUESTION, ANSWER = b"question", b"S"
FIRST = PostgreSQLSubject.first_packets


def record(content: bytes) -> bytes:
    return b"\x17\x03\x03" + len(content).to_bytes(2) + content


@contextmanager
def echo() -> Iterator[int]:
    """A server that answers like PostgreSQL, and then sends back each record."""

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    def talk(connection: socket.socket) -> None:
        with connection:
            connection.recv(len(QUESTION))
            connection.sendall(ANSWER)
            while data := connection.recv(4096):
                connection.sendall(data)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with echo() as port, Proxy(port, FIRST) as proxy:
        yield proxy


@contextmanager
def client(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=patient(5)) as connection:
        connection.sendall(QUESTION)
        assert connection.recv(1) == ANSWER
        yield connection


def arm(proxy: Proxy, action: Action, direction: Direction, number: int) -> PacketFault:
    fault = PacketFault(Packet(0, direction, number), action)
    proxy.arm(fault)
    return fault


def test_a_stream_is_cut_into_records_however_it_arrives() -> None:
    packets = [QUESTION, record(b"abc"), record(b""), record(b"x" * 60_000)[:100]]
    stream = b"".join(packets[:3])
    for size in range(1, len(stream) + 1):
        records = Records(FIRST.to_server)
        pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
        assert [p for piece in pieces for p in records.cut(piece)] == packets[:3]
        assert list(records.cut(packets[3])) == []
        assert list(records.rest()) == [packets[3]]


def test_a_stream_may_begin_with_a_packet_that_tells_its_size() -> None:
    greeting = (300).to_bytes(3, "little") + b"\0" + b"x" * 300
    records = Records(MariaDBSubject.first_packets.to_client)
    assert list(records.cut(greeting[:3])) == []
    assert list(records.cut(greeting[3:] + record(b"abc"))) == [greeting, record(b"abc")]


def test_packets_are_counted_by_connection_and_direction(proxy: Proxy) -> None:
    proxy.arm()
    for _ in range(2):
        with client(proxy) as connection:
            for content in (b"one", b"two"):
                connection.sendall(record(content))
                assert read(connection, 8) == record(content)
        proxy.settle()
    expected = [Packet(c, d, n) for c in range(2) for d in Direction for n in range(3)]
    assert sorted(proxy.packets, key=str) == sorted(expected, key=str)


def test_a_packet_that_is_cut_is_lost_for_both(proxy: Proxy) -> None:
    for direction, echoed in {Direction.TO_SERVER: 1, Direction.TO_CLIENT: 2}.items():
        fault = arm(proxy, Action.CUT, direction, 2)
        with client(proxy) as connection:
            connection.sendall(record(b"one"))
            assert read(connection, 8) == record(b"one")
            connection.sendall(record(b"two"))
            assert read(connection, 8) == b""
        proxy.settle()
        assert fault.reached.is_set()
        to_client = [p for p in proxy.packets if p.direction is Direction.TO_CLIENT]
        assert len(to_client) == 1 + echoed


def test_a_packet_that_is_delayed_comes(proxy: Proxy) -> None:
    fault = arm(proxy, Action.DELAY, Direction.TO_SERVER, 1)
    with client(proxy) as connection:
        connection.sendall(record(b"one"))
        assert read(connection, 8) == record(b"one")
    assert fault.reached.is_set()


def test_a_packet_that_is_held_comes_when_it_is_released(proxy: Proxy) -> None:
    fault = arm(proxy, Action.HOLD, Direction.TO_SERVER, 1)
    with client(proxy) as connection:
        connection.sendall(record(b"one"))
        assert fault.reached.wait(patient(5))
        connection.settimeout(0.1)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        connection.settimeout(patient(5))
        fault.released.set()
        assert read(connection, 8) == record(b"one")


def test_a_packet_that_is_held_reaches_the_server_although_its_sender_is_gone(
    proxy: Proxy,
) -> None:
    fault = arm(proxy, Action.HOLD, Direction.TO_SERVER, 1)
    with client(proxy) as connection:
        connection.sendall(record(b"one"))
        assert fault.reached.wait(patient(5))
    fault.released.set()
    proxy.settle()
    wait_until_over(proxy)
    assert Packet(0, Direction.TO_CLIENT, 1) in proxy.packets


def test_only_one_connection_is_struck(proxy: Proxy) -> None:
    arm(proxy, Action.CUT, Direction.TO_SERVER, 1)
    for expected in (b"", record(b"one")):
        with client(proxy) as connection:
            connection.sendall(record(b"one"))
            assert read(connection, 8) == expected


def test_connections_that_are_frozen_don_t_even_end(proxy: Proxy) -> None:
    proxy.arm()
    with client(proxy) as connection:
        proxy.freeze()
        connection.sendall(record(b"one"))
        connection.settimeout(0.1)
        with pytest.raises(TimeoutError):
            connection.recv(1)
    assert not any(link.over for link in proxy._links)


def test_connections_that_are_severed_end(proxy: Proxy) -> None:
    proxy.arm()
    with client(proxy) as connection:
        proxy.sever()
        assert read(connection, 1) == b""
    proxy.settle()


def read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (more := connection.recv(size - len(data))):
        data += more
    return data


def wait_until_over(proxy: Proxy) -> None:
    for link in proxy._links:
        link.join()
