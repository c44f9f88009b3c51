"""The trail of downloads: noted in memory, written each second by one thread. It slows no reader down.

What was noted in the last second is lost when the process is killed; docs/audit.md says so (DECISIONS 14).
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.access import Caller
from core.database import Database
from core.errors import Refusal, Subject
from models import Attachment, AuditEvent, Blob, JobOutput, Version

EVERY = 1.0  # seconds
_MOST = 20_000  # downloads that wait to be written; beyond, the oldest are dropped

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Read:
    at: datetime
    caller: Caller | None  # none: by a signed link
    key: str


class Reads:
    """The downloads of one process that wait for their line in the trail."""

    def __init__(self, database: Database, context: Callable[[], AbstractContextManager[object]]) -> None:
        """Write to `database`, each time inside a fresh `context`."""
        self._database = database
        self._context = context
        self._waiting: deque[_Read] = deque(maxlen=_MOST)
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def note(self, caller: Caller | None, key: str) -> None:
        """Note that the bytes of this key were sent to somebody, or to whoever held a signed link."""
        with self._guard:
            self._waiting.append(_Read(clock.now(), caller, key))
            if self._thread is None:
                self._start()

    def flush(self) -> None:
        """Write what waits, in one transaction; on failure it waits on."""
        batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if not batch:
            return
        try:
            with self._context(), self._database.writing() as session:
                session.add_all(_events(session, batch))
        except Refusal:
            self._waiting.extendleft(reversed(batch))
            _log.warning("%d downloads could not be noted yet", len(batch))

    def _start(self) -> None:
        # Started by a download, since a thread does not survive the fork of a worker; it ends when nothing waits.
        self._thread = threading.Thread(target=self._run, name="reads", daemon=True)
        _at_work.add(self)
        self._thread.start()

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(EVERY)
            self.flush()
            with self._guard:
                if not self._waiting:
                    self._thread = None
                    _at_work.discard(self)
                    return


_at_work: set[Reads] = set()


@atexit.register
def _flush_all() -> None:
    """Write what still waits when the process ends in peace."""
    for reads in list(_at_work):
        reads.flush()


@dataclass(frozen=True, slots=True)
class _Owner:
    subject: Subject
    subject_id: int
    record_id: int | None
    name: str


def _events(session: Session, batch: Sequence[_Read]) -> list[AuditEvent]:
    owners = _owners(session, {read.key for read in batch})
    return [_event(read, owners[read.key]) for read in batch if read.key in owners]


def _event(read: _Read, owner: _Owner) -> AuditEvent:
    caller = read.caller
    return AuditEvent(
        at=read.at,
        actor_id=None if caller is None else caller.user_id,
        actor_name="signed link" if caller is None else caller.name,
        channel="link" if caller is None else caller.channel,
        address=None if caller is None else caller.address,
        verb="download",
        subject=owner.subject.value,
        subject_id=owner.subject_id,
        record_id=owner.record_id,
        detail={"name": owner.name},
    )


def _owners(session: Session, keys: set[str]) -> Mapping[str, _Owner]:
    """Return what each of the keys belongs to; small pictures are no downloads of their own."""
    attached = select(Blob.key, Attachment.id, Attachment.record_id, Attachment.name)
    old = attached.join(Version, Version.blob_id == Blob.id).join(Attachment, Attachment.id == Version.attachment_id)
    made = select(Blob.key, JobOutput.id, JobOutput.job_id, JobOutput.name).join(
        JobOutput, JobOutput.blob_id == Blob.id
    )
    found: dict[str, _Owner] = {}
    sources: tuple[tuple[Any, Subject], ...] = (
        (attached.join(Attachment, Attachment.blob_id == Blob.id), Subject.ATTACHMENT),
        (old, Subject.ATTACHMENT),
        (made, Subject.OUTPUT),
    )
    for statement, subject in sources:
        for key, subject_id, record_id, name in session.execute(statement.where(Blob.key.in_(keys))):
            found[key] = _Owner(subject, subject_id, record_id, name)
    return found
