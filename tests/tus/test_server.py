"""A real server and a real client (tuspy): what is cut, killed or slow goes on where it stopped, byte for byte."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import pytest
from tusclient.client import TusClient
from tusclient.uploader.uploader import Uploader

from tests.process import CHECKOUT, ServerProcess
from tests.tus.conftest import BYTES, metadata

MB = 1024 * 1024
PASSWORD = "correct horse battery"


@dataclass
class Place:
    """An instance with one job, a token, and a server whose port survives its death."""

    instance: Path
    token: str
    job: str
    port: int

    def server(self) -> ServerProcess:
        """Make the server, always on the same port."""
        return ServerProcess(
            self.instance, {"ADDENDA_DISK_RESERVE": "0 B"}, ("-m", "cli", "serve", "--port", str(self.port))
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self) -> TusClient:
        """Make a tus client with the token."""
        return TusClient(f"{self.url}/tus/", headers={"Authorization": f"Bearer {self.token}"})

    def uploader(self, file: BinaryIO, chunk: int, **more: object) -> Uploader:
        """Make a tus upload of a file to the job; the file is opened here, since the client closes none."""
        wanted = {"filename": "big.bin", "record": self.job}
        return self.client().uploader(file_stream=file, chunk_size=chunk, metadata=wanted, **more)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str]]:
        """Send one request; return status and headers."""
        spoken = {"Authorization": f"Bearer {self.token}", "Tus-Resumable": "1.0.0"}
        spoken |= {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"{self.url}{path}", body or None, spoken, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return reply.status, dict(reply.headers)
        except urllib.error.HTTPError as refusal:
            return refusal.code, dict(refusal.headers)

    def begin(self, length: int) -> str:
        """Begin an upload; return its path."""
        named = metadata(filename="a.bin", record=self.job)
        return self.ask("POST", "/tus/", Upload_Length=str(length), Upload_Metadata=named)[1]["Location"]

    def offset(self, path: str) -> int:
        """Ask how far it came."""
        return int(self.ask("HEAD", path)[1]["Upload-Offset"])

    def open_patch(self, path: str, offset: int, length: int) -> socket.socket:
        """Begin a PATCH and send no byte of its body yet."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        head = (
            f"PATCH {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.token}\r\n"
            f"Tus-Resumable: 1.0.0\r\nContent-Type: {BYTES}\r\nUpload-Offset: {offset}\r\n"
            f"Content-Length: {length}\r\n\r\n"
        )
        connection.sendall(head.encode())
        return connection

    def stored(self) -> list[tuple[int, str]]:
        """Return size and SHA-256 of every blob on the disk."""
        blobs = sorted(path for path in (self.instance / "blobs").rglob("*") if path.is_file())
        return [(path.stat().st_size, sha256(path)) for path in blobs]

    def left_over(self) -> list[Path]:
        """Return what lies in the rooms of unfinished things."""
        return [*(self.instance / "partial").iterdir(), *(self.instance / "tmp").iterdir()]


def addenda(instance: Path, *arguments: str, text: str = "") -> str:
    """Run one command; return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=CHECKOUT,
        env={"ADDENDA_INSTANCE": str(instance), "ADDENDA_DISK_RESERVE": "0 B", "PATH": ""},
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """An instance with an editor, a token and a job: folder, token, the job's GUID."""
    instance = tmp_path_factory.mktemp("furnished") / "instance"
    addenda(instance, "db", "upgrade")
    addenda(instance, "user", "add", "ada", "--role", "editor", "--password-stdin", text=PASSWORD)
    token = addenda(instance, "token", "add", "ada").strip()
    job = json.loads(addenda(instance, "record", "add", "Job", "--title", "Big files", "--owner", "ada", "--json"))
    return instance, token, job["guid"]


@pytest.fixture
def place(furnished: tuple[Path, str, str], tmp_path: Path) -> Place:
    """A copy of that instance, and a port for it."""
    template, token, job = furnished
    shutil.copytree(template, tmp_path / "instance")
    return Place(tmp_path / "instance", token, job, free_port())


