"""One search over records, attachments and outputs, through the caller. The database keeps its words in step.

Three characters and more are found anywhere in the words, by trigrams; fewer are found where a name begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from core import attachment_rows, outputs, search_entries
from core.access import Caller, visible
from core.database import Database
from core.folding import fold
from core.lookup import WHOLE
from core.search_entries import KINDS, EntryQuery
from models import Attachment, JobOutput, Record, RecordType, SearchEntry

MOST_LOOKED_AT = 5000  # entries for one page
_PAGE = 30

Row = TypeVar("Row", Record, Attachment, JobOutput)


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is looked for. Blank words find everything; `before` is the last entry of the page before."""

    words: str = ""
    kinds: Sequence[str] = KINDS
    type_name: str | None = None  # of the record, or of the one it hangs on; for an action, its job's too
    owner_id: int | None = None  # of the record, or the author of the attachment, or the creator of the output
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    oldest_first: bool = False
    limit: int = _PAGE


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: a record, an attachment or an output, and the record that it is or hangs on.

    `home` is the record that people look for it on: for what hangs on an action, the job.
    """

    entry: int
    kind: str
    subject: Record | Attachment | JobOutput
    record: Record
    home: Record


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of what was found, newest first; `next_before` continues it, None at the end."""

    items: Sequence[Hit]
    next_before: int | None


def search(database: Database, caller: Caller, query: SearchQuery) -> Hits:
    """Return what the caller may read and the words name, in the order asked for; a page may be short although more follow.

    For no page is more looked at than MOST_LOOKED_AT entries, of which the caller may read few.
    """
    with database.reading() as session:
        wanted = _wanted(session, query)
        rows: list[Any] = []
        looked_at, goes_on = 0, wanted is not None
        while wanted is not None and goes_on and len(rows) <= query.limit and looked_at < MOST_LOOKED_AT:
            piece = min(max(4 * looked_at, 2 * query.limit), MOST_LOOKED_AT - looked_at)
            ids = search_entries.newest(session, wanted, piece)
            rows += session.execute(_readable(caller, wanted, ids)).all()
            looked_at, goes_on = looked_at + len(ids), len(ids) == piece
            wanted = replace(wanted, before=ids[-1]) if ids else wanted
        shown = rows[: query.limit]
        hits = _loaded(session, [(row.id, row.kind, row.subject_id, row.record_id) for row in shown])
    if len(rows) > query.limit:
        return Hits(hits, shown[-1].id)
    return Hits(hits, wanted.before if wanted is not None and goes_on else None)


def _wanted(session: Session, query: SearchQuery) -> EntryQuery | None:
    """Return the query of entries; None when a type is named that there is not."""
    type_id = None
    if query.type_name is not None:
        type_id = session.scalar(select(RecordType.id).where(RecordType.name_key == fold(query.type_name)))
        if type_id is None:
            return None
    days = (query.since, query.until)
    return EntryQuery(
        query.words, query.kinds, type_id, query.owner_id, None, *days, query.before, oldest_first=query.oldest_first
    )


def _readable(caller: Caller, wanted: EntryQuery, ids: Sequence[int]) -> Select[int, str, int, int | None]:
    return (
        select(SearchEntry.id, SearchEntry.kind, SearchEntry.subject_id, SearchEntry.record_id)
        .join(Record, Record.id == SearchEntry.record_id)
        .where(SearchEntry.id.in_(ids), search_entries.checked(wanted))
        .where(Record.deleted_at.is_(None), visible(caller), _alive())
        .order_by(search_entries.in_order(wanted))
    )


def _alive() -> ColumnElement[bool]:
    """Leave out attachments and outputs in the trash; said so that no index is looked up for the kinds."""
    attachment = select(Attachment.id).where(Attachment.id == SearchEntry.subject_id, Attachment.deleted_at.is_(None))
    output = select(JobOutput.id).where(JobOutput.id == SearchEntry.subject_id, JobOutput.deleted_at.is_(None))
    return or_(
        SearchEntry.kind == "record",
        and_(SearchEntry.kind == "attachment", attachment.exists()),
        and_(SearchEntry.kind == "output", output.exists()),
    ).is_(True)


def _loaded(session: Session, found: Sequence[tuple[int, str, int, int | None]]) -> list[Hit]:
    def ids(kind: str) -> list[int]:
        return [subject_id for _, found_kind, subject_id, _ in found if found_kind == kind]

    records = _records(session, [record_id for *_, record_id in found if record_id is not None])
    jobs = _records(session, [record.parent_id for record in records.values() if record.kind == "action"])
    files = select(Attachment).where(Attachment.id.in_(ids("attachment"))).options(*attachment_rows.WHOLE)
    made = select(JobOutput).where(JobOutput.id.in_(ids("output"))).options(*outputs.WHOLE)
    subjects: dict[str, dict[int, Record | Attachment | JobOutput]] = {
        "record": dict(records),
        "attachment": dict(_by_id(session.scalars(files).unique().all())),
        "output": dict(_by_id(session.scalars(made).unique().all())),
    }
    homes = {
        record.id: jobs.get(record.parent_id or 0, record) for record in records.values() if record.kind == "action"
    }
    return [
        Hit(
            entry,
            kind,
            subjects[kind][row_id],
            records[record_id or 0],
            homes.get(record_id or 0, records[record_id or 0]),
        )
        for entry, kind, row_id, record_id in found
    ]


def _records(session: Session, ids: Sequence[int | None]) -> dict[int, Record]:
    return _by_id(session.scalars(select(Record).where(Record.id.in_(ids)).options(*WHOLE)).unique().all())


def _by_id(rows: Sequence[Row]) -> dict[int, Row]:
    return {row.id: row for row in rows}
