"""The background queue: it wakes work that rows already describe. It knows no table and keeps no truth of its own.

The state and lease on a row say what is to be done (DECISIONS 20): a wake-up may be lost or come twice, so tasks are
idempotent and the sweep finds again what was lost.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from core.errors import Refusal
from core.queue_engine import (
    ConfigurationError,
    Huey,
    RedisStorage,
    SignedSerializer,
    SqliteStorage,
    postgres_storage,
)
from core.settings import SettingsError

WORKERS = 2
STOP_SECONDS = 30
SWEEP_SECONDS = 60.0

_log = logging.getLogger(__name__)


class TaskQueue:
    """The queue of one instance; the web workers wake tasks, the task worker runs them."""

    def __init__(self, url: str, secret: bytes) -> None:
        """Open the queue that `url` names; messages are signed with `secret`, so nobody else can plant one.

        Raises SettingsError when the queue cannot be opened.
        """
        self._huey = _open(url, secret)
        self._tasks: dict[str, Callable[..., Any]] = {}
        self._sweepers: dict[str, Callable[[], object]] = {}
        self._sweeping = threading.Lock()
        self._ends = threading.Event()

    def register(self, name: str, work: Callable[..., object]) -> None:
        """Name a task; web and task worker must register the same ones, before any is woken."""
        self._tasks[name] = self._huey.task(name=name)(work)

    def wake(self, name: str, *arguments: int | str) -> None:
        """Ask the task worker to run a task soon; a queue that fails is logged, since the sweep finds the work again."""
        try:
            self._tasks[name](*arguments)
        except Exception:  # noqa: BLE001 - whatever the queue's engine raises
            _log.exception("task %s was not queued; the next sweep finds its work", name)

    def at_sweep(self, name: str, work: Callable[[], object]) -> None:
        """Add work to the sweep that runs at start and every minute."""
        self._sweepers[name] = work

    def sweep(self) -> None:
        """Do the work of every sweeper; one that fails is logged, a refusal in one line, and keeps no other from its own."""
        if not self._sweeping.acquire(blocking=False):
            return  # the last sweep is still at it
        try:
            for name, work in self._sweepers.items():
                self._sweep_one(name, work)
        finally:
            self._sweeping.release()

    def run(self, at_thread_start: Callable[[], object]) -> None:
        """Run tasks in this process until SIGTERM, and let those that run end within 30 s.

        The sweep is no task of the queue: on a full disk nothing can be queued, and it is the sweep that makes room.
        """
        self._huey.on_startup(name="thread")(at_thread_start)
        self._ends.clear()
        sweeper = threading.Thread(target=self._sweep_on, args=(at_thread_start,), name="sweeper", daemon=True)
        sweeper.start()
        self._huey.create_consumer(
            workers=WORKERS, max_delay=1.0, shutdown_timeout=STOP_SECONDS, graceful_signal="TERM"
        ).run()
        self._ends.set()
        sweeper.join(STOP_SECONDS)

    def _sweep_on(self, at_thread_start: Callable[[], object]) -> None:
        at_thread_start()
        self.sweep()
        while not self._ends.wait(SWEEP_SECONDS):
            self.sweep()

    def _sweep_one(self, name: str, work: Callable[[], object]) -> None:
        try:
            work()
        except Refusal as refusal:  # a full disk, say: it is known what that means, and it is said each minute
            _log.error("the sweep could not do “%s”: %s", name, refusal)
        except Exception:  # noqa: BLE001 - whatever else a sweeper meets
            _log.exception("sweeper %s failed", name)


def _open(url: str, secret: bytes) -> Huey:
    scheme, _, rest = url.partition(":")
    serializer = SignedSerializer(secret=secret.hex(), salt="addenda tasks")
    kind, place = _place(scheme, rest, url)
    try:
        return Huey("addenda", results=False, serializer=serializer, storage_class=kind, **place)
    except ConfigurationError as error:
        raise SettingsError(f"ADDENDA_QUEUE_URL: {error}") from error


def _place(scheme: str, rest: str, url: str) -> tuple[type, dict[str, str]]:
    if scheme == "sqlite":
        return SqliteStorage, {"filename": rest.removeprefix("///")}
    if scheme == "postgresql":
        return postgres_storage(), {"dsn": url, "table_prefix": "addenda_queue"}
    return RedisStorage, {"url": url}
