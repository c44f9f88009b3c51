"""How far the worker has looked at the bytes of an attachment or output: awaited, leased, done, failed. It opens no file.

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

from sqlalchemy import ColumnElement, Connection, CursorResult, and_, delete, or_, select, update
from sqlalchemy.orm import Session, joinedload

from core import clock, custody, mediatypes
from core.blobs import Arrival
from core.database import Database, after_commit
from core.errors import Subject, conflict, not_found
from core.house import House
from models import Attachment, Blob, JobOutput, Rendition, State

Seen = Attachment | JobOutput
Kind = type[Attachment] | type[JobOutput]

TASKS: Final[Mapping[Kind, str]] = {Attachment: "render", JobOutput: "render_output"}
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
_OWNERS: Final[Mapping[Kind, Any]] = {Attachment: Rendition.attachment_id, JobOutput: Rendition.output_id}
_UNFINISHED: Final = (State.WAITING.value, State.WORKING.value)


@dataclass(frozen=True, slots=True)
class Lease:
    """An attachment or output that this worker may look at until `until`; nobody else does meanwhile."""

    kind: Kind
    id: int
    until: datetime
    key: str
    media_type: str
    is_document: bool  # by its type, or by its name where no type was said


@dataclass(frozen=True, slots=True)
class Picture:
    """A smaller picture that has arrived in the store."""

    style: str
    media_type: str
    width: int
    height: int
    arrival: Arrival


@dataclass(frozen=True, slots=True)
class Leaves:
    """A document's first pages as pictures, by number from 1; how many it has; whether they are coming, or why not."""

    pages: Mapping[int, Rendition]
    count: int
    coming: bool
    reason: str


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
    after_commit(session, partial(house.wake, TASKS[Attachment], attachment.id))


def leaves_of(house: House, seen: Seen) -> Leaves:
    """Return what there is to see of a found document, and have drawn what nobody has looked at yet.

    So an output is drawn when somebody wants to see it first, and so is a PDF that is older than the drawing of pages.
    """
    pages = pages_of(house.database, seen)
    coming = not pages and _is_unseen(seen)
    if coming:
        _ask_for(house, seen)
    reason = seen.facts.get("unseen") or seen.state_detail or ""
    return Leaves(pages, seen.facts.get("pages", len(pages)), coming, reason)


def pages_of(database: Database, seen: Seen) -> Mapping[int, Rendition]:
    """Return the pictures of a found document's first pages by number, from 1; none until the worker has drawn them."""
    with database.reading() as session:
        mine = (_OWNERS[type(seen)] == seen.id, Rendition.style.startswith(_OF_A_PAGE, autoescape=True))
        found = session.scalars(select(Rendition).where(*mine).options(joinedload(Rendition.blob))).all()
    numbered = ((int(picture.style.removeprefix(_OF_A_PAGE)), picture) for picture in found)
    return dict(sorted(numbered, key=itemgetter(0)))


def find_page(database: Database, seen: Seen, number: int) -> Rendition:
    """Return the picture of one page of a found document, from 1; refuses NOT_FOUND."""
    found = pages_of(database, seen).get(number)
    if found is None:
        raise not_found(Subject.ATTACHMENT if isinstance(seen, Attachment) else Subject.OUTPUT)
    return found


def wake_lost(house: House) -> int:
    """Wake the worker for attachments that wait or whose worker is gone, once each five minutes; return for how many."""
    now = clock.now()
    with house.database.reading() as session:
        lost = list(
            session.scalars(
                select(Attachment.id).where(_is_lost(Attachment, now)).order_by(Attachment.id).limit(_AT_ONCE)
            )
        )
    if lost:
        with house.database.writing() as session:
            waiting = (Attachment.id.in_(lost), Attachment.state == State.WAITING.value)
            session.execute(update(Attachment).where(*waiting).values(lease_until=now + WOKEN))
    for attachment_id in lost:
        house.wake(TASKS[Attachment], attachment_id)
    return len(lost)


def free_leases(database: Database) -> None:
    """Take back every lease; called while no worker lives, so that the first sweep finds all that is left to do.

    Those of outputs run out by themselves: whoever looks at one that is not drawn yet asks for it again.
    """
    unfinished = Attachment.state.in_(_UNFINISHED)
    with database.writing(frees=True) as session:
        session.execute(update(Attachment).where(unfinished).values(state=State.WAITING.value, lease_until=None))


def lease(database: Database, row_id: int, kind: Kind = Attachment) -> Lease | None:
    """Take an attachment or output to work on, or None when there is nothing to do or somebody else does it.

    One that was taken five times and never finished has failed: it would only take the worker down again.
    """
    now = clock.now()
    until = now + LEASE
    free = (kind.id == row_id, _is_free(kind, now))
    with database.writing() as session:
        spent = update(kind).where(*free, kind.tries >= TRIES)
        session.execute(spent.values(state=State.FAILED.value, state_detail="The file could not be looked at."))
        taken = update(kind).where(*free, kind.tries < TRIES)
        values = {"state": State.WORKING.value, "lease_until": until, "tries": kind.tries + 1}
        if _rows(session.execute(taken.values(**values))) == 0:
            return None
        row: Any = session.scalars(select(kind).where(kind.id == row_id).options(joinedload(kind.blob))).one()
        return Lease(kind, row_id, until, row.blob.key, _type_of(row), _is_document(row))


