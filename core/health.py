"""Whether the house can work, and how full it is: numbers for machines. It knows no monitor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core.access import Caller, require_admin
from core.database import Database
from core.errors import Code, Refusal
from core.house import House
from models import Attachment, Blob, JobOutput, Record, Removal, Rendition, State, Upload, User, Version


@dataclass(frozen=True, slots=True)
class Fullness:
    """Counts of rows, and bytes by what they are kept for; `free` is what the disk still takes."""

    users: int
    records: int
    attachments: int
    outputs: int
    waiting: int  # attachments that the background worker has yet to look at
    live: int
    trash: int
    versions: int
    renditions: int
    uploads: int
    leaving: int
    free: int


def require_working(house: House) -> None:
    """Refuse UNAVAILABLE unless the database answers and the store takes bytes."""
    if not house.store.writable:
        raise Refusal(Code.UNAVAILABLE, "The store takes no bytes.", retry_after=30)
    house.store.check_room(0)
    with house.database.reading() as session:
        session.execute(select(1))


def fullness(house: House) -> Fullness:
    """Count what the house holds."""
    with house.database.reading() as session:
        return Fullness(
            users=_count(session, User.id),
            records=_count(session, Record.id, Record.deleted_at.is_(None)),
            attachments=_count(session, Attachment.id, Attachment.deleted_at.is_(None)),
            outputs=_count(session, JobOutput.id, JobOutput.deleted_at.is_(None)),
            waiting=_count(session, Attachment.id, Attachment.state.in_((State.WAITING, State.WORKING))),
            live=_size(session, Attachment.blob_id, Attachment.deleted_at.is_(None))
            + _size(session, JobOutput.blob_id, JobOutput.deleted_at.is_(None)),
            trash=_size(session, Attachment.blob_id, Attachment.deleted_at.is_not(None))
            + _size(session, JobOutput.blob_id, JobOutput.deleted_at.is_not(None)),
            versions=_size(session, Version.blob_id),
            renditions=_size(session, Rendition.blob_id),
            uploads=_size(session, Upload.blob_id),
            leaving=session.scalar(select(func.coalesce(func.sum(Removal.size), 0))) or 0,
            free=house.store.free(),
        )


def faults(database: Database, caller: Caller, limit: int = 50) -> Sequence[Attachment]:
    """Return attachments that the background worker could not make sense of, the newest first; administrators only."""
    require_admin(caller)
    with database.reading() as session:
        failed = select(Attachment).where(Attachment.state == State.FAILED.value, Attachment.deleted_at.is_(None))
        return session.scalars(failed.order_by(Attachment.id.desc()).limit(limit)).all()


def _count(session: Session, key: object, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count(key)).where(*conditions)) or 0  # type: ignore[arg-type]  # a column


def _size(session: Session, blob_id: object, *conditions: ColumnElement[bool]) -> int:
    owned = select(func.coalesce(func.sum(Blob.size), 0)).join_from(Blob, blob_id.class_, Blob.id == blob_id)  # type: ignore[attr-defined]  # a column
    return int(session.scalar(owned.where(*conditions)) or 0)
