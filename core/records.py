"""Records of every type: create, find, revise, forget, reinstate, purge. It knows no list, no API and no request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET
from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from core import actions, attachment_contents, audit, clock, custody, jobs, renditions, revisions, submissions
from core.access import HOUSE, Caller, Rights, Verb, require_admin, require_creator, rights, visible
from core.births import checked_description, checked_title, common_columns, new_rows
from core.commands import ById, ByNumber, CreateAction, CreateJob, CreateRecord, Reference, ReviseRecord
from core.database import Database
from core.errors import Code, Refusal, Subject, conflict, invalid, not_found
from core.lookup import WHOLE, find_in
from core.record_types import checked_values, find_type, is_spent
from models import Action, Attachment, Job, JobOutput, Node, Record, RecordRow, RecordType, SpentNumber, User


def find(
    database: Database, caller: Caller, reference: Reference, verb: Verb = Verb.READ, *, deleted: bool = False
) -> Record:
    """Return one record of any type, with its type, owner and rows; refuses NOT_FOUND or DENIED."""
    with database.reading() as session:
        found: Record = find_in(session, caller, reference, verb, deleted=deleted)
        return found


def rights_of(database: Database, caller: Caller, record: Record) -> Rights:
    """Return what the caller may do to a record; refuses NOT_FOUND."""
    with database.reading() as session:
        return rights(session, caller, record)


def create(database: Database, caller: Caller, command: CreateRecord, nonce: str | None = None) -> Record:
    """Make a record of any type, or return the one that the same nonce made before.

    The same row results whichever mouth asked (DECISIONS 3). Refuses DENIED, NOT_FOUND (type, parent, owner), INVALID
    and CONFLICT.
    """
    require_creator(caller)
    with database.writing() as session:
        made = submissions.look_for(session, caller, nonce)
        if made is not None:
            first: Record = find_in(session, caller, ById(int(made)))
            return first
        record = create_in(session, caller, command)
        submissions.note(session, caller, nonce, str(record.id))
        audit.note(session, caller, "create", Subject.RECORD, record.id, record.id, title=record.title)
        return record


def put(database: Database, caller: Caller, command: CreateRecord, revision: int | None = None) -> tuple[Record, bool]:
    """Give the record of that number these rows and title, or make it where the number is unused (DECISIONS 2).

    Returns the record and whether it was made. Refuses NOT_FOUND where the number is, or was, that of a record which the
    caller cannot see, DENIED, INVALID, and PRECONDITION unless `revision` (None: any) is the present one.
    """
    with database.writing() as session:
        record_type = find_type(session, command.type_name)
        numbered = (Record.record_type_id == record_type.id, Record.number == command.number)
        if session.scalar(select(Record.id).where(*numbered)) is None:
            if is_spent(session, record_type, command.number or 0):
                raise not_found(Subject.RECORD)
            made = _make_at(session, caller, command, revision)
            return made, True
        record: Record = find_in(
            session, caller, ByNumber(record_type.name, command.number or 0), Verb.EDIT, locks=True
        )
        revise_in(session, caller, record, _as_revision(command, revision))
    return find(database, caller, ById(record.id)), False


def look_for_parent(database: Database, caller: Caller, record: Record) -> Record | None:
    """Return what a record lies below, or None; one that the caller may not read is none."""
    with database.reading() as session:
        statement = select(Record).where(Record.id == record.parent_id, Record.deleted_at.is_(None), visible(caller))
        return session.scalars(statement.options(*WHOLE)).unique().one_or_none()


def create_in(session: Session, caller: Caller, command: CreateRecord) -> Record:
    """Make a record inside a transaction that is already open."""
    record_type = find_type(session, command.type_name)
    if record_type.name == "Job":
        return _create_job(session, caller, command)
    if record_type.name == "Action":
        return _create_action(session, caller, command)
    record = Record(**common_columns(session, caller, record_type, command))
    session.add(record)
    session.flush()
    return record


def revise(database: Database, caller: Caller, record_id: int, command: ReviseRecord) -> Record:
    """Change what is given of a record; privacy and owner take MANAGE. Refuses NOT_FOUND, DENIED and INVALID."""
    with database.writing() as session:
        record: Record = find_in(session, caller, ById(record_id), _verb_for(command), locks=True)
        revise_in(session, caller, record, command)
    return find(database, HOUSE, ById(record_id))  # whoever gives a record away may not see it any more


def revise_in(session: Session, caller: Caller, record: Record, command: ReviseRecord) -> None:
    """Change what is given of a record inside a transaction that is already open."""
    _require_revision(record, command.revision)
    _revise_words(record, command)
    _revise_rows(session, record, command)
    _revise_place(session, caller, record, command)
    revisions.touch(record)
    session.flush()
    audit.note(session, caller, "revise", Subject.RECORD, record.id, record.id)


def forget(database: Database, caller: Caller, record_id: int, revision: int | None = None) -> None:
    """Put a record in the trash, a job with its actions.

    Refuses NOT_FOUND, DENIED, LOCKED (an action), and PRECONDITION unless `revision` (None: any) is the present one.
    """
    with database.writing(frees=True) as session:
        record: Record = find_in(session, caller, ById(record_id), Verb.MANAGE, locks=True)
        if isinstance(record, Action):
            raise Refusal(Code.LOCKED, "An action is removed through its job.", Subject.ACTION)
        _require_revision(record, revision)
        _stamp_deletion(session, caller, record)
        audit.note(session, caller, "forget", Subject.RECORD, record.id, record.id, title=record.title)


def reinstate(database: Database, caller: Caller, record_id: int) -> Record:
    """Take a record out of the trash, a job with the actions that went with it, an action if its job is not there.

    One that is not in the trash stays as it is. Refuses NOT_FOUND and DENIED.
    """
    with database.writing() as session:
        record: Record = find_in(session, caller, ById(record_id), Verb.MANAGE, deleted=True, locks=True)
        if isinstance(record, Action):
            actions.reinstate_in(session, caller, record)
        elif record.deleted_at is not None:
            _clear_deletion(session, record)
        audit.note(session, caller, "reinstate", Subject.RECORD, record.id, record.id, title=record.title)
    return find(database, caller, ById(record_id))


def purge(database: Database, caller: Caller, record_id: int) -> None:
    """Remove a record for good with all that hangs on it; administrators only.

    Refuses NOT_FOUND, DENIED and LOCKED (a built-in action).
    """
    require_admin(caller)
    with database.writing(frees=True) as session:
        record: Record = find_in(session, caller, ById(record_id), Verb.MANAGE, deleted=True, locks=True)
        if isinstance(record, Action) and record.builtin:
            raise Refusal(Code.LOCKED, "The built-in action of a job goes with its job.", Subject.ACTION)
        audit.note(session, caller, "purge", Subject.RECORD, record.id, record.id, title=record.title)
        purge_in(session, record)


def purge_in(session: Session, record: Record) -> None:
    """Remove a record for good inside a transaction that is already open; bytes are queued for removal."""
    actions = [*session.scalars(select(Action.id).where(Action.job_id == record.id))]
    ids = [record.id, *actions]
    attachment_contents.purge_in(
        session, list(session.scalars(select(Attachment.id).where(Attachment.record_id.in_(ids))))
    )
    outputs = session.execute(select(JobOutput.id, JobOutput.blob_id).where(JobOutput.job_id == record.id)).all()
    renditions.drop(session, JobOutput, [row.id for row in outputs], custody.AFTER_PURGE)
    session.execute(delete(JobOutput).where(JobOutput.job_id == record.id))
    custody.release(session, [row.blob_id for row in outputs], custody.AFTER_PURGE)
    session.execute(update(Node).where(Node.current_job_id == record.id).values(current_job_id=None))
    session.expunge_all()
    numbers = select(Record.record_type_id, Record.number).where(Record.id.in_(ids))
    session.execute(insert(SpentNumber).from_select(["record_type_id", "number"], numbers))
    for table in (Action.__table__, Job.__table__, Record.__table__):
        session.execute(delete(table).where(table.c.id.in_(ids)))  # type: ignore[arg-type]  # a table of ours


_IS_ACTION = Record.kind == "action"


def _make_at(session: Session, caller: Caller, command: CreateRecord, revision: int | None) -> Record:
    require_creator(caller)
    if revision is not None:
        raise Refusal(Code.PRECONDITION, "There is no such record yet.", Subject.RECORD)
    record = create_in(session, caller, command)
    audit.note(session, caller, "create", Subject.RECORD, record.id, record.id, title=record.title)
    return record


def _as_revision(command: CreateRecord, revision: int | None) -> ReviseRecord:
    lines = command.lines if command.lines is not None else range(1, len(command.rows) + 1)
    return ReviseRecord(
        title=UNSET if command.title is None else command.title,
        rows=list(zip(lines, command.rows, strict=True)),
        rows_replace=True,
        revision=revision,
    )


def _create_job(session: Session, caller: Caller, command: CreateRecord) -> Job:
    parent = None if command.parent is None else find_in(session, caller, command.parent).id
    return jobs.create_in(
        session,
        caller,
        CreateJob(
            title=command.title,
            description=command.description,
            private=command.private,
            owner_id=command.owner_id,
            guid=command.guid,
            rows=command.rows,
            lines=command.lines,
            number=command.number,
            parent_id=parent,
        ),
    )


def _create_action(session: Session, caller: Caller, command: CreateRecord) -> Action:
    if command.parent is None:
        raise invalid("parent", "An action needs the job that it belongs to.", Subject.ACTION)
    job = find_in(session, caller, command.parent, Verb.EDIT, kind=Job, subject=Subject.JOB, locks=True)
    return actions.add_in(
        session, job, CreateAction(driver="save-files", title=command.title or "", description=command.description)
    )


def _verb_for(command: ReviseRecord) -> Verb:
    manages = command.private is not UNSET or command.owner_id is not UNSET
    return Verb.MANAGE if manages else Verb.EDIT


def _require_revision(record: Record, revision: int | None) -> None:
    if revision is not None and revision != record.revision:
        raise Refusal(Code.PRECONDITION, "Somebody else has changed this record.", Subject.RECORD)


def _revise_words(record: Record, command: ReviseRecord) -> None:
    if command.title is not UNSET:
        names = checked_title(command.title)
        record.title, record.title_key = names.title, names.title_key
    if command.description is not UNSET:
        record.description = checked_description(command.description)
    if command.facts is not UNSET:
        record.facts = {**record.facts, **command.facts}


def _revise_rows(session: Session, record: Record, command: ReviseRecord) -> None:
    record_type = record.record_type
    if command.fields is not UNSET:
        merged = {**record.fields, **checked_values(record_type, command.fields)}
        record.rows[0].values = {name: value for name, value in merged.items() if value is not None}
    if command.rows is UNSET:
        return
    if command.rows_replace:
        record.rows.clear()
        session.flush()
        lines, contents = [line for line, _ in command.rows], [values for _, values in command.rows]
        record.rows.extend(new_rows(record_type, contents, lines or None))
        return
    present = {row.line: row for row in record.rows}
    for line, values in command.rows:
        present[line] = _merged_row(record, record_type, present.get(line), line, values)


def _merged_row(
    record: Record, record_type: RecordType, row: RecordRow | None, line: int, values: Mapping[str, Any]
) -> RecordRow:
    if row is None:
        (row,) = new_rows(record_type, [values], [line])
        record.rows.append(row)
    else:
        row.values = {**row.values, **checked_values(record_type, values)}
    return row


def _revise_place(session: Session, caller: Caller, record: Record, command: ReviseRecord) -> None:
    place = (command.parent, command.owner_id, command.private)
    if isinstance(record, Action) and any(given is not UNSET for given in place):
        raise Refusal(Code.LOCKED, "An action has the place, the owner and the privacy of its job.", Subject.ACTION)
    if command.parent is not UNSET:
        record.parent_id = None if command.parent is None else _fit_parent(session, caller, record, command.parent)
    if command.owner_id is not UNSET:
        _give(session, record, command.owner_id)
    if command.private is not UNSET:
        record.private = command.private
    if isinstance(record, Job):
        passed_on = {"owner_id": record.owner_id, "private": record.private}
        session.execute(update(Record).where(Record.parent_id == record.id, _IS_ACTION).values(**passed_on))


def _give(session: Session, record: Record, owner_id: int | None) -> None:
    owner = None if owner_id is None else session.get(User, owner_id)
    if owner is None and owner_id is not None:
        raise not_found(Subject.USER)
    if isinstance(record, Job):
        jobs.rename_in(session, record, owner)
    record.owner_id = owner_id


def _fit_parent(session: Session, caller: Caller, record: Record, reference: Reference) -> int:
    parent: Record = find_in(session, caller, reference)
    above: int | None = parent.id
    while above is not None:
        if above == record.id:
            raise conflict("A record cannot lie below itself.", Subject.RECORD, "parent")
        # Locked on the way up, lest two moves at once close a circle that neither of them sees.
        above = session.scalar(select(Record.parent_id).where(Record.id == above).with_for_update())
    return parent.id


def _clear_deletion(session: Session, record: Record) -> None:
    went_with_it = (Record.parent_id == record.id) & (Record.deleted_at == record.deleted_at) & _IS_ACTION
    session.execute(
        update(Record)
        .where(or_(Record.id == record.id, went_with_it))
        .values(deleted_at=None, deleted_by_id=None)
        .execution_options(synchronize_session=False)
    )


def _stamp_deletion(session: Session, caller: Caller, record: Record) -> None:
    live_actions = (Record.parent_id == record.id) & _IS_ACTION & Record.deleted_at.is_(None)
    session.execute(
        update(Record)
        .where(or_(Record.id == record.id, live_actions))
        .values(deleted_at=clock.now(), deleted_by_id=caller.user_id)
    )
