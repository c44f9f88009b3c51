"""One search over records, attachments and outputs, through the caller. The database keeps its words in step.

Three characters and more are found anywhere in the words, by trigrams; fewer are found where a name begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, column, func, or_, select, table, text
from sqlalchemy.orm import Session, aliased

from core import attachments, outputs
from core.access import Caller, visible
from core.database import Database
from core.folding import fold
from core.lookup import WHOLE
from models import Attachment, JobOutput, Record, RecordType, SearchEntry

KINDS = ("record", "attachment", "output")
SHORTEST = 3  # characters that trigrams need
_PAGE = 30

_Home = aliased(Record)
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
    """Return what the caller may read and the words name, newest first."""
    with database.reading() as session:
        rows = session.execute(_entries(session, caller, query)).all()
        shown = rows[: query.limit]
        hits = _loaded(session, [(row.id, row.kind, row.subject_id, row.record_id) for row in shown])
    return Hits(hits, shown[-1].id if len(rows) > query.limit else None)


def _entries(session: Session, caller: Caller, query: SearchQuery) -> Select[int, str, int, int | None]:
    statement = (
        select(SearchEntry.id, SearchEntry.kind, SearchEntry.subject_id, SearchEntry.record_id)
        .join(Record, Record.id == SearchEntry.record_id)
        .where(Record.deleted_at.is_(None), visible(caller), SearchEntry.kind.in_(query.kinds), _alive())
        .order_by(SearchEntry.id.desc())
        .limit(query.limit + 1)
    )
    if query.words.strip():
        statement = statement.where(_named(session, fold(query.words.strip())))
    if query.before is not None:
        statement = statement.where(SearchEntry.id < query.before)
    return statement.where(*_narrowing(query))


def _alive() -> ColumnElement[bool]:
    """Leave out attachments and outputs in the trash, and actions, which are shown with their job."""
    attachment = select(Attachment.id).where(Attachment.id == SearchEntry.subject_id, Attachment.deleted_at.is_(None))
    output = select(JobOutput.id).where(JobOutput.id == SearchEntry.subject_id, JobOutput.deleted_at.is_(None))
    return or_(
        and_(SearchEntry.kind == "record", Record.kind != "action"),
        and_(SearchEntry.kind == "attachment", attachment.exists()),
        and_(SearchEntry.kind == "output", output.exists()),
    )


def _named(session: Session, words: str) -> ColumnElement[bool]:
    if len(words) < SHORTEST:
        return and_(SearchEntry.head >= words, SearchEntry.head < words + "\U0010ffff")
    if session.get_bind().dialect.name != "sqlite":
        return SearchEntry.words.contains(words, autoescape=True)
    index = table("search_words", column("rowid"), column("search_words"))
    phrase = '"' + words.replace('"', '""') + '"'
    matching = (
        select(index.c.rowid).where(text("search_words MATCH :phrase").bindparams(phrase=phrase)).select_from(index)
    )
    return SearchEntry.id.in_(matching)


def _narrowing(query: SearchQuery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.type_name is not None:
        types = select(RecordType.id).where(RecordType.name_key == fold(query.type_name))
        # What hangs on an action is looked for among jobs.
        of_job = select(_Home.id).where(_Home.id == Record.parent_id, _Home.record_type_id.in_(types)).exists()
        conditions.append(or_(Record.record_type_id.in_(types), and_(Record.kind == "action", of_job)))
    if query.owner_id is not None:
        conditions.append(_made_by(query.owner_id))
    if query.since is not None:
        conditions.append(_when() >= query.since)
    if query.until is not None:
        conditions.append(_when() < query.until)
    return conditions


def _made_by(user_id: int) -> ColumnElement[bool]:
    wrote = select(Attachment.id).where(Attachment.id == SearchEntry.subject_id, Attachment.author_id == user_id)
    made = select(JobOutput.id).where(JobOutput.id == SearchEntry.subject_id, JobOutput.creator_id == user_id)
    return or_(
        and_(SearchEntry.kind == "record", Record.owner_id == user_id),
        and_(SearchEntry.kind == "attachment", wrote.exists()),
        and_(SearchEntry.kind == "output", made.exists()),
    )


def _when() -> ColumnElement[datetime]:
    attached = select(Attachment.created_at).where(
        SearchEntry.kind == "attachment", Attachment.id == SearchEntry.subject_id
    )
    made = select(JobOutput.created_at).where(SearchEntry.kind == "output", JobOutput.id == SearchEntry.subject_id)
    return func.coalesce(attached.scalar_subquery(), made.scalar_subquery(), Record.created_at)


def _loaded(session: Session, found: Sequence[tuple[int, str, int, int | None]]) -> list[Hit]:
    def ids(kind: str) -> list[int]:
        return [subject_id for _, found_kind, subject_id, _ in found if found_kind == kind]

    records = _records(session, [record_id for *_, record_id in found if record_id is not None])
    jobs = _records(session, [record.parent_id for record in records.values() if record.kind == "action"])
    files = select(Attachment).where(Attachment.id.in_(ids("attachment"))).options(*attachments.WHOLE)
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
