"""Many attachments at once: chosen, moved, put in the trash; all of them in one transaction, or none.

It stands on core.attachments and knows no form and no address.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock
from core.access import Caller, Verb, require
from core.attachment_checks import checked_area, checked_folder
from core.attachment_rows import SHOWN, WHOLE, home_of, of_record
from core.commands import Move
from core.database import Database
from core.errors import Subject, invalid, not_found
from core.lookup import find_in
from core.revisions import touch
from models import Attachment, Record

MOST = 1000  # attachments that one transaction changes


@dataclass(frozen=True, slots=True)
class Places:
    """The folders and areas that are in use on a record or named by its type, in order."""

    folders: Sequence[str]
    areas: Sequence[str]


def chosen(database: Database, caller: Caller, record: Record, guids: Sequence[uuid.UUID]) -> Sequence[Attachment]:
    """Return those of the named attachments that a record shows, of all actions for a job, in the order they came.

    What is not there any more is left out. Refuses NOT_FOUND (the record) and INVALID (more than MOST).
    """
    _refuse_too_many(guids)
    with database.reading() as session:
        require(session, caller, Verb.READ, record)
        statement = select(Attachment).where(of_record(record), *SHOWN, Attachment.guid.in_(guids))
        return session.scalars(statement.options(*WHOLE).order_by(Attachment.id)).unique().all()


def places_of(database: Database, caller: Caller, record: Record) -> Places:
    """Return the folders and areas that attachments of a record lie in, or may; refuses NOT_FOUND."""
    with database.reading() as session:
        require(session, caller, Verb.READ, record)
        used = select(Attachment.folder, Attachment.area).where(of_record(record), *SHOWN).distinct().limit(500)
        rows = session.execute(used).all()
    folders = {row.folder for row in rows} | set(record.record_type.folders)
    areas = {row.area for row in rows} | {area["name"] for area in record.record_type.areas}
    return Places(sorted(folders - {""}), sorted(area for area in areas if area))


def move(database: Database, caller: Caller, guids: Sequence[uuid.UUID], command: Move) -> Sequence[Attachment]:
    """Hang attachments on another record, or lay them in another folder or area; all or none.

    Both ends must be the caller's to edit. What goes to another record leaves the form field that it filled and the
    activity that it came with. Refuses NOT_FOUND (also for what is in the trash), DENIED and INVALID.
    """
    _refuse_too_many(guids)
    placed = _placed(command)
    with database.writing() as session:
        held = _held(session, guids)
        target = None if command.record is UNSET else find_in(session, caller, command.record)
        ends = _ends(session, caller, held, target)
        for attachment in held:
            _move_one(session, caller, attachment, target, placed)
        _touch(session, ends)
        ids = [attachment.id for attachment in held]
    with database.reading() as session:
        return session.scalars(select(Attachment).where(Attachment.id.in_(ids)).options(*WHOLE)).unique().all()


def detach_many(database: Database, caller: Caller, guids: Sequence[uuid.UUID]) -> int:
    """Put attachments in the trash, all or none, and return how many went there; what lies there already stays.

    Refuses NOT_FOUND, DENIED and INVALID (more than MOST).
    """
    _refuse_too_many(guids)
    with database.writing(frees=True) as session:
        held = _held(session, guids, deleted=True)
        ends = _ends(session, caller, held)
        going = [attachment for attachment in held if attachment.deleted_at is None]
        for attachment in going:
            attachment.deleted_at, attachment.deleted_by_id = clock.now(), caller.user_id
            audit.note(
                session, caller, "detach", Subject.ATTACHMENT, attachment.id, attachment.record_id, name=attachment.name
            )
        _touch(session, ends)
        return len(going)


def _refuse_too_many(guids: Sequence[uuid.UUID]) -> None:
    if len(guids) > MOST:
        raise invalid("attachments", f"At most {MOST} attachments at once.", Subject.ATTACHMENT)


def _placed(command: Move) -> dict[str, Any]:
    placed: dict[str, Any] = {}
    if command.folder is not UNSET:
        placed["folder"] = checked_folder(command.folder)
    if command.area is not UNSET:
        placed["area"] = checked_area(command.area)
    return placed


def _held(session: Session, guids: Sequence[uuid.UUID], *, deleted: bool = False) -> Sequence[Attachment]:
    named = Attachment.guid.in_(guids)
    if session.get_bind().dialect.name != "sqlite":
        # In one order, so that two who choose the same ones wait for each other instead of for ever.
        session.execute(select(Attachment.id).where(named).order_by(Attachment.id).with_for_update())
    statement = select(Attachment).where(named).options(*WHOLE).order_by(Attachment.id)
    held = session.scalars(statement if deleted else statement.where(*SHOWN)).unique().all()
    if len(held) != len(set(guids)) or any(attachment.record is None for attachment in held):
        raise not_found(Subject.ATTACHMENT)  # what hangs nowhere yet is attached, not moved
    return held


def _ends(
    session: Session, caller: Caller, held: Sequence[Attachment], target: Record | None = None
) -> Sequence[Record]:
    """Return each record that gives or takes, once; refuses where one is gone, or not the caller's to edit."""
    found = {end.id: end for end in (*(attachment.record for attachment in held), target) if end is not None}
    ends = list(found.values())
    _lock(session, ends)
    for end in ends:
        if end.deleted_at is not None:
            raise not_found(Subject.ATTACHMENT)
        require(session, caller, Verb.EDIT, end, Subject.ATTACHMENT)
    return ends


def _lock(session: Session, records: Sequence[Record]) -> None:
    if session.get_bind().dialect.name == "sqlite":
        return
    ids = {record.id for record in records} | {record.parent_id for record in records if record.kind == "action"}
    order = (Record.kind.desc(), Record.id)  # jobs before their actions, as everywhere
    statement = select(Record).where(Record.id.in_(ids)).order_by(*order).with_for_update(of=Record)
    # What another changed while we waited is read anew.
    session.scalars(statement.execution_options(populate_existing=True)).unique().all()


def _move_one(
    session: Session, caller: Caller, attachment: Attachment, target: Record | None, placed: dict[str, Any]
) -> None:
    before = attachment.record_id
    if target is not None and before != home_of(session, target):
        attachment.record_id = home_of(session, target)
        attachment.field_key, attachment.position, attachment.activity_id = None, 0, None
    for name, value in placed.items():
        setattr(attachment, name, value)
    attachment.updated_at = clock.now()
    audit.note(
        session,
        caller,
        "move",
        Subject.ATTACHMENT,
        attachment.id,
        attachment.record_id,
        name=attachment.name,
        before=before,
        **placed,
    )


def _touch(session: Session, ends: Sequence[Record]) -> None:
    job_ids = {end.parent_id for end in ends if end.kind == "action" and end.parent_id is not None}
    touch(*ends, *(session.get_one(Record, job_id) for job_id in job_ids - {end.id for end in ends}))
