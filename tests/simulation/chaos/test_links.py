"""Links that a test can cut, hold and heal."""

from __future__ import annotations

import socket
import threading

import pytest

from simulation.chaos.links import Bundle, Links


@pytest.fixture
def echo():
    """A service that says everything back; yields its port."""
    server = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with connection:
            while data := connection.recv(1000):
                connection.sendall(data)

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=serve)
    thread.start()
    yield server.getsockname()[1]
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


@pytest.fixture
def link(echo):
    with Links() as links:
        yield links.to(echo)


@pytest.fixture
def call(link):
    opened = []

    def connect() -> socket.socket:
        opened.append(socket.create_connection(("127.0.0.1", link.port), timeout=5))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


def hears(connection: socket.socket, said: bytes) -> bool:
    connection.sendall(said)
    return connection.recv(1000) == said


def is_broken(connection: socket.socket) -> bool:
    try:
        return connection.recv(1000) == b""
    except ConnectionError:
        return True


def test_a_healthy_link_lets_everything_through(call):
    connection = call()
    assert hears(connection, b"one")
    assert hears(connection, b"two")


def test_a_cut_link_breaks_what_is_open_and_refuses_what_comes(link, call):
    before = call()
    assert hears(before, b"one")
    link.cut()
    assert is_broken(before)
    assert is_broken(call())
    link.heal()
    assert hears(call(), b"again")


@pytest.mark.parametrize("direction", [{"down": False}, {"up": False}, {}])
def test_what_a_link_held_back_comes_once_it_is_healed(link, call, direction):
    connection = call()
    assert hears(connection, b"one")
    link.hold(**direction)
    connection.settimeout(0.3)
    connection.sendall(b"two")
    with pytest.raises(TimeoutError):
        connection.recv(1000)
    link.heal()
    connection.settimeout(5)
    assert connection.recv(1000) == b"two"


def test_a_bundle_cuts_and_heals_all_that_goes_its_way(echo):
    with Links() as links:
        several = [links.to(echo), links.to(echo)]
        bundle = Bundle(several)
        before = [socket.create_connection(("127.0.0.1", link.port), timeout=5) for link in several]
        assert all(hears(connection, b"one") for connection in before)
        bundle.cut()
        assert all(is_broken(connection) for connection in before)
        bundle.heal()
        after = [socket.create_connection(("127.0.0.1", link.port), timeout=5) for link in several]
        assert all(hears(connection, b"two") for connection in after)
        for connection in (*before, *after):
            connection.close()


def test_a_service_that_is_away_ends_the_call(link, call):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        link.target_port = gone.getsockname()[1]
    assert is_broken(call())


def test_a_service_that_came_back_elsewhere_is_found(link, call, echo):
    link.target_port = 1
    assert is_broken(call())
    link.target_port = echo
    assert hears(call(), b"here")
