"""Job outputs: record, find, page, forget, reinstate, purge. It knows no attachment, no API and no request."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from msgspec import UNSET
from sqlalchemy import Connection, and_, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from core import audit, clock, custody, renditions
from core.access import Caller, Verb, may, require, require_admin
from core.blobs import Stored
from core.bounds import is_number, is_text
from core.commands import ByNumber, RecordOutput, Reference
from core.database import Database
from core.errors import Code, Refusal, Subject, denied, invalid, not_found
from core.folding import fold, normal
from core.house import House
from core.lookup import find_in, lock_row, named
from core.prepared import Prepared
from core.record_types import type_id
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
    selectinload(JobOutput.job),  # not joined: SQLite would read all jobs for the join of their two tables
)


def find(database: Database, caller: Caller, output_id: int) -> JobOutput:
    """Return one output by id, a forgotten one too; refuses NOT_FOUND."""
    with database.reading() as session:
        return _found(session, caller, output_id, Verb.READ)


def find_line(database: Database, caller: Caller, output_id: int) -> OutputLine:
    """Return what is shown of one output by id, a forgotten one too; refuses NOT_FOUND."""
    found = database.look(_ONE_LINE, {"wanted": output_id}) if is_number(output_id) else ()
    if not found:
        raise not_found(Subject.OUTPUT)
    row: Any = found[0]
    if not may(caller, Verb.READ, row):
        with database.reading() as session:
            require(session, caller, Verb.READ, row, Subject.OUTPUT)
    return OutputLine(*row[1:8])


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
    identity = _checked(command)
    statement, wanted = _statement_for(job)
    spelt = {"name": identity[0], "type": identity[1]}
    database = house.database
    found = _place(database.look(statement, {**wanted, **spelt}))
    if not may(caller, Verb.EDIT, found):
        with database.reading() as session:  # shares are asked for only where nothing else gives the right
            require(session, caller, Verb.EDIT, found, Subject.JOB)
    _require_open(found, command)

    def keep(connection: Connection) -> OutputLine:
        lock_row(connection, found.id)
        place = _place(_PLACE_BY_ID.run(connection, {"wanted": found.id, **spelt}))
        require(connection, caller, Verb.EDIT, place, Subject.JOB)
        _require_open(place, command)
        _drop_earlier(connection, place)
        made = _new_line(connection, caller, place, arrival.stored, identity)
        audit.note(connection, caller, "record", Subject.OUTPUT, made.id, place.id, name=made.name, type=made.type)
        return made

    with house.store.receive(command.content) as arrival:
        return database.writing_together(keep, arrival)


def forget(database: Database, caller: Caller, output_id: int) -> JobOutput:
    """Put an output in the trash; one that is there already stays as it is. Refuses NOT_FOUND and DENIED."""
    with database.writing(frees=True) as session:
        output = _found(session, caller, output_id, Verb.EDIT)
        if output.deleted_at is None:
            _touch_job(session, output)
            output.deleted_at, output.deleted_by_id = clock.now(), caller.user_id
            audit.note(session, caller, "forget", Subject.OUTPUT, output.id, output.job_id, name=output.name)
        return output


def reinstate(database: Database, caller: Caller, output_id: int) -> JobOutput:
    """Take an output out of the trash; a live one stays as it is. Refuses NOT_FOUND and DENIED."""
    with database.writing() as session:
        output = _found(session, caller, output_id, Verb.EDIT)
        if output.deleted_at is not None:
            _touch_job(session, output)
            output.deleted_at = output.deleted_by_id = None
            audit.note(session, caller, "reinstate", Subject.OUTPUT, output.id, output.job_id, name=output.name)
        return output


def purge(database: Database, caller: Caller, output_id: int) -> JobOutput:
    """Remove an output for good and return its last state; its name is free again. Administrators only."""
    require_admin(caller)
    with database.writing(frees=True) as session:
        output = _found(session, caller, output_id, Verb.MANAGE)
        _touch_job(session, output)
        if output.deleted_at is None:
            output.deleted_at = clock.now()
        session.flush()
        audit.note(session, caller, "purge", Subject.OUTPUT, output.id, output.job_id, name=output.name)
        session.expunge(output)
        renditions.drop(session, JobOutput, [output_id], custody.AFTER_PURGE)
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


def _touch_job(session: Session, output: JobOutput) -> None:
    # Before the output's own row, as whoever records one does: nobody waits for the other crosswise on PostgreSQL.
    _TOUCH.run(session.connection(), {"wanted": output.job_id, "now": clock.now()})


def _checked(command: RecordOutput) -> tuple[str, str]:
    name, type_ = normal(command.name), normal(command.type)
    for text, field, longest in ((name, "name", LONGEST_NAME), (type_, "type", LONGEST_TYPE)):
        if not 1 <= len(text) <= longest or "/" in text or any(ord(c) < 32 or ord(c) == 127 for c in text):
            message = f"The {field} has 1 to {longest} characters, without slash or control characters."
            raise invalid(field, message, Subject.OUTPUT)
    return name, type_


def _statement_for(job: Reference) -> tuple[Prepared, dict[str, object]]:
    # The two by which workers and the house itself name a job are made once; the others are put together as needed.
    if isinstance(job, ByNumber) and is_number(job.number) and fold(job.type_name) == "job":
        return _PLACE_BY_NUMBER, {"wanted": job.number}
    return Prepared(_PLACE.where(named(job))), {}


def _place(found: Sequence[Any]) -> Any:
    if not found:
        raise not_found(Subject.JOB)
    return found[0]


def _require_open(place: Any, command: RecordOutput) -> None:
    """Refuse a node that does not hold the job, a job that takes no outputs, and a name that is taken."""
    if command.holder is not UNSET and (command.holder is None or place.node_id != command.holder):
        raise denied(Subject.JOB)
    if place.started_at is None:
        raise Refusal(Code.NOT_STARTED, "The job was never started.", Subject.JOB)
    if place.ended_at is not None and place.error_reason is None:
        raise Refusal(Code.LOCKED, "The job is finished.", Subject.JOB)
    if place.taken_id is not None and not _is_of_earlier_run(place):
        raise Refusal(Code.CONFLICT, "The job has an output of this name and type already.", Subject.OUTPUT, "name")


def _new_line(
    connection: Connection, caller: Caller, place: Any, stored: Stored, identity: tuple[str, str]
) -> OutputLine:
    now = clock.now()
    columns = {
        "guid": uuid.uuid4(),
        "job_id": place.id,
        "name": identity[0],
        "type": identity[1],
        "blob_id": custody.admit_row(connection, stored),
        "creator_id": caller.user_id,
        "created_at": now,
    }
    output_id = _NEW.insert(connection, columns)
    _TOUCH.run(connection, {"wanted": place.id, "now": now})
    return OutputLine(output_id, place.number, identity[0], identity[1], caller.user_id, now, None)


def _is_of_earlier_run(place: Any) -> bool:
    # A reset puts outputs in the trash before the job starts again; their names must not keep the new run's out.
    return place.taken_deleted_at is not None and place.taken_deleted_at < place.started_at


def _drop_earlier(connection: Connection, place: Any) -> None:
    if place.taken_id is not None:
        renditions.drop(connection, JobOutput, [place.taken_id])
        connection.execute(delete(JobOutput).where(JobOutput.id == place.taken_id))
        custody.release(connection, [place.taken_blob_id], custody.AFTER_REPLACEMENT)


_TABLE: Any = JobOutput.__table__
_JOBS, _OUTPUTS, _RECORDS = Job.__table__.c, JobOutput.__table__.c, Record.__table__.c
_RIGHTS = tuple(_RECORDS[name] for name in ("kind", "owner_id", "parent_id", "private"))
_ONE_LINE = Prepared(
    select(
        _RECORDS.id,  # first, and under this name: the decision on rights asks for the record's
        _OUTPUTS.id.label("output_id"),
        _RECORDS.number,
        *(_OUTPUTS[name] for name in ("name", "type", "creator_id", "created_at", "deleted_at")),
        *_RIGHTS,
    )
    .join_from(JobOutput.__table__, Record.__table__, _RECORDS.id == _OUTPUTS.job_id)
    .where(_OUTPUTS.id == bindparam("wanted"))
)
_IS_NAMED_SO = and_(
    _OUTPUTS.job_id == _RECORDS.id, _OUTPUTS.name == bindparam("name"), _OUTPUTS.type == bindparam("type")
)
_PLACE: Any = (
    select(
        _RECORDS.id,
        _RECORDS.number,
        *_RIGHTS,
        *(_JOBS[name] for name in ("node_id", "started_at", "ended_at", "error_reason")),
        _OUTPUTS.id.label("taken_id"),
        _OUTPUTS.blob_id.label("taken_blob_id"),
        _OUTPUTS.deleted_at.label("taken_deleted_at"),
    )
    .select_from(
        Record.__table__.join(Job.__table__, _JOBS.id == _RECORDS.id).outerjoin(JobOutput.__table__, _IS_NAMED_SO)
    )
    .where(_RECORDS.deleted_at.is_(None))
)
_PLACE_BY_ID = Prepared(_PLACE.where(_RECORDS.id == bindparam("wanted")))
_PLACE_BY_NUMBER = Prepared(
    _PLACE.where(_RECORDS.number == bindparam("wanted"), _RECORDS.record_type_id == type_id("Job"))
)
_NEW = Prepared(
    insert(_TABLE),
    ("guid", "job_id", "name", "type", "blob_id", "creator_id", "created_at"),
)
_TOUCH = Prepared(
    update(Record.__table__)  # type: ignore[arg-type]  # a table of ours
    .where(_RECORDS.id == bindparam("wanted"))
    .values(updated_at=bindparam("now"), revision=_RECORDS.revision + 1)
)
