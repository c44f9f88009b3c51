"""A large file through real processes: raw and by form, little memory, byte-exact with Range and HEAD."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import sqlite_instance
from tests.informer.curl import Curl
from tests.process import CHECKOUT, MOST_MEMORY, ServerProcess

MiB = 2**20


@pytest.mark.parametrize(
    "size",
    [64 * MiB, pytest.param(1024 * MiB, marks=[pytest.mark.slow, pytest.mark.timeout(900)])],
    ids=["64 MiB", "1 GiB"],
)
def test_a_large_file_takes_little_memory_and_comes_back_whole(
    size: int, tmp_path: Path, sqlite_template: Path
) -> None:
    sqlite_instance(tmp_path / "instance", sqlite_template)
    whole, tail = _written(tmp_path / "large.bin", size)
    secret = _minted(tmp_path / "instance")
    with ServerProcess(tmp_path / "instance") as server:
        owner = Curl(server.url, tmp_path).with_bearer(secret)
        job = owner("--json", '{"type":"email","name":"Large"}', "/api/jobs").location
        action = owner("--json", '{"type":"save-files","name":"Keep"}', f"{job}/actions").location
        made = owner("--json", '{"type":"file","name":"large.bin"}', f"{action}/attachments").location
        contents = f"{made}/action-attachment-file-contents"

        assert owner("-T", "large.bin", contents).json["data"]["sha256"] == whole
        assert owner.digest(contents) == (size, whole)
        assert owner("-X", "PUT", "-F", "file=@large.bin", contents).json["data"]["sha256"] == whole
        assert owner.digest(contents) == (size, whole)

        assert owner.digest("-r", f"{size - 1000}-", contents) == (1000, tail)
        head = owner("-I", contents)
        assert head.status == 200
        assert f"Content-Length: {size}\r\n".encode() in head.body
        assert max(server.peak_memory().values()) < MOST_MEMORY


def _minted(instance: Path) -> str:
    """Make a token at the terminal."""
    command = [sys.executable, "-m", "cli", "token", "add", "ada"]
    environment = {**os.environ, "ADDENDA_INSTANCE": str(instance)}
    told = subprocess.run(command, cwd=CHECKOUT, env=environment, check=True, capture_output=True, text=True)
    return told.stdout.strip()


def _written(path: Path, size: int) -> tuple[str, str]:
    """Write a file in which no two blocks are alike; return the SHA-256 of the whole and of its last 1000 bytes."""
    seed, sums = os.urandom(MiB - 8), hashlib.sha256()
    with path.open("wb") as file:
        for number in range(size // MiB):
            block = number.to_bytes(8, "big") + seed
            file.write(block)
            sums.update(block)
    return sums.hexdigest(), hashlib.sha256(seed[-1000:]).hexdigest()
