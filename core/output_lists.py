"""Lists of job outputs: narrowed, ordered, streamed as lines, or as rows a page at a time. It knows no API's names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from core import job_fields, streams
from core.access import Caller, Verb, require, visible
from core.database import Database
from core.errors import Subject
from core.filters import Field, Kind
from core.job_fields import JOB, owner_field
from core.keyset import Mark, Order, Stretch, stretch
from core.outputs import WHOLE, OutputLine
from core.record_types import type_id
from core.streams import ListQuery
from models import Job, JobOutput, Record, User

FIELDS: dict[str, Field] = {
    "id": Field(JobOutput.id, Kind.NUMBER),
    "name": Field(JobOutput.name, Kind.TEXT),
    "type": Field(JobOutput.type, Kind.TEXT),
    "creator_id": Field(JobOutput.creator_id, Kind.NUMBER),
    "creator.name": owner_field(User.name, JobOutput.creator_id),
    "created_at": Field(JobOutput.created_at, Kind.TIME),
    "deleted_at": Field(JobOutput.deleted_at, Kind.TIME),
    **{f"job.{name}": field for name, field in job_fields.FIELDS.items()},
}


def lines(database: Database, caller: Caller, query: ListQuery) -> Iterator[Sequence[OutputLine]]:
    """Return the outputs of jobs that the caller may read, batch by batch; refuses INVALID before the first one."""
    statement = (
        select(
            JobOutput.id,
            Record.number,
            JobOutput.name,
            JobOutput.type,
            JobOutput.creator_id,
            JobOutput.created_at,
            JobOutput.deleted_at,
        )
        .select_from(JobOutput)
        .join(Record, Record.id == JobOutput.job_id)
        .join(JOB, JOB.c.id == JobOutput.job_id)
        # The type is said although every job has it: a number leads to its job by the index of both.
        .where(Record.record_type_id == type_id("Job"), visible(caller))
    )
    if not query.deleted:
        statement = statement.where(JobOutput.deleted_at.is_(None))
    rows = streams.lines(database, statement, JobOutput.id, query, FIELDS)
    return ([OutputLine(*row) for row in batch] for batch in rows)


def stretch_of(
    database: Database, caller: Caller, job: Job, mark: Mark | None = None, limit: int = 100
) -> Stretch[JobOutput]:
    """Return the outputs of a job beyond a mark, in the order they came; refuses NOT_FOUND (the job)."""
    statement = select(JobOutput).where(JobOutput.job_id == job.id, JobOutput.deleted_at.is_(None)).options(*WHOLE)
    with database.reading() as session:
        require(session, caller, Verb.READ, job, Subject.JOB)
        return stretch(session, statement, Order(JobOutput.id, JobOutput.id), lambda row: row.id, mark, limit)
