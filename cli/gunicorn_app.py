"""The web server as a child process: gunicorn, set up in code. It knows its listener, never host or port."""

from __future__ import annotations

import resource
import sys
from importlib import import_module
from typing import Any

from gunicorn.app.base import BaseApplication

from cli.cores import first_free, keep_to_share
from cli.lifeline import die_with

THREADS = 128
CONNECTIONS = 2000
REQUEST_SECONDS = 30  # what a running request gets when the server stops
OPEN_FILES = 16384
# A thread that comes back from the disk waits this long, in seconds, for one that computes. Most threads here wait for the
# disk most of the time, and an upload does so two dozen times: Python's own 0.005 would be its slowest part.
SWITCH_SECONDS = 0.001


class WebServer(BaseApplication):  # type: ignore[misc] # gunicorn has no types
    """gunicorn on an inherited listener, with the application that `factory` (`module:function`) makes."""

    def __init__(self, factory: str, listener: int, workers: int) -> None:
        self._factory = factory
        self._listener = listener
        self._workers = workers
        super().__init__()

    def load_config(self) -> None:
        """Set every option in code; no file and no environment variable of gunicorn's is read."""
        for name, value in self._options().items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Make the application, in each worker after its fork."""
        module, function = self._factory.split(":")
        return getattr(import_module(module), function)()

    def _options(self) -> dict[str, object]:
        return {
            "bind": f"fd://{self._listener}",
            "workers": self._workers,
            "threads": THREADS,
            "worker_class": "cli.gthread.PatientWorker",
            "worker_connections": CONNECTIONS,
            "http_parser": "auto",  # the C one, where it could be built
            "limit_request_line": 8190,
            "graceful_timeout": REQUEST_SECONDS,
            "keepalive": 15,
            "preload_app": False,  # connections are opened after the fork only
            "umask": 0o077,
            "control_socket_disable": True,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "proc_name": "addenda",
            # Forwarded headers are read in one place, by the application, which counts proxies. gunicorn believes nobody.
            "forwarded_allow_ips": "",
            "secure_scheme_headers": {},
            "pre_fork": _give_place,
            "post_fork": _begin_worker,
        }


def _give_place(arbiter: Any, worker: Any) -> None:
    worker.place = first_free(other.place for other in arbiter.WORKERS.values())


def _begin_worker(arbiter: Any, worker: Any) -> None:
    die_with(arbiter.pid)
    keep_to_share(worker.place, arbiter.num_workers)
    sys.setswitchinterval(SWITCH_SECONDS)


def raise_open_files() -> None:
    """Let this process open as many files as the system allows, up to 16384: a connection is one each."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    wsgi_factory, listener_number, worker_count, parent_pid = sys.argv[1:]
    die_with(int(parent_pid))
    raise_open_files()
    WebServer(wsgi_factory, int(listener_number), int(worker_count)).run()
