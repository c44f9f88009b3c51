"""The peer of an upload: a bare loop that keeps a file and a row durably, without a server. It knows no right."""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
import time
from pathlib import Path


def per_second(folder: Path, content: bytes, threads: int, seconds: float) -> float:
    """Return how many times a second `threads` threads write, flush, rename, flush the folder and commit a row."""
    folder.mkdir(parents=True)
    deadline = time.monotonic() + seconds
    counts = [0] * threads
    database = folder / "db.sqlite3"
    with _connected(database) as connection:
        connection.execute("CREATE TABLE blob (key TEXT PRIMARY KEY, size INTEGER)")
    lock = threading.Lock()

    def work(place: int) -> None:
        with _connected(database) as connection:
            while time.monotonic() < deadline:
                _keep(folder, connection, lock, content)
                counts[place] += 1

    workers = [threading.Thread(target=work, args=(place,)) for place in range(threads)]
    began = time.monotonic()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(counts) / (time.monotonic() - began)


def _connected(database: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(database, isolation_level=None)
    for pragma in ("busy_timeout = 10000", "journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _keep(folder: Path, connection: sqlite3.Connection, lock: threading.Lock, content: bytes) -> None:
    key = secrets.token_hex(16)
    draft, final = folder / f"{key}.part", folder / key
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    os.write(descriptor, content)
    os.fsync(descriptor)
    os.close(descriptor)
    draft.rename(final)
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(place)
    os.close(place)
    with lock:
        connection.execute("INSERT INTO blob VALUES (?, ?)", (key, len(content)))
