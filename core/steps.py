"""Step actions: a form is filled in, and what it says is done in one transaction with its files and an activity.

A step that makes records begins one; any other changes one. It knows no API and no request.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from msgspec import UNSET
from sqlalchemy.orm import Session

from core import activities, attachments, audit, records
from core.access import Caller, Verb, may, require_creator, shared_level
from core.activities import NoteActivity
from core.blobs import Arrival
from core.commands import Attach, ById, CreateRecord, Reference, ReviseRecord, RunStep
from core.database import Database
from core.errors import Subject, not_found
from core.forms import Area, Filled, Place, fill, place_files
from core.house import House
from core.lookup import find_in
from models import Record, RecordType, StepAction


@dataclass(frozen=True, slots=True)
class _Plan:
    """A step with what was filled in, checked before the first byte of a file is stored."""

    step: StepAction
    record_type: RecordType
    filled: Filled
    files: Sequence[tuple[Attach, Area]]


def create(house: House, caller: Caller, step_id: int | None, command: RunStep) -> Record:
    """Make a record through a step that makes records, with its files, or nothing of it.

    Refuses DENIED, NOT_FOUND (step, field, area), INVALID (a value; step: something mandatory; area), and as `attach`.
    """
    require_creator(caller)
    with house.database.reading() as session:
        plan = _plan(session, step_id, None, command)
    with ExitStack() as stack:
        received = [attachments.receive(house, stack, file) for file, _ in plan.files]
        with house.database.writing(*_arrived(received)) as session:
            record = records.create_in(session, caller, _new_record(plan))
            audit.note(session, caller, "create", Subject.RECORD, record.id, record.id, title=record.title)
            _finish(house, session, caller, record, plan, received)
    return records.find(house.database, caller, ById(record.id))


def run(house: House, caller: Caller, reference: Reference, step_id: int | None, command: RunStep) -> Record:
    """Run a step on a record, with its files, or change nothing.

    Refuses NOT_FOUND (record, then step, field, area), DENIED, INVALID as `create`, and as `attach`.
    """
    with house.database.reading() as session:
        record: Record = find_in(session, caller, reference, Verb.EDIT)
        plan = _plan(session, step_id, record, command)
    with ExitStack() as stack:
        received = [attachments.receive(house, stack, file) for file, _ in plan.files]
        with house.database.writing(*_arrived(received)) as session:
            held: Record = find_in(session, caller, ById(record.id), Verb.EDIT, locks=True)
            records.revise_in(session, caller, held, _revision(plan.filled))
            _finish(house, session, caller, held, plan, received)
    return records.find(house.database, caller, ById(record.id))


def is_available(database: Database, caller: Caller, reference: Reference, step_id: int | None) -> bool:
    """Return whether the caller could run a step on a record that they may read; refuses NOT_FOUND (record)."""
    with database.reading() as session:
        record: Record = find_in(session, caller, reference)
        step = None if step_id is None else session.get(StepAction, step_id)
        if step is None or step.creates or step.record_type_id != record.record_type_id:
            return False
        return may(caller, Verb.EDIT, record, shared_level(session, caller, record))


def _plan(session: Session, step_id: int | None, record: Record | None, command: RunStep) -> _Plan:
    step = None if step_id is None else session.get(StepAction, step_id)
    if step is None or step.creates is not (record is None):
        raise not_found(Subject.STEP)
    if record is not None and step.record_type_id != record.record_type_id:
        raise not_found(Subject.STEP)
    record_type = session.get_one(RecordType, step.record_type_id)
    return _Plan(step, record_type, fill(record_type, step, command), place_files(step, command.files))


def _arrived(received: Sequence[Arrival | None]) -> list[Arrival]:
    return [arrival for arrival in received if arrival is not None]


def _new_record(plan: _Plan) -> CreateRecord:
    words = plan.filled.words
    return CreateRecord(
        type_name=plan.record_type.name,
        title=words.get(Place.TITLE) or "",
        description=words.get(Place.DESCRIPTION) or "",
        private=words.get(Place.PRIVATE) or False,
        rows=[{name: value for name, value in plan.filled.fields.items() if value is not None}],
    )


def _revision(filled: Filled) -> ReviseRecord:
    words = filled.words
    return ReviseRecord(
        title=words.get(Place.TITLE, UNSET),
        description=(words[Place.DESCRIPTION] or "") if Place.DESCRIPTION in words else UNSET,
        fields=filled.fields or UNSET,
    )


def _finish(
    house: House, session: Session, caller: Caller, record: Record, plan: _Plan, received: Sequence[Arrival | None]
) -> None:
    words = plan.filled.words
    facts = {**plan.filled.facts, "fields": sorted(plan.filled.fields)}
    if words.get(Place.TIME_SPENT):
        facts[activities.TIME_SPENT] = words[Place.TIME_SPENT]
    note = NoteActivity(plan.step.name, words.get(Place.COMMENT) or "", plan.step.id, facts)
    activity = activities.note_in(session, caller, record, note)
    for (file, area), arrival in zip(plan.files, received, strict=True):
        attachment = attachments.attach_in(house, session, caller, record, file, arrival)
        attachment.activity_id, attachment.listed = activity.id, area.attaches
    session.flush()
