"""What is in the trash, as the caller may see it: attachments, outputs and records. It empties nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from core import attachment_rows
from core.access import Caller, visible
from core.database import Database
from core.keyset import Mark, Order, Stretch, stretch
from core.lookup import WHOLE
from core.outputs import WHOLE as WHOLE_OUTPUT
from models import Action, Attachment, Job, JobOutput, Record, User


@dataclass(frozen=True, slots=True)
class Deleted:
    """Who put things there: the names of users by id."""

    names: dict[int, str]

    def by(self, user_id: int | None) -> str:
        """Return the name of whoever it was; nobody knows once the user is gone."""
        return self.names.get(user_id or 0, "")


def attachments_in_trash(database: Database, caller: Caller, mark: Mark | None, limit: int) -> Stretch[Attachment]:
    """Return deleted attachments of records that the caller may read, the last deleted first."""
    statement = (
        select(Attachment)
        .join(Record, Record.id == Attachment.record_id)
        .where(Attachment.deleted_at.is_not(None), Record.deleted_at.is_(None), visible(caller))
        .options(*attachment_rows.WHOLE)
    )
    return _page(database, statement, Order(Attachment.deleted_at, Attachment.id, descending=True), mark, limit)


def outputs_in_trash(database: Database, caller: Caller, mark: Mark | None, limit: int) -> Stretch[JobOutput]:
    """Return forgotten outputs of jobs that the caller may read, the last forgotten first."""
    statement = (
        select(JobOutput)
        .join(Record, Record.id == JobOutput.job_id)
        .where(JobOutput.deleted_at.is_not(None), Record.deleted_at.is_(None), visible(caller))
        .options(*WHOLE_OUTPUT, selectinload(JobOutput.job).joinedload(Job.record_type))
    )
    return _page(database, statement, Order(JobOutput.deleted_at, JobOutput.id, descending=True), mark, limit)


def records_in_trash(database: Database, caller: Caller, mark: Mark | None, limit: int) -> Stretch[Record]:
    """Return deleted records that the caller may read, the last deleted first; actions go with their job."""
    statement = (
        select(Record).where(Record.deleted_at.is_not(None), Record.kind != "action", visible(caller)).options(*WHOLE)
    )
    return _page(database, statement, Order(Record.deleted_at, Record.id, descending=True), mark, limit)


def deleters(database: Database, rows: Sequence[Attachment | JobOutput | Record]) -> Deleted:
    """Return the names of those who put rows into the trash."""
    ids = {row.deleted_by_id for row in rows if row.deleted_by_id is not None}
    with database.reading() as session:
        found = session.execute(select(User.id, User.name).where(User.id.in_(ids))).all()
    return Deleted({row.id: row.name for row in found})


def jobs_of(database: Database, rows: Sequence[Attachment]) -> dict[int, str]:
    """Return the titles of the jobs on whose actions found attachments hang, by the action's id."""
    step, job = Action.__table__.c, Record.__table__.c
    wanted = select(step.id, job.title).join(Record.__table__, job.id == step.job_id)
    with database.reading() as session:
        found = session.execute(wanted.where(step.id.in_({row.record_id for row in rows}))).all()
    return {row.id: row.title for row in found}


def _page(database: Database, statement: Select[Any], order: Order, mark: Mark | None, limit: int) -> Stretch[Any]:
    with database.reading() as session:
        return stretch(session, statement, order, lambda row: row.deleted_at, mark, limit)
