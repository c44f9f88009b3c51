"""What clients were promised: an entry for each upload whose success was read, and the clients that write it."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import requests

from tests.process import ServerProcess

Upload = Callable[["Uploader", bytes], str]  # sends a body and returns the path that gives it back


@dataclass(frozen=True)
class Entry:
    """One acknowledged upload: where it can be had, and what it must be."""

    path: str
    sha256: str


@dataclass
class Ledger:
    """Entries of all clients of a round."""

    entries: list[Entry] = field(default_factory=list)
    _grown: threading.Condition = field(default_factory=threading.Condition)

    def write(self, path: str, content: bytes) -> None:
        """Note an upload, once its success was read."""
        with self._grown:
            self.entries.append(Entry(path, hashlib.sha256(content).hexdigest()))
            self._grown.notify_all()

    def wait_for(self, count: int, patience: float = 20.0) -> None:
        """Wait until so many uploads were acknowledged, or the patience (seconds) is over on a busy machine."""
        with self._grown:
            self._grown.wait_for(lambda: len(self.entries) >= count, timeout=patience)


class Uploader(threading.Thread):
    """A client that uploads random bodies in every style until the server dies."""

    def __init__(self, url: str, token: str, parent: str, styles: list[Upload], ledger: Ledger, seed: int) -> None:
        super().__init__(daemon=True)
        self.url = url
        self.parent = parent
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"
        self._styles = styles
        self._ledger = ledger
        self.random = random.Random(seed)
        self.failure: BaseException | None = None

    def run(self) -> None:
        """Upload until the connection breaks; anything else that goes wrong is kept as the failure."""
        try:
            while True:
                content = self.content()
                path = self.random.choice(self._styles)(self, content)
                self._ledger.write(path, content)
        except requests.RequestException:
            return
        except BaseException as failure:  # noqa: BLE001 - shown by the test
            self.failure = failure

    def content(self) -> bytes:
        """Return the bytes of one upload."""
        return self.random.randbytes(self.random.choice([0, 1, 700, 70_000, 700_000, 5_000_000]))

    def send(self, method: str, path: str, expected: int, **more: object) -> requests.Response:
        """Send one request and insist on its status."""
        reply = self.session.request(method, self.url + path, timeout=30, **more)  # type: ignore[arg-type]  # as given
        assert reply.status_code == expected, f"{method} {path}: {reply.status_code} {reply.text[:300]}"
        return reply


def kill_amid(server: ServerProcess, clients: Sequence[Uploader], ledger: Ledger, seconds: float) -> None:
    """Let all upload, kill the server some seconds after the first were acknowledged, and see none fail otherwise."""
    for client in clients:
        client.start()
    ledger.wait_for(len(clients))
    time.sleep(seconds)
    server.kill()
    for client in clients:
        client.join(timeout=40)
    assert [client.failure for client in clients if client.failure] == []
