"""A real server in processes of its own, for tests that need sockets, signals and sudden death."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

CHECKOUT = Path(__file__).resolve().parent.parent
MOST_MEMORY = 100_000_000  # bytes that any process of the server may take at any time of its life
SERVE = ("-m", "cli", "serve", "--port", "0")
_READY = re.compile(r"^Addenda is ready on (http://\S+)$", re.MULTILINE)


class ServerProcess:
    """`addenda serve` on a free port for one instance; leaving the block stops it.

    `arguments` replace `-m cli serve --port 0` after the interpreter's name. What the server prints is in `.output()`.
    """

    def __init__(
        self,
        instance: Path,
        env: Mapping[str, str] | None = None,
        arguments: Sequence[str] = SERVE,
        patience: float = 60.0,
    ) -> None:
        self.instance = instance
        self.url = ""
        self.started_in = 0.0  # seconds from start to ready
        self._env = {k: v for k, v in os.environ.items() if not k.upper().startswith("ADDENDA_")} | dict(env or {})
        self._arguments = arguments
        self._patience = patience
        self._log = instance.with_name(f"{instance.name}.server.log")
        self._process: subprocess.Popen[bytes] | None = None
        self._seen: set[int] = set()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill() if error else self.stop()

    @property
    def pid(self) -> int:
        """The parent's process id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> Self:
        """Start the server and wait until it says that it is ready; raise AssertionError with its output when it ends."""
        began = time.monotonic()
        self.launch()
        self._await(lambda: bool(_READY.search(self.output())) or self.returncode() is not None)
        ready = _READY.findall(self.output())
        if not ready or self.returncode() is not None:
            self.kill()
            raise AssertionError(f"the server did not become ready:\n{self.output()}")
        self.url = ready[-1]
        self.started_in = time.monotonic() - began
        self.pids()
        return self

    def launch(self) -> Self:
        """Start the server and do not wait."""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._arguments],
                cwd=CHECKOUT,
                env={**self._env, "ADDENDA_INSTANCE": str(self.instance), "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        return self

    def output(self) -> str:
        """Everything that the server has printed since it was started last."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def returncode(self) -> int | None:
        """Return the exit status of the parent, or None while it runs."""
        assert self._process is not None
        return self._process.poll()

    def pids(self) -> list[int]:
        """Every process of the server that lives: the parent first, then its descendants."""
        found = [pid for pid in [self.pid, *_descendants(self.pid)] if _is_alive(pid)]
        self._seen.update(found)
        return found

    def child(self, module: str) -> int:
        """Find the process that runs `python -m module` directly under the parent."""
        return next(pid for pid in _children(self.pid) if module.encode() in _command(pid))

    def web_workers(self) -> list[int]:
        """Return the processes that answer requests, the oldest first."""
        return sorted(_children(self.child("cli.gunicorn_app")))

    def peak_memory(self) -> dict[int, int]:
        """Read the greatest resident size so far, in bytes, of each living process."""
        return {pid: _peak(pid) for pid in self.pids()}

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the parent alone."""
        os.kill(self.pid, number)

    def wait(self, patience: float = 45.0) -> int:
        """Wait for the parent to end and return its exit status."""
        assert self._process is not None
        return self._process.wait(patience)

    def stop(self) -> int:
        """Stop the server as a service manager does; return its exit status. Nothing of it lives afterwards."""
        if self.returncode() is None:
            self.pids()
            self.signal(signal.SIGTERM)
            self.wait()
        self._await(lambda: not self.survivors())
        status = self.returncode()
        assert status is not None
        return status

    def kill(self) -> None:
        """Kill every process of the server at once, as a power cut would."""
        self._kill_all()
        self.wait()
        self._await(lambda: not self.survivors())

    def survivors(self) -> list[int]:
        """List the processes of the server that were seen and still live."""
        return [pid for pid in self._seen if _is_alive(pid)]

    def _await(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + self._patience
        while not holds():
            if time.monotonic() > deadline:
                self._kill_all()
                raise AssertionError(f"waited in vain:\n{self.output()}")
            time.sleep(0.02)

    def _kill_all(self) -> None:
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _descendants(pid: int) -> list[int]:
    found = []
    for child in _children(pid):
        found += [child, *_descendants(child)]
    return found


def _children(pid: int) -> list[int]:
    try:
        lists = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(child) for text in lists for child in text.split()]


def _is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _peak(pid: int) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", text)[0]) * 1024
