"""How far the worker has looked at an attachment's bytes: awaited, leased, done, failed. It opens no file.

The state and the lease on the row are the truth; the queue only wakes the worker (DECISIONS 20). A lease on a row that
waits says until when its wake-up is expected; on a row that is worked on, until when the worker may take.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, CursorResult, and_, delete, or_, select, update
from sqlalchemy.orm import Session, joinedload

from core import clock, custody, mediatypes
from core.blobs import Arrival
from core.database import Database, after_commit
from core.errors import Subject, conflict, not_found
from core.house import House
from models import Attachment, Blob, Rendition, State

TASK: Final = "render"
STYLES: Final[Mapping[str, int]] = {"thumb": 200, "medium": 640}  # the longer side, in pixels; never enlarged
# Of a document: its cover for lists, and its first pages. The names are their own, for APIs promise thumb and medium.
COVER: Final = 200
PAGE: Final = 1280
PAGES: Final = 10
LEASE: Final = timedelta(seconds=90)
WOKEN: Final = timedelta(minutes=5)
TRIES: Final = 5
FOUND: Final = ("photo_time", "photo_location", "width", "height", "pages", "unseen")  # facts of these very bytes
_AT_ONCE = 200  # rows woken by one sweep
_OF_A_PAGE = "page-"


@dataclass(frozen=True, slots=True)
class Lease:
    """An attachment that this worker may look at until `until`; nobody else does meanwhile."""

    attachment_id: int
    until: datetime
    key: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A smaller picture that has arrived in the store."""

    style: str
    media_type: str
    width: int
    height: int
    arrival: Arrival


def expect(house: House, session: Session, attachment: Attachment, *, whatever: bool = False) -> None:
    """Say that an attachment has new bytes: a picture or PDF waits for its renditions, all else is simply stored.

    `whatever` lets the worker look at any type. The worker is woken after the commit; needs the row flushed.
    """
    attachment.state_detail, attachment.lease_until, attachment.tries = None, None, 0
    attachment.facts = {name: value for name, value in attachment.facts.items() if name not in FOUND}
    if attachment.blob_id is None or not (whatever or _is_looked_at(attachment)):
        attachment.state = State.STORED.value
        return
    attachment.state, attachment.lease_until = State.WAITING.value, clock.now() + WOKEN
    after_commit(session, partial(house.wake, TASK, attachment.id))


def pages_of(database: Database, attachment: Attachment) -> Mapping[int, Rendition]:
    """Return the pictures of a found document's first pages by number, from 1; none until the worker has drawn them."""
    with database.reading() as session:
        mine = (Rendition.attachment_id == attachment.id, Rendition.style.startswith(_OF_A_PAGE, autoescape=True))
        found = session.scalars(select(Rendition).where(*mine).options(joinedload(Rendition.blob))).all()
    numbered = ((int(picture.style.removeprefix(_OF_A_PAGE)), picture) for picture in found)
    return dict(sorted(numbered, key=itemgetter(0)))


def find_page(database: Database, attachment: Attachment, number: int) -> Rendition:
    """Return the picture of one page of a found document, from 1; refuses NOT_FOUND."""
    found = pages_of(database, attachment).get(number)
    if found is None:
        raise not_found(Subject.ATTACHMENT)
    return found


def wake_lost(house: House) -> int:
    """Wake the worker for what waits or whose worker is gone, once each five minutes; return for how many."""
    now = clock.now()
    with house.database.reading() as session:
        lost = list(session.scalars(select(Attachment.id).where(_is_lost(now)).order_by(Attachment.id).limit(_AT_ONCE)))
    if lost:
        with house.database.writing() as session:
            waiting = (Attachment.id.in_(lost), Attachment.state == State.WAITING.value)
            session.execute(update(Attachment).where(*waiting).values(lease_until=now + WOKEN))
    for attachment_id in lost:
        house.wake(TASK, attachment_id)
    return len(lost)


def free_leases(database: Database) -> None:
    """Take back every lease; called while no worker lives, so that the first sweep finds all that is left to do."""
    unfinished = Attachment.state.in_([State.WAITING.value, State.WORKING.value])
    with database.writing(frees=True) as session:
        session.execute(update(Attachment).where(unfinished).values(state=State.WAITING.value, lease_until=None))