def settle(database: Database, held: Lease, facts: Mapping[str, Any], pictures: Sequence[Picture]) -> None:
    """Keep what the worker found, unless the lease is over or the bytes are others by now: then CONFLICT."""
    with database.writing(*(picture.arrival for picture in pictures)) as session:
        seen = _leased(session, held)
        drop(session, held.kind, [held.id])
        for picture in pictures:
            session.add(
                Rendition(
                    **{_OWNERS[held.kind].key: held.id},
                    style=picture.style,
                    media_type=picture.media_type,
                    width=picture.width,
                    height=picture.height,
                    blob_id=custody.admit(session, picture.arrival.stored).id,
                )
            )
        seen.facts = {**seen.facts, **facts}
        seen.state, seen.state_detail, seen.lease_until = State.READY.value, None, None


def fail(database: Database, held: Lease, reason: str) -> None:
    """Say for good that the bytes are not what they were declared to be, or cannot be looked at; CONFLICT as `settle`."""
    with database.writing() as session:
        seen = _leased(session, held)
        drop(session, held.kind, [held.id])
        seen.state, seen.state_detail, seen.lease_until = State.FAILED.value, reason[:500], None


def postpone(database: Database, held: Lease) -> None:
    """Give a lease back, to be tried again in a while; nothing happens when it is over."""
    mine = (held.kind.id == held.id, held.kind.lease_until == held.until)
    with database.writing() as session:
        values = {"state": State.WAITING.value, "lease_until": clock.now() + LEASE}
        session.execute(update(held.kind).where(*mine).values(**values))


def drop(
    session: Session | Connection, kind: Kind, ids: Sequence[int], after: timedelta = custody.AFTER_REPLACEMENT
) -> None:
    """Remove the smaller pictures of these rows inside a transaction that is open; their bytes are queued."""
    mine = _OWNERS[kind].in_(ids)
    blob_ids: Iterable[int] = list(session.scalars(select(Rendition.blob_id).where(mine)))
    session.execute(delete(Rendition).where(mine))
    custody.release(session, blob_ids, after)


def _is_unseen(seen: Seen) -> bool:
    is_done = seen.state == State.READY and not seen.facts.keys().isdisjoint({"pages", "unseen"})
    return seen.blob_id is not None and not is_done and seen.state != State.FAILED


def _ask_for(house: House, seen: Seen) -> None:
    kind, now = type(seen), clock.now()
    values: dict[str, object] = {"state": State.WAITING.value, "lease_until": now + LEASE}
    if seen.state not in _UNFINISHED:
        values["tries"] = 0
    elif seen.lease_until is not None and seen.lease_until > now:
        return
    same = (kind.id == seen.id, kind.state == seen.state, kind.blob_id == seen.blob_id)
    # A jot: whoever looks waits for no writer, and where nothing can be written, the next look asks again.
    if house.database.jot(update(kind).where(*same).values(**values)):
        house.wake(TASKS[kind], seen.id)


def _type_of(row: Seen) -> str:
    return row.media_type if isinstance(row, Attachment) else mediatypes.guess(row.name)


def _is_document(row: Seen) -> bool:
    said = _type_of(row)
    if mediatypes.essence(said) == mediatypes.UNKNOWN and isinstance(row, Attachment):
        said = mediatypes.guess(row.file_name or "")
    return mediatypes.is_document(said)


def _is_looked_at(attachment: Attachment) -> bool:
    return mediatypes.is_picture(attachment.media_type) or _is_document(attachment)


def _is_lost(kind: Kind, now: datetime) -> ColumnElement[bool]:
    return and_(kind.state.in_(_UNFINISHED), or_(kind.lease_until.is_(None), kind.lease_until < now))


def _is_free(kind: Kind, now: datetime) -> ColumnElement[bool]:
    return and_(kind.blob_id.is_not(None), or_(kind.state == State.WAITING.value, _is_lost(kind, now)))


def _leased(session: Session, held: Lease) -> Seen:
    kind = held.kind
    same_bytes = select(Blob.id).where(Blob.key == held.key).scalar_subquery()
    statement = select(kind).where(
        kind.id == held.id,
        kind.state == State.WORKING.value,
        kind.lease_until == held.until,
        kind.blob_id == same_bytes,
    )
    seen: Any = session.scalar(statement.with_for_update())
    if seen is None:
        raise conflict("The lease on this file is over.", Subject.ATTACHMENT)
    found: Seen = seen
    return found


def _rows(result: Any) -> int:
    counted: CursorResult[Any] = result
    return counted.rowcount
