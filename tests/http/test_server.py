"""A real server process and real sockets: a cut body is never stored, a file travels by sendfile (tests R11, S4)."""

from __future__ import annotations

import http.client
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.http.house import LARGE

RAW = bytes(range(256)) * 1200
FORM = b'--xx\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + RAW + b"\r\n--xx--\r\n"
JSON = b'{"body":"' + b"QUJD" * 60_000 + b'"}'
BODIES = {
    "/api/raw": (RAW, "application/x-www-form-urlencoded"),
    "/api/form": (FORM, "multipart/form-data; boundary=xx"),
    "/api/json": (JSON, "application/json"),
}


@dataclass
class Server:
    """A running server, its port, its folder and its log."""

    port: int
    folder: Path
    log: Path

    def names(self) -> list[str]:
        """Return the files in the store, but for what it keeps for itself."""
        rooms = (self.folder / "tmp", self.folder / "blobs", self.folder / "partial")
        return sorted(path.name for room in rooms for path in room.rglob("*") if path.is_file())

    def settled(self, names: list[str]) -> bool:
        """Wait up to five seconds until the store holds these files and no other."""
        deadline = time.monotonic() + 5
        while self.names() != names and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.names() == names

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        """Send one whole request; return status and body of the reply."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            return reply.status, reply.read()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    room = tmp_path_factory.mktemp("server")
    with socket.create_server(("127.0.0.1", 0)) as listener, (room / "log").open("wb") as log:
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "-k",
            "gthread",
            "-w",
            "1",
            "--threads",
            "8",
            "--no-control-socket",
        ]
        process = subprocess.Popen(
            [*command, "-b", f"fd://{listener.fileno()}", "tests.http.house:served()"],
            env={**os.environ, "HOUSE_FOLDER": str(room / "store")},
            pass_fds=[listener.fileno()],
            stdout=log,
            stderr=log,
        )
        made = Server(listener.getsockname()[1], room / "store", room / "log")
        made.ask("GET", "/api/number/1")
        yield made
        process.terminate()
        process.wait(20)


def wire(path: str, framing: str) -> tuple[bytes, bytes]:
    """Return the head and the framed body of a request."""
    body, kind = BODIES[path]
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\n"
    if framing == "chunked":
        pieces = [body[at : at + 50_000] for at in range(0, len(body), 50_000)]
        chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
        return f"{head}Transfer-Encoding: chunked\r\n\r\n".encode(), chunks + b"0\r\n\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode(), body


def place(at: str, length: int) -> int:
    """Return after how many bytes to cut."""
    return {"0": 0, "1": 1, "50%": length // 2, "n-1": length - 1}[at]


def begun(server: Server, path: str, framing: str, at: str) -> socket.socket:
    """Send a request up to where it is cut."""
    head, body = wire(path, framing)
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    connection.sendall(head + body[: place(at, len(body))])
    return connection


@pytest.mark.faults
@pytest.mark.parametrize("at", ["0", "1", "50%", "n-1"])
@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize("path", BODIES)
def test_a_body_that_ends_early_is_refused_and_leaves_nothing(server: Server, path: str, framing: str, at: str) -> None:
    before = server.names()
    with begun(server, path, framing, at) as connection:
        connection.shutdown(socket.SHUT_WR)
        reply = connection.makefile("rb").read()
    assert reply.startswith(b"HTTP/1.1 400 ")
    assert b'"error": "incomplete"' in reply
    assert server.settled(before)


@pytest.mark.faults
@pytest.mark.parametrize("at", ["0", "1", "50%", "n-1"])
@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize("path", BODIES)
def test_a_body_whose_connection_breaks_leaves_nothing(server: Server, path: str, framing: str, at: str) -> None:
    before = server.names()
    with begun(server, path, framing, at) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert server.ask("GET", "/api/number/1")[0] == 200
    assert server.settled(before)


@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize("path", BODIES)
def test_a_whole_body_is_taken_either_way(server: Server, path: str, framing: str) -> None:
    head, body = wire(path, framing)
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + body)
        assert connection.makefile("rb").read().startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("chunks", [b"zz\r\nhello\r\n0\r\n\r\n", b"5\r\nhelloXX0\r\n\r\n", b"5\r\nhel"])
def test_a_malformed_chunk_is_refused_and_leaves_nothing(server: Server, chunks: bytes) -> None:
    before = server.names()
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(b"POST /api/raw HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
        connection.shutdown(socket.SHUT_WR)
        assert connection.makefile("rb").read().startswith(b"HTTP/1.1 400 ")
    assert server.settled(before)


def test_no_body_at_all_is_an_empty_one(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(b"POST /api/raw HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert b'"size":0' in connection.makefile("rb").read()


def test_too_large_a_body_is_refused_before_it_is_sent(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(b"POST /api/raw HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("path", ["/api/file", "/api/inline"])
def test_a_file_arrives_whole(server: Server, path: str) -> None:
    assert server.ask("GET", path) == (200, LARGE)


@pytest.mark.parametrize("path", ["/api/file", "/api/inline"])
@pytest.mark.parametrize(("first", "last"), [(0, 0), (1, 300_000), (2_999_000, 3_072_007), (70_000, 70_001)])
def test_a_range_arrives_from_its_place(server: Server, path: str, first: int, last: int) -> None:
    assert server.ask("GET", path, Range=f"bytes={first}-{last}") == (206, LARGE[first : last + 1])


@pytest.mark.parametrize(("method", "body"), [("HEAD", b""), ("GET", LARGE)], ids=["HEAD", "GET"])
def test_the_connection_stays_usable_after_a_download(server: Server, method: str, body: bytes) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
        connection.request(method, "/api/file")
        reply = connection.getresponse()
        assert reply.read() == body
        assert reply.headers["Content-Length"] == str(len(LARGE))
        before = connection.sock
        connection.request("GET", "/api/number/7")
        assert connection.getresponse().read() == b"7"
        assert connection.sock is before


def test_a_path_of_broken_bytes_is_refused_by_a_real_server_too(server: Server) -> None:
    assert server.ask("GET", "/api/a%fe.txt")[0] == 400


@pytest.mark.faults
def test_the_server_kept_calm(server: Server) -> None:
    assert "Traceback" not in server.log.read_text()
