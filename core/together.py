"""Several small writes, one commit: whoever comes while another commits goes along with the next one.

On SQLite each commit waits for the disk, one after the other; sharing it is what lets many small uploads keep up. What is
acknowledged is as durable as before: nobody hears of success until the commit that holds their work is done. It knows no
table, and not how a transaction is opened.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar, final

from sqlalchemy import Connection

T = TypeVar("T")

MOST = 32  # works in one transaction; a reader of a refused one waits for all of them


@final
class Share(Generic[T]):
    """One work on its way: what it does, and what became of it."""

    def __init__(self, work: Callable[[Connection], T], settled: Callable[[], None]) -> None:
        """Take the work, and what is to be said just before the commit that holds it."""
        self.work = work
        self.settled = settled
        self.leads = False
        self._gate = threading.Lock()  # closed until a leader has gone on; one waits, so it need not be an Event
        self._gate.acquire()
        self.error: BaseException | None = None
        self._results: list[T] = []

    def wait(self) -> None:
        """Wait until the work was done in a batch, or is the one to lead the next."""
        self._gate.acquire()

    def go_on(self) -> None:
        """Let the thread that waits go on."""
        self._gate.release()

    def act(self, connection: Connection) -> None:
        """Do the work inside the transaction."""
        self._results.append(self.work(connection))

    @property
    def result(self) -> T:
        """Return what the work returned; raises what it raised, or why the commit failed."""
        if self.error is not None:
            raise self.error
        return self._results[0]


Batch = Sequence[Share[Any]]


@final
class Together:
    """The queue of works that wait for a commit; the first one's thread leads, and does the work of all."""

    def __init__(self, commit: Callable[[Callable[[], Batch]], None]) -> None:
        """Take what opens a transaction, asks for a batch once it is its turn, runs it and commits."""
        self._commit = commit
        self._guard = threading.Lock()
        self._queue: deque[Share[Any]] = deque()
        self._is_led = False

    def run(self, share: Share[T]) -> T:
        """Wait until the work is committed and return its result; raises what it raised, or why the commit failed."""
        with self._guard:
            self._queue.append(share)
            share.leads = not self._is_led
            self._is_led = True
        if not share.leads:
            share.wait()
        if share.leads:
            self._lead(share)
        return share.result

    def _lead(self, leader: Share[Any]) -> None:
        batch: list[Share[Any]] = []

        def take() -> Batch:
            with self._guard:
                while self._queue and len(batch) < MOST:
                    batch.append(self._queue.popleft())
            return batch

        try:
            self._commit(take)
        except BaseException as failure:  # noqa: BLE001 - each thread of the batch has to learn of it
            self._fail(leader, batch, failure)
        finally:
            self._pass_on(leader, batch)

    def _fail(self, leader: Share[Any], batch: Batch, failure: BaseException) -> None:
        if not batch:  # the turn never came: the others wait for theirs under another leader
            with self._guard:
                self._queue.remove(leader)
            leader.error = failure
        for share in batch:
            share.error = share.error or failure

    def _pass_on(self, leader: Share[Any], batch: Batch) -> None:
        with self._guard:
            following = self._queue[0] if self._queue else None
            self._is_led = following is not None
        if following is not None:
            following.leads = True
            following.go_on()
        for share in batch:
            if share is not leader:
                share.go_on()
