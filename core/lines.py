"""Long lists as lines of plain columns, read in keyset batches, each a short read of its own (DECISIONS 25).

It knows no URL and holds no more than one batch; the first one is read at once, so that a refusal comes before a reply.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select
from sqlalchemy.orm import Session

from core import actions, attachment_rows, job_pages
from core.access import Caller, Verb, groups_of, may, require, visible
from core.attachment_rows import AttachmentQuery, of_record
from core.commands import Reference
from core.database import Database
from core.errors import Subject
from core.folding import fold, folded
from core.job_pages import JobQuery
from core.lookup import find_in
from core.paging import Slice, count
from models import Action, Attachment, Blob, Group, Job, Level, Record, Share, User

BATCH = 500  # lines a read

L = TypeVar("L")
Keys = Sequence[tuple[Any, bool]]  # (column, whether descending); the last one is unique


@dataclass(frozen=True, slots=True)
class Lines(Generic[L]):
    """What a list answered: how many lines there are without its slice, and those of the slice, to be read once."""

    total: int
    items: Iterator[L]


@dataclass(frozen=True, slots=True)
class Holding:
    """That a user or a group holds a level of a record."""

    name: str
    is_group: bool
    level: Level


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job as a list shows it, and what the caller may do to it."""

    id: int
    kind: str
    parent_id: int | None
    owner_id: int | None
    private: bool
    guid: uuid.UUID
    driver: str
    title: str
    slug: str
    slug_scope: str
    description: str
    schedule: str | None
    schedule_kind: str | None
    timezone: str | None
    enabled: bool
    start_on: datetime | None
    end_on: datetime | None
    locked_at: datetime | None
    created_at: datetime
    updated_at: datetime
    owner_full_name: str | None
    holdings: tuple[Holding, ...] = ()
    may_edit: bool = False
    may_manage: bool = False


@dataclass(frozen=True, slots=True)
class AttachmentLine:
    """An attachment as a list shows it; `size` (bytes) and `sha256` are None while it has no contents."""

    guid: uuid.UUID
    driver: str
    name: str
    data: Any
    file_name: str | None
    media_type: str
    created_at: datetime
    updated_at: datetime
    size: int | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Outline:
    """A job with its actions in order, and the attachments of each by the action's id."""

    job: JobLine
    actions: Sequence[Action]
    attachments: dict[int, list[AttachmentLine]]


def job_lines(database: Database, caller: Caller, query: JobQuery) -> Lines[JobLine]:
    """Return the jobs that the caller may read, in the order asked for and then by id."""
    statement = _JOBS.where(Record.deleted_at.is_(None), visible(caller), *_mentioned(query.text))
    keys = [(job_pages.SORTABLE[name], descending) for name, descending in query.sort]

    def as_lines(session: Session, rows: Sequence[Any]) -> list[JobLine]:
        return _job_lines(session, caller, rows)

    return _lines(database, statement, [*keys, (Record.id, False)], query.part, as_lines)


def attachment_lines(
    database: Database, caller: Caller, record: Record, query: AttachmentQuery
) -> Lines[AttachmentLine]:
    """Return the live, listed attachments of a record, in the order asked for and then by id; refuses NOT_FOUND."""
    with database.reading() as session:
        require(session, caller, Verb.READ, record)
    statement = attachment_rows.narrowed(_ATTACHMENTS.where(of_record(record)), query)
    keys = [(attachment_rows.SORTABLE[name], descending) for name, descending in query.sort]
    return _lines(database, statement, [*keys, (Attachment.id, False)], query.part, _attachment_lines)


def outline(database: Database, caller: Caller, reference: Reference) -> Outline:
    """Return one job with all that hangs on its actions; refuses NOT_FOUND."""
    with database.reading() as session:
        job = find_in(session, caller, reference, kind=Job, subject=Subject.JOB)
        (line,) = _job_lines(session, caller, session.execute(_JOBS.where(Record.id == job.id)).all())
        hanging = _ATTACHMENTS.add_columns(Attachment.record_id).where(of_record(job))
        rows = session.execute(hanging.order_by(Attachment.created_at, Attachment.id)).all()
    held: dict[int, list[AttachmentLine]] = defaultdict(list)
    for row in rows:
        held[row[-1]].append(AttachmentLine(*row[:-1]))
    return Outline(line, actions.of_jobs(database, caller, [line.id]), held)


_JOBS: Any = (
    select(
        Job.id,
        Job.kind,
        Job.parent_id,
        Job.owner_id,
        Job.private,
        Job.guid,
        Job.driver,
        Job.title,
        Job.slug,
        Job.slug_scope,
        Job.description,
        Job.schedule,
        Job.schedule_kind,
        Job.timezone,
        Job.enabled,
        Job.start_on,
        Job.end_on,
        Job.locked_at,
        Job.created_at,
        Job.updated_at,
        User.full_name,
    )
    .select_from(Job)
    .outerjoin(User, Job.owner_id == User.id)
)