def lease(database: Database, attachment_id: int) -> Lease | None:
    """Take an attachment to work on, or None when there is nothing to do or somebody else does it.

    One that was taken five times and never finished has failed: it would only take the worker down again.
    """
    now = clock.now()
    until = now + LEASE
    free = (Attachment.id == attachment_id, _is_free(now))
    with database.writing() as session:
        spent = update(Attachment).where(*free, Attachment.tries >= TRIES)
        session.execute(spent.values(state=State.FAILED.value, state_detail="The file could not be looked at."))
        taken = update(Attachment).where(*free, Attachment.tries < TRIES)
        values = {"state": State.WORKING.value, "lease_until": until, "tries": Attachment.tries + 1}
        if _rows(session.execute(taken.values(**values))) == 0:
            return None
        columns = select(Blob.key, Attachment.media_type).join(Attachment, Attachment.blob_id == Blob.id)
        row = session.execute(columns.where(Attachment.id == attachment_id)).one()
    return Lease(attachment_id, until, row.key, row.media_type)


def settle(database: Database, held: Lease, facts: Mapping[str, Any], pictures: Sequence[Picture]) -> None:
    """Keep what the worker found, unless the lease is over or the bytes are others by now: then CONFLICT."""
    with database.writing(*(picture.arrival for picture in pictures)) as session:
        attachment = _leased(session, held)
        drop(session, attachment.id)
        for picture in pictures:
            session.add(
                Rendition(
                    attachment_id=attachment.id,
                    style=picture.style,
                    media_type=picture.media_type,
                    width=picture.width,
                    height=picture.height,
                    blob_id=custody.admit(session, picture.arrival.stored).id,
                )
            )
        attachment.facts = {**attachment.facts, **facts}
        attachment.state, attachment.state_detail, attachment.lease_until = State.READY.value, None, None


def fail(database: Database, held: Lease, reason: str) -> None:
    """Say for good that the bytes are not what they were declared to be, or cannot be looked at; CONFLICT as `settle`."""
    with database.writing() as session:
        attachment = _leased(session, held)
        drop(session, attachment.id)
        attachment.state, attachment.state_detail, attachment.lease_until = State.FAILED.value, reason[:500], None


def postpone(database: Database, held: Lease) -> None:
    """Give a lease back, to be tried again in a while; nothing happens when it is over."""
    mine = (Attachment.id == held.attachment_id, Attachment.lease_until == held.until)
    with database.writing() as session:
        values = {"state": State.WAITING.value, "lease_until": clock.now() + LEASE}
        session.execute(update(Attachment).where(*mine).values(**values))


def drop(session: Session, attachment_id: int) -> None:
    """Remove the smaller pictures of an attachment inside a transaction that is open; their bytes are queued."""
    mine = Rendition.attachment_id == attachment_id
    blob_ids: Iterable[int] = list(session.scalars(select(Rendition.blob_id).where(mine)))
    session.execute(delete(Rendition).where(mine))
    custody.release(session, blob_ids, custody.AFTER_REPLACEMENT)


def _is_looked_at(attachment: Attachment) -> bool:
    if mediatypes.is_picture(attachment.media_type) or mediatypes.is_document(attachment.media_type):
        return True
    is_unsaid = mediatypes.essence(attachment.media_type) == mediatypes.UNKNOWN
    return is_unsaid and mediatypes.is_document(mediatypes.guess(attachment.file_name or ""))


def _is_lost(now: datetime) -> ColumnElement[bool]:
    unfinished = Attachment.state.in_([State.WAITING.value, State.WORKING.value])
    return and_(unfinished, or_(Attachment.lease_until.is_(None), Attachment.lease_until < now))


def _is_free(now: datetime) -> ColumnElement[bool]:
    return and_(Attachment.blob_id.is_not(None), or_(Attachment.state == State.WAITING.value, _is_lost(now)))


def _leased(session: Session, held: Lease) -> Attachment:
    same_bytes = select(Blob.id).where(Blob.key == held.key).scalar_subquery()
    statement = select(Attachment).where(
        Attachment.id == held.attachment_id,
        Attachment.state == State.WORKING.value,
        Attachment.lease_until == held.until,
        Attachment.blob_id == same_bytes,
    )
    attachment = session.scalar(statement.with_for_update())
    if attachment is None:
        raise conflict("The lease on this attachment is over.", Subject.ATTACHMENT)
    return attachment


def _rows(result: Any) -> int:
    counted: CursorResult[Any] = result
    return counted.rowcount
