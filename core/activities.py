"""What was done to a record, in words: noted with the change, listed as a table. It knows no form and no API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import String, func, literal, select
from sqlalchemy.orm import Session

from core import audit, clock
from core.access import Caller
from core.commands import Reference
from core.database import Database
from core.errors import Subject, invalid
from core.filters import Field, Kind
from core.folding import normal
from core.json_members import member_text
from core.lookup import find_in
from core.tables import Column, Source, Table, TableQuery, read
from models import Activity, Record, User

COMMENT: Final = "Comment"  # the kind of what people write themselves
LONGEST_COMMENT: Final = 20_000  # characters
TIME_SPENT = "time_spent"

_AUTHOR = func.coalesce(func.nullif(User.full_name, ""), User.name)
_TIME_SPENT = member_text(Activity.facts, literal(TIME_SPENT, String()))

COLUMNS = {
    column.name: column
    for column in (
        Column("guid", Field(Activity.guid, Kind.GUID)),
        Column("number", Field(Activity.number, Kind.NUMBER), is_whole=True),
        Column("activity_kind", Field(Activity.kind, Kind.TEXT)),
        Column("comment", Field(Activity.comment, Kind.TEXT)),
        Column("author", Field(_AUTHOR, Kind.TEXT)),
        Column("created_at", Field(Activity.created_at, Kind.TIME)),
        Column(TIME_SPENT, Field(_TIME_SPENT, Kind.TEXT)),
    )
}


@dataclass(frozen=True, slots=True)
class NoteActivity:
    """What is to be remembered of something that was done."""

    kind: str
    comment: str = ""
    step_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def note_in(session: Session, caller: Caller, record: Record, command: NoteActivity) -> Activity:
    """Note an activity in the transaction that does it; the record's row is locked, so the numbers follow each other."""
    last = session.scalar(select(func.max(Activity.number)).where(Activity.record_id == record.id))
    activity = Activity(
        record_id=record.id,
        number=(last or 0) + 1,
        kind=command.kind,
        comment=normal(command.comment),
        step_action_id=command.step_id,
        facts=dict(command.facts),
        author_id=caller.user_id,
        created_at=clock.now(),
    )
    session.add(activity)
    session.flush()
    audit.note(session, caller, "note", Subject.RECORD, record.id, record.id, activity=activity.id, title=command.kind)
    return activity


def checked_comment(text: str) -> str:
    """Return what somebody wrote, fit to be kept; refuses INVALID (content)."""
    if not text.strip() or len(text) > LONGEST_COMMENT or "\0" in text:
        raise invalid("content", f"A comment has 1 to {LONGEST_COMMENT} characters.", Subject.RECORD)
    return text


def tabulate(database: Database, caller: Caller, reference: Reference, query: TableQuery) -> Table:
    """Return the activities of a record, newest first unless asked; refuses NOT_FOUND (record) and INVALID."""
    with database.reading() as session:
        record: Record = find_in(session, caller, reference)
        base = select(Activity.id).select_from(Activity).outerjoin(User, Activity.author_id == User.id)
        base = base.where(Activity.record_id == record.id)
        order = (Activity.created_at.desc(), Activity.id.desc())
        return read(database, session, Source(Activity.id, base, COLUMNS, order), query)