@pytest.fixture
def running(place: Place) -> Iterator[ServerProcess]:
    """The server of the place."""
    with place.server() as server:
        yield server


def file_of(folder: Path, size: int) -> Path:
    """Make a file of that many bytes in which every place is different."""
    path, source = folder / "big.bin", random.Random(size)
    with path.open("wb") as file:
        while (left := size - file.tell()) > 0:
            file.write(source.randbytes(min(left, MB)))
    return path


def until(holds: Callable[[], bool], seconds: float = 20) -> bool:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds()


@pytest.mark.faults
def test_a_killed_server_goes_on_where_it_stopped(place: Place, tmp_path: Path) -> None:
    file = file_of(tmp_path, 64 * MB)
    first = place.server().start()
    with file.open("rb") as opened:
        upload = place.uploader(opened, 4 * MB, retries=60, retry_delay=0.25)
        upload.upload(stop_at=20 * MB)
        sender = threading.Thread(target=upload.upload)
        sender.start()
        first.kill()
        reached = upload.offset
        with place.server():
            sender.join(90)
            status, headers = place.ask("HEAD", str(urlsplit(upload.url).path))
    assert 20 * MB <= reached < 64 * MB
    assert (status, headers["Upload-Offset"]) == (200, str(64 * MB))
    assert "Addenda-Attachment" in headers
    assert place.stored() == [(64 * MB, sha256(file))]
    assert place.left_over() == []


@pytest.mark.faults
def test_a_cut_patch_keeps_what_came(place: Place, running: ServerProcess) -> None:
    assert running.url == place.url
    path = place.begin(1000)
    with place.open_patch(path, 0, 1000) as connection:
        connection.sendall(b"x" * 600)
        connection.shutdown(socket.SHUT_WR)
        reply = connection.makefile("rb").read()
    assert reply.startswith(b"HTTP/1.1 400 ")
    assert place.offset(path) == 600
    status, headers = place.ask("PATCH", path, b"y" * 400, Content_Type=BYTES, Upload_Offset="600")
    assert (status, headers["Upload-Offset"]) == (204, "1000")
    assert place.stored() == [(1000, hashlib.sha256(b"x" * 600 + b"y" * 400).hexdigest())]


@pytest.mark.faults
def test_the_second_of_two_clients_waits(place: Place, running: ServerProcess) -> None:
    path = place.begin(2 * MB)
    with place.open_patch(path, 0, MB) as connection:
        connection.sendall(b"x" * (MB // 2))
        assert until(lambda: place.offset(path) > 0)
        there = place.offset(path)
        status, headers = place.ask("PATCH", path, b"y" * MB, Content_Type=BYTES, Upload_Offset=str(there))
        connection.sendall(b"x" * (MB // 2))
        reply = connection.recv(100)
    assert (status, headers["Retry-After"]) == (423, "1")
    assert reply.startswith(b"HTTP/1.1 204 ")
    assert place.offset(path) == MB
    assert "Traceback" not in running.output()


@pytest.mark.faults
def test_a_server_that_is_stopped_politely_loses_nothing(place: Place) -> None:
    with place.server() as server:
        path = place.begin(1000)
        place.ask("PATCH", path, b"x" * 600, Content_Type=BYTES, Upload_Offset="0")
        server.signal(signal.SIGTERM)
        assert server.wait() == 0
    with place.server():
        assert place.offset(path) == 600


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_large_files_with_checksums_need_little_memory(place: Place, running: ServerProcess, tmp_path: Path) -> None:
    file, calm = file_of(tmp_path, 300 * MB), running.peak_memory()
    with file.open("rb") as opened:
        place.uploader(opened, 16 * MB, upload_checksum=True).upload()
        place.uploader(opened, 300 * MB).upload()
    assert place.stored() == [(300 * MB, sha256(file))] * 2
    assert max(peak - calm[pid] for pid, peak in running.peak_memory().items()) < 16 * MB
