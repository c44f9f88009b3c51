"""The trail: who did what to what. It adds a row to the transaction that does it, and shows it to administrators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Table, bindparam, case, insert, select
from sqlalchemy.orm import Session

from core import clock
from core.access import Caller
from core.database import Database
from core.errors import Subject, denied
from core.prepared import Prepared
from models import AuditEvent, Record


def note(
    session: Session | Connection,
    caller: Caller,
    verb: str,
    subject: Subject,
    subject_id: int | None,
    record_id: int | None = None,
    **detail: Any,
) -> None:
    """Write one line of the trail; `detail` holds names and numbers, never a secret.

    What happens to a record, and to what hangs on it, is told to its readers, too (`core.timeline`).
    """
    line = {
        "at": clock.now(),
        "actor_id": caller.user_id,
        "actor_name": caller.name,
        "channel": caller.channel,
        "address": caller.address,
        "verb": verb,
        "subject": subject.value,
        "subject_id": subject_id,
        "record_id": record_id,
        "detail": detail if caller.through is None else {**detail, "through": caller.through},
    }
    # Every verb that writes does this, so it is one plain statement and no object.
    connection = session if isinstance(session, Connection) else session.connection()
    if _is_told(verb, subject, record_id):
        _TOLD_LINE.run(connection, line | {"told_of": record_id})
    else:
        _LINE.run(connection, line)


@dataclass(frozen=True, slots=True)
class TrailQuery:
    """Which lines are wanted; `before` is the last line of the page before."""

    record_id: int | None = None
    actor_id: int | None = None
    verb: str | None = None
    before: int | None = None
    limit: int = 50


def page_of_trail(database: Database, caller: Caller, query: TrailQuery) -> Sequence[AuditEvent]:
    """Return lines of the trail, newest first; refuses DENIED to all but administrators."""
    if not caller.is_admin:
        raise denied()
    statement = select(AuditEvent).order_by(AuditEvent.id.desc()).limit(query.limit)
    if query.record_id is not None:
        statement = statement.where(AuditEvent.record_id == query.record_id)
    if query.actor_id is not None:
        statement = statement.where(AuditEvent.actor_id == query.actor_id)
    if query.verb is not None:
        statement = statement.where(AuditEvent.verb == query.verb)
    if query.before is not None:
        statement = statement.where(AuditEvent.id < query.before)
    with database.reading() as session:
        return session.scalars(statement).all()


def _is_told(verb: str, subject: Subject, record_id: int | None) -> bool:
    return record_id is not None and subject in _TOLD and verb not in _UNTOLD


_TOLD = frozenset({Subject.RECORD, Subject.JOB, Subject.ACTION, Subject.ATTACHMENT, Subject.OUTPUT})
_UNTOLD = frozenset({"progress", "download"})  # too many to read; the administrators' alone

_RECORDS, _TRAIL = Record.__table__.c, cast("Table", AuditEvent.__table__)
_GIVEN = [column.name for column in _TRAIL.columns if column.name not in ("id", "home_id")]
_LINE = Prepared(insert(_TRAIL), _GIVEN)
_TOLD_LINE = Prepared(
    insert(_TRAIL).values(
        home_id=select(case((_RECORDS.kind == "action", _RECORDS.parent_id), else_=_RECORDS.id))
        .where(_RECORDS.id == bindparam("told_of"))
        .scalar_subquery()
    ),
    _GIVEN,
)
