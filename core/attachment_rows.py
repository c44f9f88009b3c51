"""What all who read attachments share: which rows count, what comes with them, their order. It writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from core.folding import fold, folded, normal
from core.paging import EVERYTHING, Slice, directed
from models import Action, Attachment, Job, Record, Rendition

WHOLE = (
    joinedload(Attachment.blob),
    joinedload(Attachment.author),
    selectinload(Attachment.renditions).joinedload(Rendition.blob),
    joinedload(Attachment.record).joinedload(Record.record_type),
)


LIVE = (Attachment.deleted_at.is_(None),)
SHOWN = (*LIVE, Attachment.listed.is_(True))  # what lists show


@dataclass(frozen=True, slots=True)
class AttachmentQuery:
    """Which attachments of a record are wanted, and in which order."""

    text: str = ""  # within the name, file name or description, without case
    folder: str | None = None
    with_bytes: bool = False  # rows with bytes only (DECISIONS 7)
    sort: Sequence[tuple[str, bool]] = (("created_at", False),)  # (column, whether descending)
    part: Slice = EVERYTHING


ALL = AttachmentQuery()
SORTABLE = {
    "name": Attachment.name,
    "file_name": Attachment.file_name,
    "driver": Attachment.driver,
    "created_at": Attachment.created_at,
    "updated_at": Attachment.updated_at,
}


def of_record(record: Record) -> ColumnElement[bool]:
    """Return the condition that keeps what hangs on a record; for a job, on any of its actions (DECISIONS 1)."""
    if not isinstance(record, Job):
        return Attachment.record_id == record.id
    actions = (
        select(Action.__table__.c.id)
        .join(Record.__table__)
        .where(Action.__table__.c.job_id == record.id, Record.__table__.c.deleted_at.is_(None))
    )
    return or_(Attachment.record_id == record.id, Attachment.record_id.in_(actions))


def path_name() -> ColumnElement[str]:
    """Return the name by which a path means an attachment: its file name, or its name where it has none."""
    return func.coalesce(Attachment.file_name, Attachment.name)


def home_of(session: Session, record: Record) -> int:
    """Return the id of the record that keeps what is attached to this one: for a job its action "Files" (DECISIONS 1)."""
    if not isinstance(record, Job):
        return record.id
    files = select(Action.id).where(Action.job_id == record.id, Action.builtin.is_(True))
    return session.scalars(files).one()


def narrowed(statement: Select[Any], query: AttachmentQuery) -> Select[Any]:
    """Keep of a select of attachments what a query wants, in whatever order."""
    if query.with_bytes:
        statement = statement.where(Attachment.blob_id.is_not(None))
    if query.folder is not None:
        statement = statement.where(Attachment.folder == normal(query.folder))
    return statement.where(_mentions(query.text)) if query.text else statement


def ordered(statement: Select[Attachment], query: AttachmentQuery) -> Select[Attachment]:
    """Put a select of attachments into the order that a query wants."""
    return statement.order_by(*directed(SORTABLE, query.sort), Attachment.id)


def _mentions(text: str) -> ColumnElement[bool]:
    columns = (Attachment.name, Attachment.file_name, Attachment.description)
    return or_(*(folded(column).contains(fold(text), autoescape=True) for column in columns))
