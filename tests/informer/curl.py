"""The real curl, speaking to a real server."""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cast import PASSWORD

_SAY = "%{http_code} %header{location}"


@dataclass(frozen=True)
class Answer:
    """What curl brought back."""

    status: int
    location: str
    body: bytes

    @property
    def json(self) -> Any:
        """Return the document."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Curl:
    """curl, speaking to the server at an address as somebody, from a folder of its own."""

    url: str
    folder: Path
    credential: tuple[str, ...] = ()

    def __call__(self, *arguments: str) -> Answer:
        """Send a request; the last argument is the path."""
        *options, path = arguments
        out = self.folder / "reply"
        out.unlink(missing_ok=True)
        told = subprocess.run(
            ["curl", "-sS", *self.credential, *options, "-o", str(out), "-w", _SAY, self.url + path],
            check=True,
            capture_output=True,
            cwd=self.folder,
            text=True,
        ).stdout
        status, _, location = told.partition(" ")
        return Answer(int(status), location, out.read_bytes() if out.exists() else b"")

    def digest(self, *arguments: str) -> tuple[int, str]:
        """Return size and SHA-256 of what a request brings, without keeping it; the last argument is the path."""
        *options, path = arguments
        size, sums = 0, hashlib.sha256()
        command = ["curl", "-sS", "--fail", *self.credential, *options, self.url + path]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as running:
            assert running.stdout is not None
            while piece := running.stdout.read(2**20):
                size += len(piece)
                sums.update(piece)
        assert running.returncode == 0
        return size, sums.hexdigest()

    def with_bearer(self, secret: str) -> Curl:
        """Speak with a token."""
        return Curl(self.url, self.folder, ("-H", f"Authorization: Bearer {secret}"))

    def with_basic(self, name: str, password: str = PASSWORD) -> Curl:
        """Speak with a name and a password."""
        return Curl(self.url, self.folder, ("-u", f"{name}:{password}"))
