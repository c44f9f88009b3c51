"""Attachments of a record as lists that go on from a row, newest first; of a job, over all its actions.

It looks at no more rows than it shows, however many hang there. It knows no page and no address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from core import search_entries
from core.access import Caller, Verb, require
from core.attachment_rows import SHOWN, WHOLE
from core.database import Database
from core.keyset import Mark, Order, Stretch, beyond, in_order, stretched
from core.search_entries import EntryQuery
from models import Action, Attachment, Job, Record

_NEWEST = Order(Attachment.created_at, Attachment.id, descending=True)
_MOST_PARTS = 100  # holders that are each read in order; more are read whole and sorted


def stretch_of(
    database: Database, caller: Caller, record: Record, text: str = "", mark: Mark | None = None, limit: int = 100
) -> Stretch[Attachment]:
    """Return live, listed attachments of a record beyond a mark; `text` is in the name, file name or description.

    Refuses NOT_FOUND (the record).
    """
    with database.reading() as session:
        require(session, caller, Verb.READ, record)
        places = _places(session, _holders(session, record), text, mark, limit + 1)
        statement = select(Attachment).where(Attachment.id.in_([place.id for place in places])).options(*WHOLE)
        rows = {row.id: row for row in session.scalars(statement).unique()}
    return stretched([rows[place.id] for place in places], lambda row: row.created_at, mark, limit)


@dataclass(frozen=True, slots=True)
class _Place:
    id: int
    created_at: datetime


def _holders(session: Session, record: Record) -> Sequence[int]:
    if not isinstance(record, Job):
        return [record.id]
    actions = select(Action.id).where(Action.job_id == record.id, Record.deleted_at.is_(None))
    return [record.id, *session.scalars(actions)]


def _places(session: Session, holders: Sequence[int], text: str, mark: Mark | None, limit: int) -> Sequence[_Place]:
    """Return ids and times of the rows beyond the mark, nearest first: of each holder as many as fit, then of all."""
    narrowed = _named(session, holders, text)
    parts = [[holder] for holder in holders] if len(holders) <= _MOST_PARTS else [holders]
    backwards = mark is not None and mark.backwards
    selects = [
        in_order(_part(part, narrowed).where(condition), _NEWEST, backwards).limit(limit).subquery()
        for part in parts
        for condition in beyond(_NEWEST, mark)
    ]
    every = union_all(*(select(part.c.id, part.c.created_at) for part in selects)).subquery()
    order = Order(every.c.created_at, every.c.id, descending=True)
    rows = session.execute(in_order(select(every), order, backwards).limit(limit))
    return [_Place(row.id, row.created_at) for row in rows]


def _part(holders: Sequence[int], narrowed: Any) -> Any:
    held = Attachment.record_id == holders[0] if len(holders) == 1 else Attachment.record_id.in_(holders)
    statement = select(Attachment.id, Attachment.created_at).where(held, *SHOWN)
    return statement if narrowed is None else statement.where(narrowed)


def _named(session: Session, holders: Sequence[int], text: str) -> Any:
    """Return the condition that words stand for, by id where they name few; None without words."""
    if not text.strip():
        return None
    few = search_entries.few_subjects(session, EntryQuery(text, ("attachment",), record_ids=holders))
    return search_entries.attachment_has(text) if few is None else search_entries.among(Attachment.id, few)
