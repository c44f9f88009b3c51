"""Records by the page: narrowed and ordered. It changes nothing, and knows no job and no API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from core import keyset, search_entries
from core.access import Caller, visible
from core.database import Database
from core.folding import fold, folded
from core.keyset import Mark, Order, Stretch
from core.lookup import WHOLE
from core.paging import FIRST_PAGE, Page, Slice, directed, page
from core.record_types import find_type
from core.search_entries import EntryQuery
from models import Record


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """Which records are wanted, and in which order."""

    type_name: str | None = None  # None: every type but actions
    text: str = ""  # within the title or description, without case
    owner_id: int | None = None
    deleted: bool = False  # those in the trash instead
    changed_after: datetime | None = None
    sort: Sequence[tuple[str, bool]] = (("updated_at", True),)
    part: Slice = FIRST_PAGE


SORTABLE = {
    "title": Record.title_key,
    "number": Record.number,
    "created_at": Record.created_at,
    "updated_at": Record.updated_at,
    "deleted_at": Record.deleted_at,
}


def page_records(database: Database, caller: Caller, query: RecordQuery) -> Page[Record]:
    """Return the records that the caller may read, in the order asked for and then by id."""
    with database.reading() as session:
        return page(session, _matching(session, caller, query), query.part)


def stretch_of_records(
    database: Database, caller: Caller, query: RecordQuery, mark: Mark | None, limit: int
) -> Stretch[Record]:
    """Return the records beyond a mark in the first order of the query; its `part` does not count here."""
    name, descending = query.sort[0]
    order = Order(SORTABLE[name], Record.id, descending)
    with database.reading() as session:
        statement = _narrowed(session, caller, query)
        return keyset.stretch(session, statement, order, lambda row: _sorted_value(row, name), mark, limit)


def _matching(session: Session, caller: Caller, query: RecordQuery) -> Select[Any]:
    gone = Record.deleted_at.is_not(None) if query.deleted else Record.deleted_at.is_(None)
    statement = select(Record).where(gone, visible(caller)).options(*WHOLE)
    if query.type_name is None:
        statement = statement.where(Record.kind != "action")
    else:
        statement = statement.where(Record.record_type_id == find_type(session, query.type_name).id)
    if query.owner_id is not None:
        statement = statement.where(Record.owner_id == query.owner_id)
    if query.changed_after is not None:
        statement = statement.where(Record.updated_at > query.changed_after)
    if query.text:
        key = fold(query.text)
        described = folded(Record.description).contains(key, autoescape=True)
        statement = statement.where(or_(Record.title_key.contains(key, autoescape=True), described))
    return statement.order_by(*directed(SORTABLE, query.sort), Record.id)


def _narrowed(session: Session, caller: Caller, query: RecordQuery) -> Select[Any]:
    """Do as `_matching` does, by id where the words name few: the rest is quicker found in order."""
    wordless = replace(query, text="")
    if not query.text.strip():
        return _matching(session, caller, wordless).order_by(None)
    record_type = None if query.type_name is None else find_type(session, query.type_name).id
    few = search_entries.few_subjects(session, EntryQuery(query.text, ("record",), record_type))
    if few is None:
        return _matching(session, caller, wordless).order_by(None).where(search_entries.record_has(query.text))
    # Without the type, with which the indexes of the orders begin, SQLite reads the few and sorts them.
    statement = _matching(session, caller, replace(wordless, type_name=None)).order_by(None)
    return statement.where(search_entries.among(Record.id, few))


def _sorted_value(row: Record, name: str) -> keyset.Value:
    value: keyset.Value = row.title_key if name == "title" else getattr(row, name)
    return value