_ATTACHMENTS: Any = (
    select(
        Attachment.guid,
        Attachment.driver,
        Attachment.name,
        Attachment.data,
        Attachment.file_name,
        Attachment.media_type,
        Attachment.created_at,
        Attachment.updated_at,
        Blob.size,
        Blob.sha256,
    )
    .select_from(Attachment)
    .outerjoin(Blob, Attachment.blob_id == Blob.id)
    .where(*attachment_rows.SHOWN)
)


def _mentioned(text: str) -> list[ColumnElement[bool]]:
    if not text:
        return []
    key = fold(text)
    described = folded(Record.description).contains(key, autoescape=True)
    return [or_(Record.title_key.contains(key, autoescape=True), described)]


def _job_lines(session: Session, caller: Caller, rows: Sequence[Any]) -> list[JobLine]:
    lines = [JobLine(*row) for row in rows]
    holdings, levels = _shares(session, caller, [line.id for line in lines])
    return [
        replace(
            line,
            holdings=tuple(holdings[line.id]),
            may_edit=may(caller, Verb.EDIT, line, levels[line.id]),
            may_manage=may(caller, Verb.MANAGE, line, levels[line.id]),
        )
        for line in lines
    ]


def _shares(
    session: Session, caller: Caller, job_ids: Sequence[int]
) -> tuple[dict[int, list[Holding]], dict[int, Level]]:
    """Return who holds what of each job, and what the caller does."""
    holdings: dict[int, list[Holding]] = defaultdict(list)
    levels: dict[int, Level] = defaultdict(lambda: Level.NONE)
    statement = (
        select(Share.record_id, Share.level, Share.user_id, Share.group_id, User.name, Group.name)
        .outerjoin(User, Share.user_id == User.id)
        .outerjoin(Group, Share.group_id == Group.id)
        .where(Share.record_id.in_(job_ids))
        .order_by(Share.id)
    )
    rows = session.execute(statement).all()
    mine = _groups(session, caller) if rows else set()
    for job_id, level, user_id, group_id, user_name, group_name in rows:
        holdings[job_id].append(Holding(user_name or group_name, group_id is not None, Level(level)))
        if (user_id is not None and user_id == caller.user_id) or group_id in mine:
            levels[job_id] = max(levels[job_id], Level(level))
    return holdings, levels


def _groups(session: Session, caller: Caller) -> set[int]:
    return set() if caller.user_id is None else set(session.scalars(select(groups_of(caller.user_id).c.group_id)))


def _attachment_lines(_session: Session, rows: Sequence[Any]) -> list[AttachmentLine]:
    return [AttachmentLine(*row) for row in rows]


def _lines(
    database: Database,
    statement: Select[Any],
    keys: Keys,
    part: Slice,
    as_lines: Callable[[Session, Sequence[Any]], list[L]],
) -> Lines[L]:
    batches = _batches(database, statement, keys, part, as_lines)
    first = next(batches, [])
    if part.start == 0 and len(first) < BATCH and (part.limit is None or len(first) < part.limit):
        return Lines(len(first), iter(first))
    with database.reading() as session:
        total = count(session, statement)
    return Lines(total, chain(first, chain.from_iterable(batches)))


def _batches(
    database: Database,
    statement: Select[Any],
    keys: Keys,
    part: Slice,
    as_lines: Callable[[Session, Sequence[Any]], list[L]],
) -> Iterator[list[L]]:
    columns = [column for column, _ in keys]
    ordered = statement.add_columns(*columns).order_by(*(key.desc() if falls else key.asc() for key, falls in keys))
    left, going_on = part.limit, ordered.offset(part.start)
    while left is None or left > 0:
        size = BATCH if left is None else min(BATCH, left)
        with database.reading() as session:
            rows = session.execute(going_on.limit(size)).all()
            lines = as_lines(session, [row[: -len(columns)] for row in rows])
        yield lines
        if len(rows) < size:
            return
        left = None if left is None else left - size
        going_on = ordered.where(_after(keys, rows[-1][-len(columns) :]))


def _after(keys: Keys, values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition on what comes after these values in that order."""
    bound = [(column, falls, literal(value, column.type)) for (column, falls), value in zip(keys, values, strict=True)]
    ways = []
    for place, (column, falls, value) in enumerate(bound):
        equal = [earlier == same for earlier, _, same in bound[:place]]
        ways.append(and_(*equal, column < value if falls else column > value))
    return or_(*ways)
