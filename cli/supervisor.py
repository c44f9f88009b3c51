"""Keeps the child processes of a server: started, stopped and mourned together. It knows nothing of what they do."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

STOP_PATIENCE = 40.0  # seconds until a child that does not stop is killed; a request may take 30 of them

# Few arenas: a hundred threads that each keep freed memory would take more than all they work with. And what a large
# body took goes back to the system at once. Tracebacks tell lines, not columns: the columns of all the code take a megabyte.
_FRUGAL = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1048576", "PYTHONNODEBUGRANGES": "1"}

_ENDS = {signal.SIGTERM, signal.SIGINT}
_SIGNALS = _ENDS | {signal.SIGCHLD}


@dataclass(frozen=True)
class Child:
    """A process to run: its name in messages, its command line, the descriptors that it inherits."""

    name: str
    command: Sequence[str]
    descriptors: tuple[int, ...] = ()


def supervise(
    children: Sequence[Child],
    folder: Path,
    environ: Mapping[str, str],
    when_started: Callable[[], None],
    patience: float = STOP_PATIENCE,
) -> int:
    """Run the children in `folder` until a signal or the end of one of them; return the exit status, 0 or 1.

    SIGTERM and SIGINT are passed on as SIGTERM, so that running requests end; a second SIGINT kills.
    """
    # Blocked and waited for, not handled: no signal can fall between a look and a wait.
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    running = {child.name: _start(child, folder, environ) for child in children}
    when_started()
    try:
        return _watch(running)
    finally:
        _stop(running.values(), patience)


def environment(instance: Path) -> dict[str, str]:
    """Return the environment of a child: where the instance lies, and no password that only the start needs."""
    inherited = {key: value for key, value in os.environ.items() if key.upper() != "ADDENDA_ADMIN_PASSWORD"}
    return _FRUGAL | inherited | {"ADDENDA_INSTANCE": str(instance)}


def _start(child: Child, folder: Path, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    # A process group of its own: Ctrl-C reaches the parent alone, which lets requests end.
    return subprocess.Popen(  # noqa: S603 - our own command line
        child.command, cwd=folder, env=environ, pass_fds=child.descriptors, process_group=0
    )


def _watch(running: Mapping[str, subprocess.Popen[bytes]]) -> int:
    while signal.sigwait(_SIGNALS) not in _ENDS:
        for name, process in running.items():
            status = process.poll()
            if status is not None:
                click.echo(f"Error: the {name} ended with status {status}; stopping", err=True)
                return 1
    return 0


def _stop(processes: Iterable[subprocess.Popen[bytes]], patience: float) -> None:
    alive = [process for process in processes if process.poll() is None]
    for process in alive:
        process.terminate()
    deadline = time.monotonic() + patience
    interrupts = 0
    while any(process.poll() is None for process in alive):
        waited = signal.sigtimedwait(_SIGNALS, max(deadline - time.monotonic(), 0))
        interrupts += waited is not None and waited.si_signo == signal.SIGINT
        if waited is None or interrupts:
            _kill(alive)


def _kill(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.kill()
        process.wait()
