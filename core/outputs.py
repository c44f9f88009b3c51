"""Job outputs: record, find, page, forget, reinstate, purge. It knows no attachment, no API and no request."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from core import audit, clock, custody
from core.access import Caller, Verb, require, require_admin
from core.commands import ById, RecordOutput
from core.database import Database
from core.errors import Code, Refusal, Subject, invalid, not_found
from core.folding import normal
from core.house import House
from core.jobs import touch
from core.lookup import find_in
from models import Job, JobOutput

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


def find_named(database: Database, caller: Caller, job: Job, name: str, type_: str) -> JobOutput:
    """Return a job's output of that name and type, a forgotten one too; refuses NOT_FOUND."""
    with database.reading() as session:
        require(session, caller, Verb.READ, job, Subject.JOB)
        named = (JobOutput.job_id == job.id, JobOutput.name == normal(name), JobOutput.type == normal(type_))
        found = session.scalar(select(JobOutput).where(*named).options(*WHOLE))
        if found is None:
            raise not_found(Subject.OUTPUT)
        return found


def outputs_of(database: Database, caller: Caller, job: Job, *, deleted: bool = False) -> Sequence[JobOutput]:
    """Return the outputs of a job in the order they came, with the forgotten ones if `deleted`; refuses NOT_FOUND."""
    with database.reading() as session:
        require(session, caller, Verb.READ, job, Subject.JOB)
        statement = select(JobOutput).where(JobOutput.job_id == job.id).options(*WHOLE).order_by(JobOutput.id)
        if not deleted:
            statement = statement.where(JobOutput.deleted_at.is_(None))
        return session.scalars(statement).all()


def record(house: House, caller: Caller, job: Job, command: RecordOutput) -> JobOutput:
    """Keep what a job made; refuses NOT_FOUND, DENIED, NOT_STARTED, LOCKED (finished), CONFLICT and as the store does.

    The state of the job and the name are checked before the body is read, and again with the row (UFDL sheet §4).
    """
    name, type_ = _checked(command)
    with house.database.reading() as session:
        _require_open(session, caller, job.id, name, type_)
    with house.store.receive(command.content) as arrival, house.database.writing(arrival) as session:
        held = _require_open(session, caller, job.id, name, type_, locks=True)
        output = JobOutput(
            job_id=held.id,
            name=name,
            type=type_,
            blob_id=custody.admit(session, arrival.stored).id,
            creator_id=caller.user_id,
            created_at=clock.now(),
        )
        session.add(output)
        touch(held)
        session.flush()
        audit.note(session, caller, "record", Subject.OUTPUT, output.id, held.id, name=name, type=type_)
    return output


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
    output = session.scalar(select(JobOutput).where(JobOutput.id == output_id).options(*WHOLE))
    if output is None:
        raise not_found(Subject.OUTPUT)
    require(session, caller, verb, output.job, Subject.OUTPUT)
    return output


def _checked(command: RecordOutput) -> tuple[str, str]:
    name, type_ = normal(command.name), normal(command.type)
    for text, field, longest in ((name, "name", LONGEST_NAME), (type_, "type", LONGEST_TYPE)):
        if not 1 <= len(text) <= longest or "/" in text or any(ord(c) < 32 or ord(c) == 127 for c in text):
            message = f"The {field} has 1 to {longest} characters, without slash or control characters."
            raise invalid(field, message, Subject.OUTPUT)
    return name, type_


def _require_open(session: Session, caller: Caller, job_id: int, name: str, type_: str, *, locks: bool = False) -> Job:
    job = find_in(session, caller, ById(job_id), Verb.EDIT, kind=Job, subject=Subject.JOB, options=(), locks=locks)
    if job.started_at is None:
        raise Refusal(Code.NOT_STARTED, "The job was never started.", Subject.JOB)
    if job.ended_at is not None and job.error_reason is None:
        raise Refusal(Code.LOCKED, "The job is finished.", Subject.JOB)
    taken = select(JobOutput.id).where(JobOutput.job_id == job_id, JobOutput.name == name, JobOutput.type == type_)
    if session.scalar(taken) is not None:
        raise Refusal(Code.CONFLICT, f"The job has an output “{name}” of this type already.", Subject.OUTPUT, "name")
    return job
