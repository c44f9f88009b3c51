"""R12 in small: a hundred slow heads and 64 slow bodies, and everybody else is served as if they were not there."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.process import ServerProcess

MB = 1024 * 1024
HEAD = b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
BODY = b"POST /swallow HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n"

pytestmark = pytest.mark.faults


class SlowClients:
    """Many connections that begin with `start` and then send `drop`, once a second, until the server has enough."""

    def __init__(self, url: str, count: int, start: bytes, drop: bytes) -> None:
        place = urlsplit(url)
        self._drop = drop
        self._open = {socket.create_connection((str(place.hostname), place.port or 0)) for _ in range(count)}
        for connection in self._open:
            connection.sendall(start)
            connection.setblocking(False)
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._drip)
        self._thread.start()

    @property
    def count(self) -> int:
        return len(self._open)

    def all_gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self._open and time.monotonic() < deadline:
            time.sleep(0.1)
        return not self._open

    def leave(self) -> None:
        self._leaving.set()
        self._thread.join()
        for connection in self._open:
            connection.close()

    def _drip(self) -> None:
        while not self._leaving.wait(1.0):
            for connection in [each for each in self._open if not self._is_served(each)]:
                connection.close()
                self._open.discard(connection)

    def _is_served(self, connection: socket.socket) -> bool:
        try:
            if self._drop:
                connection.sendall(self._drop)
            return connection.recv(4096) != b""  # an answer; the end follows
        except BlockingIOError:
            return True
        except OSError:
            return False


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("slow") / "instance", {}, ("-m", "tests.cli.small_house")) as server:
        yield server


@contextlib.contextmanager
def slow_clients(house: ServerProcess, count: int, start: bytes, drop: bytes) -> Iterator[SlowClients]:
    clients = SlowClients(house.url, count, start, drop)
    try:
        yield clients
    finally:
        clients.leave()


def seconds_for(house: ServerProcess, path: str, body: bytes | None = None) -> float:
    began = time.monotonic()
    with urllib.request.urlopen(f"{house.url}{path}", data=body, timeout=10) as answer:
        assert answer.status == 200
        answer.read()
    return time.monotonic() - began


def test_slow_clients_starve_nobody_and_are_gone_in_time(house: ServerProcess) -> None:
    calm = sum(house.peak_memory().values())
    with (
        slow_clients(house, 100, HEAD, b"X") as heads,
        slow_clients(house, 32, BODY, b"X") as drips,
        slow_clients(house, 32, BODY, b"") as pauses,
    ):
        probes = sorted(seconds_for(house, "/healthz") for _ in range(200))
        assert (heads.count, drips.count, pauses.count) == (100, 32, 32)
        assert seconds_for(house, "/swallow", b"x" * MB) < 2.0
        assert heads.all_gone_within(14.0)
        later = sorted(seconds_for(house, "/healthz") for _ in range(50))
        assert drips.all_gone_within(30.0)
        assert pauses.all_gone_within(5.0)
    assert probes[197] < 0.2
    assert later[48] < 0.2
    assert sum(house.peak_memory().values()) - calm < 100 * MB  # two web workers, 50 MB each


def test_three_hundred_unfinished_heads_take_no_thread(house: ServerProcess) -> None:
    with slow_clients(house, 300, HEAD, b"X"):
        probes = sorted(seconds_for(house, "/healthz") for _ in range(100))
    assert probes[98] < 0.2


def test_clients_that_never_close_do_not_hold_the_main_loop(house: ServerProcess) -> None:
    with slow_clients(house, 40, b"GET /healthz HTTP/1.0\r\n\r\n", b""):
        probes = sorted(seconds_for(house, "/healthz") for _ in range(50))
    assert probes[49] < 1.0


def test_a_head_beyond_64_kib_is_refused_at_once(house: ServerProcess) -> None:
    place = urlsplit(house.url)
    with socket.create_connection((str(place.hostname), place.port or 0), timeout=5) as connection:
        connection.sendall(HEAD + b"X: " + b"a" * 70_000)
        assert connection.recv(100).startswith(b"HTTP/1.1 431")


def test_a_pipelined_half_head_is_dropped_in_time(house: ServerProcess) -> None:
    with slow_clients(house, 1, HEAD + b"\r\n" + HEAD, b"X") as client:
        assert client.all_gone_within(14.0)


def test_a_head_in_two_pieces_is_answered(house: ServerProcess) -> None:
    place = urlsplit(house.url)
    with socket.create_connection((str(place.hostname), place.port or 0), timeout=5) as connection:
        connection.sendall(b"\r\n" + HEAD)
        time.sleep(0.3)
        connection.sendall(b"Connection: close\r\n\r\n")
        assert connection.makefile("rb").read().endswith(b"ok")


def test_two_requests_on_one_connection_are_both_answered(house: ServerProcess) -> None:
    place = urlsplit(house.url)
    with socket.create_connection((str(place.hostname), place.port or 0), timeout=5) as connection:
        connection.sendall(HEAD + b"\r\n" + HEAD + b"Connection: close\r\n\r\n")
        assert connection.makefile("rb").read().count(b"HTTP/1.1 200") == 2
