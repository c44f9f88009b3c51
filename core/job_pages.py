"""Jobs by the page: narrowed, ordered, and with what each holds. It changes nothing, and knows no worker and no API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from core import keyset, search_entries
from core.access import Caller, visible
from core.database import Database
from core.folding import fold
from core.job_lookup import WITH_TEMPLATE
from core.keyset import Mark, Order, Stretch
from core.paging import FIRST_PAGE, Page, Slice, directed, page
from core.record_types import find_type, type_id
from core.search_entries import FEW, EntryQuery
from models import Attachment, Job, JobOutput, Record

_JOB: Any = Job.__table__


@dataclass(frozen=True, slots=True)
class JobQuery:
    """Which jobs are wanted, and in which order."""

    text: str = ""  # within the title or description, without case; of one or two letters, where the title begins
    drivers: Sequence[str] = ()
    owner_id: int | None = None
    sort: Sequence[tuple[str, bool]] = (("title", False),)  # (column, whether descending)
    part: Slice = FIRST_PAGE


@dataclass(frozen=True, slots=True)
class Contents:
    """How much a job has, at a glance."""

    files: int
    outputs: int


SORTABLE = {
    "title": Record.title_key,
    "driver": Job.driver,
    "enabled": Job.enabled,
    "created_at": Record.created_at,
    "updated_at": Record.updated_at,
    "owner": Job.slug_scope,
    "slug": Job.slug,
    "number": Record.number,
}


def page_jobs(database: Database, caller: Caller, query: JobQuery) -> Page[Job]:
    """Return the jobs that the caller may read, in the order asked for and then by id."""
    with database.reading() as session:
        return page(session, _ordered(_matching(caller, query), query), query.part)


def stretch_of_jobs(database: Database, caller: Caller, query: JobQuery, mark: Mark | None, limit: int) -> Stretch[Job]:
    """Return the jobs beyond a mark in the first order of the query; its `part` does not count here."""
    name, descending = query.sort[0]
    order = Order(SORTABLE[name], Record.id, descending)
    with database.reading() as session:
        statement = _narrowed(session, caller, query)
        return keyset.stretch(session, statement, order, lambda job: _sorted_value(job, name), mark, limit)


def contents_of(database: Database, caller: Caller, job_ids: Sequence[int]) -> Mapping[int, Contents]:
    """Return how many live files and outputs each of these jobs has, of those that the caller may read."""
    with database.reading() as session:
        actions = select(Record.id, Record.parent_id).where(
            Record.kind == "action", Record.parent_id.in_(job_ids), Record.deleted_at.is_(None), visible(caller)
        )
        held = actions.subquery()
        listed = (Attachment.deleted_at.is_(None), Attachment.listed.is_(True))
        files = select(held.c.parent_id, func.count()).join(Attachment, Attachment.record_id == held.c.id)
        outputs = select(JobOutput.job_id, func.count()).where(JobOutput.deleted_at.is_(None))
        readable = select(held.c.parent_id)
        counted = {row[0]: row[1] for row in session.execute(files.where(*listed).group_by(held.c.parent_id))}
        made_by = outputs.where(JobOutput.job_id.in_(readable)).group_by(JobOutput.job_id)
        made = {row[0]: row[1] for row in session.execute(made_by)}
    return {job_id: Contents(counted.get(job_id, 0), made.get(job_id, 0)) for job_id in job_ids}


def drivers_in_use(database: Database, caller: Caller) -> Sequence[str]:
    """Return the drivers of the jobs that the caller may read, in order."""
    with database.reading() as session:
        return [driver for driver in _drivers(session) if _is_used(session, caller, driver)]


def _matching(caller: Caller, query: JobQuery) -> Select[Any]:
    statement = select(Job).where(Record.deleted_at.is_(None), visible(caller)).options(*WITH_TEMPLATE)
    if query.drivers:
        statement = statement.where(Job.driver.in_(query.drivers))
    if query.owner_id is not None:
        statement = statement.where(Record.owner_id == query.owner_id)
    if query.text:
        key = fold(query.text)
        described = func.addenda_fold(Record.description, type_=Record.description.type)
        statement = statement.where(
            or_(Record.title_key.contains(key, autoescape=True), described.contains(key, autoescape=True))
        )
    return statement


def _narrowed(session: Session, caller: Caller, query: JobQuery) -> Select[Any]:
    """Return the jobs of a query, by id where what narrows them names few: the rest is quicker found in order."""
    few = [search_entries.among(Record.id, ids) for ids in _few(session, query)]
    # The type is what the indexes of the orders begin with; without it, SQLite reads the few and sorts them.
    conditions = few or [Record.record_type_id == type_id("Job")]
    statement = select(Job).where(*conditions, Record.deleted_at.is_(None), visible(caller)).options(*WITH_TEMPLATE)
    if query.drivers:
        statement = statement.where(Job.driver.in_(query.drivers))
    if query.owner_id is not None:
        # Not by the owner's index, which has no order.
        statement = statement.where(Record.owner_id + 0 == query.owner_id)
    return statement if not query.text.strip() else statement.where(search_entries.record_has(query.text))


def _few(session: Session, query: JobQuery) -> Iterator[Sequence[int]]:
    if query.text.strip() or query.owner_id is not None:
        entries = EntryQuery(query.text, ("record",), find_type(session, "Job").id, query.owner_id)
        found = search_entries.few_subjects(session, entries)
        if found is not None:
            yield found
    if query.drivers:
        of_driver = session.scalars(select(_JOB.c.id).where(_JOB.c.driver.in_(query.drivers)).limit(FEW + 1)).all()
        if len(of_driver) <= FEW:
            yield of_driver


def _drivers(session: Session) -> Iterator[str]:
    """Yield every driver in order, by jumps in the index: there are few among many jobs."""
    found = session.scalar(select(func.min(_JOB.c.driver)))
    while found is not None:
        yield found
        found = session.scalar(select(func.min(_JOB.c.driver)).where(_JOB.c.driver > found))


def _is_used(session: Session, caller: Caller, driver: str) -> bool:
    mine = select(Job.id).where(Job.driver == driver, Record.deleted_at.is_(None), visible(caller))
    return session.scalar(mine.limit(1)) is not None


def _ordered(statement: Select[Any], query: JobQuery) -> Select[Any]:
    return statement.order_by(*directed(SORTABLE, query.sort), Record.id)


def _sorted_value(job: Job, name: str) -> keyset.Value:
    columns = {"title": "title_key", "owner": "slug_scope"}
    value: keyset.Value = getattr(job, columns.get(name, name))
    return value
