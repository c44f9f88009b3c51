"""Job outputs: record, find, page, forget, reinstate, purge. It knows no attachment, no API and no request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from msgspec import UNSET
from sqlalchemy import Row, and_, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session, joinedload

from core import audit, clock, custody
from core.access import Caller, Verb, require, require_admin
from core.bounds import is_number, is_text
from core.commands import RecordOutput, Reference
from core.database import Database
from core.errors import Code, Refusal, Subject, denied, invalid, not_found
from core.folding import normal
from core.house import House
from core.lookup import find_in, lock, named
from models import Job, JobOutput, Record


@dataclass(frozen=True, slots=True)
class OutputLine:
    """One output as lists and replies show it, without its bytes."""

    id: int
    job_number: int
    name: str
    type: str
    creator_id: int | None
    created_at: datetime
    deleted_at: datetime | None


LONGEST_NAME, LONGEST_TYPE = 200, 1000  # characters

WHOLE = (
    joinedload(JobOutput.blob),
    joinedload(JobOutput.creator),
    joinedload(JobOutput.job),
)


def find(database: Database, caller: Caller, output_id: int) -> JobOutput:
    """Return one output by id, a forgotten one too; refuses NOT_FOUND."""
    with database.reading() as session:
        return _found(session, caller, output_id, Verb.READ)


def find_line(database: Database, caller: Caller, output_id: int) -> OutputLine:
    """Return what is shown of one output by id, a forgotten one too; refuses NOT_FOUND."""
    with database.reading() as session:
        found = session.execute(_ONE_LINE, {"wanted": output_id}).one_or_none() if is_number(output_id) else None
        if found is None:
            raise not_found(Subject.OUTPUT)
        require(session, caller, Verb.READ, found, Subject.OUTPUT)
        return OutputLine(*found[1:8])


def find_named(database: Database, caller: Caller, job: Reference, name: str, type_: str) -> JobOutput:
    """Return a job's output of that name and type, a forgotten one too.

    Refuses NOT_FOUND of the job, or of the output with the field `name`: the job is there, that name leads nowhere.
    """
    with database.reading() as session:
        held = find_in(session, caller, job, kind=Job, subject=Subject.JOB, options=())
        wanted = (JobOutput.job_id == held.id, JobOutput.name == normal(name), JobOutput.type == normal(type_))
        found = session.scalar(select(JobOutput).where(*wanted).options(*WHOLE)) if is_text(name, type_) else None
        if found is None:
            raise replace(not_found(Subject.OUTPUT), field="name")
        return found


def outputs_of(database: Database, caller: Caller, job: Job, *, deleted: bool = False) -> Sequence[JobOutput]:
    """Return the outputs of a job in the order they came, with the forgotten ones if `deleted`; refuses NOT_FOUND."""
    with database.reading() as session:
        require(session, caller, Verb.READ, job, Subject.JOB)
        statement = select(JobOutput).where(JobOutput.job_id == job.id).options(*WHOLE).order_by(JobOutput.id)
        if not deleted:
            statement = statement.where(JobOutput.deleted_at.is_(None))
        return session.scalars(statement).all()


def record(house: House, caller: Caller, job: Reference, command: RecordOutput) -> OutputLine:
    """Keep what a job made; refuses NOT_FOUND, DENIED, NOT_STARTED, LOCKED (finished), CONFLICT and as the store does.

    The state of the job and the name are checked before the body is read, and again with the row (UFDL sheet §4).
    """
    name, type_ = _checked(command)
    with house.database.reading() as session:
        _require_open(session, caller, job, command, (name, type_))
    with house.store.receive(command.content) as arrival, house.database.writing(arrival) as session:
        lock(session, job)
        place = _require_open(session, caller, job, command, (name, type_))
        now = clock.now()
        _drop_earlier(session, place)
        columns = {
            "job_id": place.id,
            "name": name,
            "type": type_,
            "blob_id": custody.admit(session, arrival.stored).id,
            "creator_id": caller.user_id,
            "created_at": now,
        }
        output_id = session.scalars(insert(JobOutput).values(columns).returning(JobOutput.id)).one()
        session.execute(_TOUCH, {"wanted": place.id, "now": now})
        audit.note(session, caller, "record", Subject.OUTPUT, output_id, place.id, name=name, type=type_)
    return OutputLine(output_id, place.number, name, type_, caller.user_id, now, None)


def forget(database: Database, caller: Caller, output_id: int) -> JobOutput:
    """Put an output in the trash; one that is there already stays as it is. Refuses NOT_FOUND and DENIED."""
    with database.writing(frees=True) as session:
        output = _found(session, caller, output_id, Verb.EDIT)
        if output.deleted_at is None:
            output.deleted_at, output.deleted_by_id = clock.now(), caller.user_id
            audit.note(session, caller, "forget", Subject.OUTPUT, output.id, output.job_id, name=output.name)
        return output


def reinstate(database: Database, caller: Caller, output_id: int) -> JobOutput:
    """Take an output out of the trash; a live one stays as it is. Refuses NOT_FOUND and DENIED."""
    with database.writing() as session:
        output = _found(session, caller, output_id, Verb.EDIT)
        if output.deleted_at is not None:
            output.deleted_at = output.deleted_by_id = None
            audit.note(session, caller, "reinstate", Subject.OUTPUT, output.id, output.job_id, name=output.name)
        return output


def purge(database: Database, caller: Caller, output_id: int) -> JobOutput:
    """Remove an output for good and return its last state; its name is free again. Administrators only."""
    require_admin(caller)
    with database.writing(frees=True) as session:
        output = _found(session, caller, output_id, Verb.MANAGE)
        if output.deleted_at is None:
            output.deleted_at = clock.now()
        session.flush()
        audit.note(session, caller, "purge", Subject.OUTPUT, output.id, output.job_id, name=output.name)
        session.expunge(output)
        session.execute(delete(JobOutput).where(JobOutput.id == output_id))
        custody.release(session, [output.blob_id], custody.AFTER_PURGE)
        return output


def _found(session: Session, caller: Caller, output_id: int, verb: Verb) -> JobOutput:
    if not is_number(output_id):
        raise not_found(Subject.OUTPUT)
    output = session.scalar(select(JobOutput).where(JobOutput.id == output_id).options(*WHOLE))
    if output is None or (verb is Verb.EDIT and output.job.deleted_at is not None):
        raise not_found(Subject.OUTPUT)  # with its job in the trash an output can be read, not changed
    require(session, caller, verb, output.job, Subject.OUTPUT)
    return output


def _checked(command: RecordOutput) -> tuple[str, str]:
    name, type_ = normal(command.name), normal(command.type)
    for text, field, longest in ((name, "name", LONGEST_NAME), (type_, "type", LONGEST_TYPE)):
        if not 1 <= len(text) <= longest or "/" in text or any(ord(c) < 32 or ord(c) == 127 for c in text):
            message = f"The {field} has 1 to {longest} characters, without slash or control characters."
            raise invalid(field, message, Subject.OUTPUT)
    return name, type_


def _require_open(
    session: Session, caller: Caller, job: Reference, command: RecordOutput, identity: tuple[str, str]
) -> Row[Any]:
    place = session.execute(_PLACE.where(named(job)), {"name": identity[0], "type": identity[1]}).one_or_none()
    if place is None:
        raise not_found(Subject.JOB)
    require(session, caller, Verb.EDIT, place, Subject.JOB)
    if command.holder is not UNSET and (command.holder is None or place.node_id != command.holder):
        raise denied(Subject.JOB)
    if place.started_at is None:
        raise Refusal(Code.NOT_STARTED, "The job was never started.", Subject.JOB)
    if place.ended_at is not None and place.error_reason is None:
        raise Refusal(Code.LOCKED, "The job is finished.", Subject.JOB)
    if place.taken_id is not None and not _is_of_earlier_run(place):
        message = f"The job has an output “{identity[0]}” of this type already."
        raise Refusal(Code.CONFLICT, message, Subject.OUTPUT, "name")
    return place


def _is_of_earlier_run(place: Row[Any]) -> bool:
    # A reset puts outputs in the trash before the job starts again; their names must not keep the new run's out.
    return place.taken_deleted_at is not None and place.taken_deleted_at < place.started_at


def _drop_earlier(session: Session, place: Row[Any]) -> None:
    if place.taken_id is not None:
        session.execute(delete(JobOutput).where(JobOutput.id == place.taken_id))
        custody.release(session, [place.taken_blob_id], custody.AFTER_REPLACEMENT)


_JOB = Job.__table__
_ONE_LINE = (
    select(
        Record.id,  # first: what the decision on rights calls the id
        JobOutput.id.label("output_id"),
        Record.number,
        JobOutput.name,
        JobOutput.type,
        JobOutput.creator_id,
        JobOutput.created_at,
        JobOutput.deleted_at,
        Record.kind,
        Record.owner_id,
        Record.parent_id,
        Record.private,
    )
    .join(Record, Record.id == JobOutput.job_id)
    .where(JobOutput.id == bindparam("wanted"))
)
_PLACE = (
    select(
        Record.id,
        Record.number,
        Record.kind,
        Record.owner_id,
        Record.parent_id,
        Record.private,
        _JOB.c.node_id,
        _JOB.c.started_at,
        _JOB.c.ended_at,
        _JOB.c.error_reason,
        JobOutput.id.label("taken_id"),
        JobOutput.blob_id.label("taken_blob_id"),
        JobOutput.deleted_at.label("taken_deleted_at"),
    )
    .join(_JOB, _JOB.c.id == Record.id)
    .outerjoin(
        JobOutput,
        and_(JobOutput.job_id == Record.id, JobOutput.name == bindparam("name"), JobOutput.type == bindparam("type")),
    )
    .where(Record.deleted_at.is_(None))
)
_TOUCH = (
    update(Record)
    .where(Record.id == bindparam("wanted"))
    .values(updated_at=bindparam("now"), revision=Record.revision + 1)
    .execution_options(synchronize_session=False)
)
