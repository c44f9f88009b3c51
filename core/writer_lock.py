"""One writer at a time, in the order of arrival, over all threads and processes of an instance.

SQLite's own waiting is unfair (a busy timeout lets some writers wait for seconds), and before 3.51.3 a commit that meets
a checkpoint can damage a database in WAL mode. One lock round each write transaction ends both. It knows no database.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import Code, Refusal, Subject

PATIENCE = 10.0  # seconds
_FIRST_PAUSE = 0.0001
_LONGEST_PAUSE = 0.0005  # a third of a usual transaction: one thread of each process waits at most


class WriterLock:
    """A fair lock: first come, first served inside a process, and processes take turns."""

    def __init__(self, folder: Path, patience: float = PATIENCE) -> None:
        """Prepare the two lock files in `folder`; `patience` is how many seconds a writer waits."""
        self._patience = patience
        self._files = (folder / "write.queue", folder / "write.lock")
        self._descriptors: tuple[int, int] | None = None
        self._queue: deque[threading.Event] = deque()
        self._guard = threading.Lock()

    @contextmanager
    def held(self, patience: float | None = None) -> Iterator[None]:
        """Hold the lock for one write transaction; refuses UNAVAILABLE when the turn does not come in time.

        `patience` is how many seconds this writer waits, if not as many as all others.
        """
        deadline = time.monotonic() + (self._patience if patience is None else patience)
        self._wait_in_process(deadline)
        try:
            descriptor = self._wait_among_processes(deadline)
            try:
                yield
            finally:
                fcntl.flock(descriptor, fcntl.LOCK_UN)
        finally:
            self._next_in_process()

    def close(self) -> None:
        """Give the descriptors of the lock files back, once nobody writes any more."""
        opened, self._descriptors = self._descriptors, None
        for descriptor in opened or ():
            os.close(descriptor)

    def _wait_in_process(self, deadline: float) -> None:
        turn = threading.Event()
        with self._guard:
            self._queue.append(turn)
            if self._queue[0] is turn:
                return
        if turn.wait(deadline - time.monotonic()):
            return
        with self._guard:
            if self._queue[0] is turn:  # the turn came while we gave up
                return
            self._queue.remove(turn)
        raise _busy()

    def _next_in_process(self) -> None:
        with self._guard:
            self._queue.popleft()
            if self._queue:
                self._queue[0].set()

    def _wait_among_processes(self, deadline: float) -> int:
        # Whoever stands in the queue file is next: a process that has just released cannot overtake it.
        queue, lock = self._open_files()
        _poll(queue, deadline)
        try:
            _poll(lock, deadline)
        finally:
            fcntl.flock(queue, fcntl.LOCK_UN)
        return lock

    def _open_files(self) -> tuple[int, int]:
        # Opened on first use, thus after a fork: a descriptor shared with a parent would share its lock.
        if self._descriptors is None:
            queue, lock = (os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600) for path in self._files)
            self._descriptors = (queue, lock)
        return self._descriptors


def _poll(descriptor: int, deadline: float) -> None:
    pause = _FIRST_PAUSE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise _busy() from None
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        else:
            return


def _busy() -> Refusal:
    return Refusal(Code.UNAVAILABLE, "The server is busy; please try again.", Subject.NONE, retry_after=5)
