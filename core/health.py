"""Whether the house can work, and how full it is: numbers for machines. It knows no monitor."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from core import clock
from core.access import Caller, require_admin
from core.database import Database
from core.errors import Code, Refusal
from core.house import House
from models import Attachment, Blob, Fact, JobOutput, Record, Removal, Rendition, State, Upload, User, Version

QUICK = 0.05  # seconds of counting that may be spent whenever somebody asks
SELDOM = 100  # what takes longer is counted so seldom that it takes a hundredth of the time
_KEPT = "fullness"


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts of rows, and bytes by what they are kept for."""

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


@dataclass(frozen=True, slots=True)
class Fullness(Counted):
    """What was counted, and when if that is a while ago; `free` is what the disk takes at this moment."""

    free: int
    counted_at: datetime | None = None


def require_working(house: House) -> None:
    """Refuse UNAVAILABLE unless the database answers and the store takes bytes."""
    if not house.store.writable:
        raise Refusal(Code.UNAVAILABLE, "The store takes no bytes.", retry_after=30)
    house.store.check_room(0)
    with house.database.reading() as session:
        session.execute(select(1))


def fullness(house: House) -> Fullness:
    """Return what the house holds; a large one was counted some minutes ago, by `count_large`."""
    with house.database.reading() as session:
        kept = session.get(Fact, _KEPT)
        if kept is None:
            return Fullness(**asdict(_counted(session)), free=house.store.free())
    numbers = {field.name: kept.value[field.name] for field in fields(Counted)}
    return Fullness(**numbers, free=house.store.free(), counted_at=datetime.fromisoformat(kept.value["at"]))


def count_large(house: House) -> None:
    """Count a house that is too large to be counted whenever somebody asks, and keep the numbers; called every minute."""
    with house.database.reading() as session:
        kept = session.get(Fact, _KEPT)
        if kept is not None and not _is_due(kept):
            return
        began = time.perf_counter()
        counted = _counted(session)
        seconds = time.perf_counter() - began
    if seconds > QUICK:
        value = {**asdict(counted), "seconds": seconds, "at": clock.now().isoformat()}
        with house.database.writing() as session:
            session.merge(Fact(name=_KEPT, value=value))
    elif kept is not None:
        with house.database.writing() as session:
            session.execute(delete(Fact).where(Fact.name == _KEPT))


def faults(database: Database, caller: Caller, limit: int = 50) -> Sequence[Attachment]:
    """Return attachments that the background worker could not make sense of, the newest first; administrators only."""
    require_admin(caller)
    with database.reading() as session:
        failed = select(Attachment).where(Attachment.state == State.FAILED.value, Attachment.deleted_at.is_(None))
        return session.scalars(failed.order_by(Attachment.id.desc()).limit(limit)).all()


def _is_due(kept: Fact) -> bool:
    age = (clock.now() - datetime.fromisoformat(kept.value["at"])).total_seconds()
    return bool(age >= SELDOM * kept.value["seconds"])


def _counted(session: Session) -> Counted:
    live, gone = Attachment.deleted_at.is_(None), Attachment.deleted_at.is_not(None)
    made, forgotten = JobOutput.deleted_at.is_(None), JobOutput.deleted_at.is_not(None)
    return Counted(
        users=_count(session, User.id),
        records=_count(session, Record.id, Record.deleted_at.is_(None)),
        attachments=_count(session, Attachment.id, live),
        outputs=_count(session, JobOutput.id, made),
        waiting=_count(session, Attachment.id, Attachment.state.in_((State.WAITING, State.WORKING))),
        live=_size(session, Attachment.blob_id, live) + _size(session, JobOutput.blob_id, made),
        trash=_size(session, Attachment.blob_id, gone) + _size(session, JobOutput.blob_id, forgotten),
        versions=_size(session, Version.blob_id),
        renditions=_size(session, Rendition.blob_id),
        uploads=_size(session, Upload.blob_id),
        leaving=session.scalar(select(func.coalesce(func.sum(Removal.size), 0))) or 0,
    )


def _count(session: Session, key: object, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count(key)).where(*conditions)) or 0  # type: ignore[arg-type]  # a column


def _size(session: Session, blob_id: object, *conditions: ColumnElement[bool]) -> int:
    owned = select(func.coalesce(func.sum(Blob.size), 0)).join_from(Blob, blob_id.class_, Blob.id == blob_id)  # type: ignore[attr-defined]  # a column
    return int(session.scalar(owned.where(*conditions)) or 0)
