"""Jobs as pieces of work: found, narrowed, ordered and streamed as lines with their outputs. It knows no API's names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from core import streams
from core.access import Caller, Verb, require, visible
from core.commands import ById, Reference
from core.database import Database
from core.errors import Subject, not_found
from core.job_fields import FIELDS, JOB
from core.lookup import named
from core.record_types import type_id
from core.streams import ListQuery
from models import JobOutput, JobTemplate, Record

_Parent = aliased(Record)
_AT_ONCE = 500  # jobs whose outputs are read together


@dataclass(frozen=True, slots=True)
class OutputName:
    """An output as its job's line names it."""

    id: int
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One job as a piece of work; `outputs` has those in the trash too."""

    number: int
    id: int
    kind: str
    owner_id: int | None
    parent_id: int | None
    private: bool
    parent: int | None  # the number of the job above it
    template_id: int
    template_name: str
    template_version: int
    started_at: datetime | None
    ended_at: datetime | None
    error_reason: str | None
    cancelled: bool
    input_values: Any
    parameter_values: Any
    node_id: int | None
    description: str
    created_at: datetime
    deleted_at: datetime | None
    outputs: Sequence[OutputName] = ()


def find(database: Database, caller: Caller, reference: Reference) -> WorkLine:
    """Return one job, one in the trash too; refuses NOT_FOUND."""
    with database.reading() as session:
        return find_in(session, caller, reference)


def find_in(session: Session, caller: Caller, reference: Reference) -> WorkLine:
    """Return one job inside a block that is already open; refuses NOT_FOUND."""
    row = session.execute(_LINES.where(named(reference))).one_or_none()
    if row is None:
        raise not_found(Subject.JOB)
    require(session, caller, Verb.READ, row, Subject.JOB)
    (line,) = _with_outputs(session, [row])
    return line


def line_of(session: Session, job_id: int) -> WorkLine:
    """Return the line of a job whose rights have been checked."""
    row = session.execute(_LINES.where(named(ById(job_id)))).one()
    (line,) = _with_outputs(session, [row])
    return line


def lines(database: Database, caller: Caller, query: ListQuery) -> Iterator[Sequence[WorkLine]]:
    """Return the jobs that the caller may read, batch by batch; refuses INVALID before the first one."""
    statement = _LINES.where(Record.record_type_id == type_id("Job"), visible(caller))
    if not query.deleted:
        statement = statement.where(Record.deleted_at.is_(None))
    rows = streams.lines(database, statement, Record.number, query, FIELDS)
    return (_completed(database, batch) for batch in rows)


_LINES: Any = (
    select(
        Record.number,
        Record.id,
        Record.kind,
        Record.owner_id,
        Record.parent_id,
        Record.private,
        _Parent.number,
        JobTemplate.id,
        JobTemplate.name,
        JobTemplate.version,
        *(
            JOB.c[name]
            for name in (
                "started_at",
                "ended_at",
                "error_reason",
                "cancelled",
                "input_values",
                "parameter_values",
                "node_id",
            )
        ),
        Record.description,
        Record.created_at,
        Record.deleted_at,
    )
    .select_from(Record)
    .join(JOB, JOB.c.id == Record.id)
    .join(JobTemplate, JobTemplate.id == JOB.c.template_id)
    .outerjoin(_Parent, (_Parent.id == Record.parent_id) & (_Parent.kind == "job"))
)


def _completed(database: Database, rows: Sequence[Any]) -> list[WorkLine]:
    with database.reading() as session:
        return _with_outputs(session, rows)


def _with_outputs(session: Session, rows: Sequence[Any]) -> list[WorkLine]:
    ids = [row.id for row in rows]
    held: dict[int, list[OutputName]] = defaultdict(list)
    for start in range(0, len(ids), _AT_ONCE):
        part = JobOutput.job_id.in_(ids[start : start + _AT_ONCE])
        names = select(JobOutput.job_id, JobOutput.id, JobOutput.name, JobOutput.type).where(part)
        for job_id, output_id, name, type_ in session.execute(names.order_by(JobOutput.id)):
            held[job_id].append(OutputName(output_id, name, type_))
    return [replace(WorkLine(*row), outputs=held[row.id]) for row in rows]
