"""Attachments: attach, find, page, describe, replace, detach, reinstate, purge. It knows no API and no request.

Every verb looks up and authorises, stores the bytes with no connection held, then checks again in one short write.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, BinaryIO

from msgspec import UNSET
from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from core import attachment_contents, attachment_rows, audit, clock, custody, renditions, submissions
from core.access import Caller, Verb, require, require_admin, visible
from core.attachment_checks import (
    Checked,
    checked_area,
    checked_command,
    checked_data,
    checked_description,
    checked_folder,
    checked_name,
    checked_target,
)
from core.attachment_contents import NewContent, give_content, require_file
from core.attachment_rows import LIVE, SHOWN, WHOLE, AttachmentQuery, home_of, narrowed, of_record, ordered, path_name
from core.blobs import Arrival
from core.bounds import is_number, is_text
from core.commands import Attach, ById, Describe, Reference, Replace
from core.database import Database
from core.errors import Code, Refusal, Subject, conflict, invalid, not_found
from core.filenames import base_name, clean_name
from core.folding import normal
from core.house import House
from core.lookup import find_in, lock
from core.paging import Page, page
from core.revisions import touch
from models import Attachment, Record, Rendition, Version

TAKEN_FROM = "taken_from"  # the fact that names the record whose field an attachment was taken out of


def find_on(
    database: Database, caller: Caller, record: Record, guid: uuid.UUID | None, verb: Verb = Verb.READ
) -> Attachment:
    """Return one live attachment of one record by its GUID; refuses NOT_FOUND and DENIED."""
    with database.reading() as session:
        require(session, caller, verb, record)
        if guid is None:
            raise not_found(Subject.ATTACHMENT)
        return _one(session, and_(Attachment.guid == guid, of_record(record)))


def find_at(
    database: Database, caller: Caller, reference: Reference, guid: uuid.UUID | None, verb: Verb = Verb.READ
) -> Attachment:
    """Return one live attachment of the record of that name, which the caller must see before anything of it is told.

    Refuses NOT_FOUND (record, then attachment) and DENIED.
    """
    with database.reading() as session:
        record: Record = find_in(session, caller, reference)
        if guid is None:
            raise not_found(Subject.ATTACHMENT)
        attachment = _one(session, and_(Attachment.guid == guid, of_record(record)))
        require(session, caller, verb, record)
        return attachment


def open_content(house: House, attachment: Attachment) -> BinaryIO:
    """Open the bytes of an attachment that was found, for reading; what has none (a link) opens empty.

    Refuses NOT_FOUND (content), and INTERNAL when their number is not the row's.
    """
    blob = attachment.blob
    if blob is None:
        return io.BytesIO()
    if house.store.size(blob.key) not in (blob.size, None):
        raise Refusal(Code.INTERNAL, "The stored file is damaged.", Subject.CONTENT)
    return house.store.open(blob.key)


def find_named(
    database: Database, caller: Caller, record: Record, folder: str, file_name: str, verb: Verb = Verb.READ
) -> Attachment:
    """Return the newest live attachment with bytes of that folder and file name; refuses NOT_FOUND and DENIED."""
    with database.reading() as session:
        require(session, caller, verb, record)
        found = newest_named(session, record, folder, file_name)
        if found is None:
            raise not_found(Subject.ATTACHMENT)
        return found


def find(
    database: Database, caller: Caller, reference: int | uuid.UUID, verb: Verb = Verb.READ, *, deleted: bool = False
) -> Attachment:
    """Return one attachment by id or GUID, wherever it hangs; `deleted` finds those in the trash too.

    One that hangs nowhere yet is its author's alone. Refuses NOT_FOUND and DENIED.
    """
    with database.reading() as session:
        return _found(session, caller, reference, verb, deleted=deleted)


def page_of(
    database: Database, caller: Caller, record: Record, query: AttachmentQuery = attachment_rows.ALL
) -> Page[Attachment]:
    """Return the live, listed attachments of a record; refuses NOT_FOUND."""
    with database.reading() as session:
        require(session, caller, Verb.READ, record)
        statement = select(Attachment).where(of_record(record), *LIVE, Attachment.listed.is_(True))
        return page(session, ordered(narrowed(statement, query), query).options(*WHOLE), query.part)


def touch_with_job(session: Session, record: Record) -> None:
    """Say that something about a record has changed; for an action, about its job, too."""
    touch(record)
    if record.parent_id is not None and record.kind == "action":
        touch(session.get_one(Record, record.parent_id))


def newest_named(session: Session, record: Record, folder: str, file_name: str) -> Attachment | None:
    """Return the newest live attachment with bytes at a path of a record, or None."""
    if not is_text(folder, file_name):
        return None
    statement = (
        select(Attachment)
        .where(
            of_record(record),
            *LIVE,
            Attachment.listed.is_(True),
            Attachment.folder == normal(folder),
            path_name() == normal(file_name),
            Attachment.blob_id.is_not(None),
        )
        .order_by(Attachment.created_at.desc(), Attachment.id.desc())
        .limit(1)
        .options(*WHOLE)
    )
    return session.scalars(statement).unique().one_or_none()


def refuse_path_clash(session: Session, record: Record, folder: str, file_name: str) -> None:
    """Refuse CONFLICT where a file would stand at the path of a folder, or lie in what is a file."""
    path = f"{folder}/{file_name}" if folder else file_name
    above = [path[:cut] for cut, letter in enumerate(path) if letter == "/"]
    full = case((Attachment.folder == "", path_name()), else_=Attachment.folder.concat("/").concat(path_name()))
    here = (of_record(record), *LIVE, Attachment.listed.is_(True), Attachment.blob_id.is_not(None))
    # Not LIKE, which is blind to case on SQLite.
    below = or_(Attachment.folder == path, func.substr(Attachment.folder, 1, len(path) + 1) == f"{path}/")
    if session.scalar(select(Attachment.id).where(*here, or_(below, full.in_(above))).limit(1)):
        raise conflict("A file and a folder cannot have one path.", Subject.FOLDER, "folder")


def counts_of(database: Database, caller: Caller, job_ids: Sequence[int]) -> Mapping[int, int]:
    """Return how many live, listed attachments each action has, by the action's id, of jobs that the caller may read."""
    with database.reading() as session:
        actions = select(Record.id).where(
            Record.kind == "action", Record.parent_id.in_(job_ids), Record.deleted_at.is_(None), visible(caller)
        )
        counted = (
            select(Attachment.record_id, func.count())
            .where(Attachment.record_id.in_(actions), *LIVE, Attachment.listed.is_(True))
            .group_by(Attachment.record_id)
        )
        return {row_id: number for row_id, number in session.execute(counted) if row_id is not None}


def count_on(database: Database, caller: Caller, record: Record) -> int:
    """Return how many live, listed attachments a record has, of all actions for a job; refuses NOT_FOUND."""
    with database.reading() as session:
        require(session, caller, Verb.READ, record)
        return session.scalar(select(func.count()).select_from(Attachment).where(of_record(record), *SHOWN)) or 0


def find_version(database: Database, caller: Caller, attachment: Attachment, number: int) -> Version:
    """Return one content that an attachment had before; refuses NOT_FOUND."""
    found = [version for version in versions_of(database, caller, attachment) if version.number == number]
    if not found:
        raise not_found(Subject.CONTENT)
    return found[0]


def of_records(database: Database, caller: Caller, records: Sequence[Record]) -> Sequence[Attachment]:
    """Return the live, listed attachments of several records that were found, in the order of their fields."""
    with database.reading() as session:
        for record in records:
            require(session, caller, Verb.READ, record)
        mine = (Attachment.record_id.in_([record.id for record in records]), *LIVE, Attachment.listed.is_(True))
        statement = select(Attachment).where(*mine).options(*WHOLE)
        return session.scalars(statement.order_by(Attachment.position, Attachment.id)).unique().all()


def versions_of(database: Database, caller: Caller, attachment: Attachment) -> Sequence[Version]:
    """Return the contents that an attachment had before, newest first; refuses NOT_FOUND."""
    with database.reading() as session:
        _found(session, caller, attachment.id, Verb.READ, deleted=True)
        return session.scalars(
            select(Version)
            .where(Version.attachment_id == attachment.id)
            .options(joinedload(Version.blob), joinedload(Version.author))
            .order_by(Version.number.desc())
        ).all()


def attach(house: House, caller: Caller, record: Record, command: Attach) -> Attachment:
    """Attach one thing to a record; refuses NOT_FOUND, DENIED, INVALID, TOO_LARGE, INCOMPLETE and NO_SPACE."""
    made = attach_many(house, caller, record, [command])
    if not made:
        raise not_found(Subject.ATTACHMENT)  # purged the moment after it was written
    return made[0]


def attach_many(
    house: House, caller: Caller, record: Record, commands: Iterable[Attach], nonce: str | None = None
) -> list[Attachment]:
    """Attach several things to a record, all or none; bodies are read in order, each before the next command.

    What the same nonce attached before is returned, and these are dropped.
    """
    try:
        with ExitStack() as stack:
            received = [(command, receive(house, stack, command)) for command in commands]
            arrivals = [arrival for _, arrival in received if arrival is not None]
            with house.database.writing(*arrivals) as session:
                held: Record = find_in(session, caller, ById(record.id), Verb.EDIT, locks=True)
                _stop_if_sent_before(session, caller, nonce)
                made = [attach_in(house, session, caller, held, command, arrival) for command, arrival in received]
                touch_with_job(session, held)
                ids = [attachment.id for attachment in made]
                submissions.note(session, caller, nonce, " ".join(map(str, ids)))
    except _SentBeforeError as earlier:
        ids = earlier.ids
    return _reloaded(house.database, ids)


def check(command: Attach) -> None:
    """Refuse INVALID for what could not be attached, before any byte of it is read."""
    checked_command(command)


def receive(house: House, stack: ExitStack, command: Attach) -> Arrival | None:
    """Store the bytes of what is to be attached, until `stack` is left; None where there are none. Refuses as `attach`."""
    checked_command(command)  # a name that is refused costs no upload
    return None if command.content is None else stack.enter_context(house.store.receive(command.content))


def attach_in(
    house: House, session: Session, caller: Caller, record: Record, command: Attach, arrival: Arrival | None
) -> Attachment:
    """Attach one thing inside a transaction that is already open; its bytes have arrived."""
    checked = checked_command(command)
    if checked.replaces_name:
        present = newest_named(session, record, checked.folder, checked.file_name or "")
        if present is None:
            refuse_path_clash(session, record, checked.folder, checked.file_name or "")
        if present is not None and arrival is not None:
            content = NewContent(custody.admit(session, arrival.stored).id, checked.file_name, checked.media_type)
            give_content(house, session, caller, present, content)
            return present
    attachment = _new(caller, home_of(session, record), checked)
    if arrival is not None:
        attachment.blob_id = custody.admit(session, arrival.stored).id
    session.add(attachment)
    session.flush()
    renditions.expect(house, session, attachment)
    audit.note(session, caller, "attach", Subject.ATTACHMENT, attachment.id, attachment.record_id, name=attachment.name)
    return attachment


def keep_loose(house: House, session: Session, caller: Caller, file_name: str, content: NewContent) -> Attachment:
    """Make an attachment that hangs nowhere yet of bytes that have a row, inside a transaction that is open.

    It is its author's alone until it is attached; the worker looks at it whatever its type. Refuses INVALID.
    """
    checked = checked_command(Attach(file_name=file_name, media_type=content.media_type))
    attachment = _new(caller, None, checked)
    attachment.blob_id = content.blob_id
    session.add(attachment)
    session.flush()
    renditions.expect(house, session, attachment, whatever=True)
    audit.note(session, caller, "receive", Subject.ATTACHMENT, attachment.id, name=attachment.name)
    return attachment


def describe(database: Database, caller: Caller, attachment: Attachment, command: Describe) -> Attachment:
    """Change what is given of an attachment; refuses NOT_FOUND, DENIED and INVALID."""
    with database.writing() as session:
        held = _found(session, caller, attachment.id, Verb.EDIT, locks=True)
        given = _described(held, command)
        detail = {
            "was": held.name,
            "changed": sorted(name for name, value in given.items() if getattr(held, name) != value),
        }
        for name, value in given.items():
            setattr(held, name, value)
        held.updated_at = clock.now()
        _touch_record(session, held)
        audit.note(session, caller, "describe", Subject.ATTACHMENT, held.id, held.record_id, name=held.name, **detail)
    return _again(database, attachment.id)


def replace(house: House, caller: Caller, attachment: Attachment, command: Replace) -> Attachment:
    """Give an attachment a new content, at once or not at all; what it had becomes a version.

    Refuses NOT_FOUND, DENIED, INVALID (not a file), TOO_LARGE, INCOMPLETE and NO_SPACE.
    """
    require_file(attachment)
    with house.store.receive(command.content) as arrival, house.database.writing(arrival) as session:
        blob_id = custody.admit(session, arrival.stored).id
        give_in(house, session, caller, attachment.id, NewContent(blob_id, command.file_name, command.media_type))
    return _again(house.database, attachment.id)


def give_in(house: House, session: Session, caller: Caller, attachment_id: int, content: NewContent) -> None:
    """Give an attachment bytes that have a row already, inside a transaction that is open; refuses as `replace`."""
    held = _found(session, caller, attachment_id, Verb.EDIT, locks=True)
    require_file(held)
    give_content(house, session, caller, held, content)
    _touch_record(session, held)


def restore(house: House, caller: Caller, attachment: Attachment, number: int) -> Attachment:
    """Make an earlier content of an attachment its present one; what it has now becomes a version, and nothing is lost.

    Refuses NOT_FOUND (attachment, then content) and DENIED.
    """
    with house.database.writing() as session:
        held = _found(session, caller, attachment.id, Verb.EDIT, locks=True)
        wanted = (Version.attachment_id == held.id, Version.number == number)
        version = session.scalar(select(Version).where(*wanted)) if is_number(number) else None
        if version is None:
            raise not_found(Subject.CONTENT)
        content = NewContent(version.blob_id, version.file_name, version.media_type)
        session.delete(version)  # its bytes are the attachment's again
        session.flush()
        give_content(house, session, caller, held, content, "restore")
        _touch_record(session, held)
    return _again(house.database, attachment.id)


def detach(database: Database, caller: Caller, attachment: Attachment) -> None:
    """Put an attachment in the trash, gone from every API at once; refuses NOT_FOUND and DENIED (DECISIONS 8)."""
    with database.writing(frees=True) as session:
        held = _found(session, caller, attachment.id, Verb.EDIT, locks=True)
        held.deleted_at, held.deleted_by_id = clock.now(), caller.user_id
        _touch_record(session, held)
        audit.note(session, caller, "detach", Subject.ATTACHMENT, held.id, held.record_id, name=held.name)


def reinstate(database: Database, caller: Caller, attachment: Attachment) -> Attachment:
    """Take an attachment out of the trash; one that is not there stays as it is. Refuses NOT_FOUND and DENIED."""
    with database.writing() as session:
        held = _found(session, caller, attachment.id, Verb.EDIT, deleted=True, locks=True)
        held.deleted_at = held.deleted_by_id = None
        _touch_record(session, held)
        audit.note(session, caller, "reinstate", Subject.ATTACHMENT, held.id, held.record_id, name=held.name)
    return _again(database, attachment.id)


def purge(database: Database, caller: Caller, attachment: Attachment) -> None:
    """Remove an attachment for good, with its versions and pictures; administrators only. Refuses as `find`."""
    require_admin(caller)
    with database.writing(frees=True) as session:
        held = _found(session, caller, attachment.id, Verb.MANAGE, deleted=True, locks=True)
        audit.note(session, caller, "purge", Subject.ATTACHMENT, held.id, held.record_id, name=held.name)
        attachment_contents.purge_in(session, [held.id])


def rendition(attachment: Attachment, style: str) -> Rendition:
    """Return a smaller picture of a found attachment: `thumb` (200 pixels) or `medium` (640), of a PDF its `cover`.

    Refuses NOT_FOUND: there is none while the attachment waits for the worker, and none of what is no picture.
    """
    found = next((made for made in attachment.renditions if made.style == style), None)
    if found is None:
        raise not_found(Subject.ATTACHMENT)
    return found


def _one(session: Session, condition: ColumnElement[bool]) -> Attachment:
    found = session.scalars(select(Attachment).where(condition, *LIVE).options(*WHOLE)).unique().one_or_none()
    if found is None:
        raise not_found(Subject.ATTACHMENT)
    return found


def _found(
    session: Session,
    caller: Caller,
    reference: int | uuid.UUID,
    verb: Verb,
    *,
    deleted: bool = False,
    locks: bool = False,
) -> Attachment:
    if isinstance(reference, int) and not is_number(reference):
        raise not_found(Subject.ATTACHMENT)
    named = Attachment.guid == reference if isinstance(reference, uuid.UUID) else Attachment.id == reference
    if locks:
        _lock(session, named)
    statement = select(Attachment).where(named).options(*WHOLE)
    found = session.scalars(statement if deleted else statement.where(*LIVE)).unique().one_or_none()
    if found is None:
        raise not_found(Subject.ATTACHMENT)
    _require(session, caller, verb, found)
    return found


def _lock(session: Session, named: ColumnElement[bool]) -> None:
    # The record before the attachment, as `attach_many` does: two that go the other way round would wait for each other.
    home = session.scalar(select(Attachment.record_id).where(named))
    if home is not None:
        lock(session, ById(home))
    if session.get_bind().dialect.name != "sqlite":
        session.execute(select(Attachment.id).where(named).with_for_update())


def _require(session: Session, caller: Caller, verb: Verb, attachment: Attachment) -> None:
    record = attachment.record
    if record is None:
        if not (caller.is_admin or attachment.author_id == caller.user_id):
            raise not_found(Subject.ATTACHMENT)
        if verb is not Verb.READ and caller.scope == "read":
            raise Refusal(Code.DENIED, "This credential may only read.", Subject.ATTACHMENT)
    elif record.deleted_at is not None:
        raise not_found(Subject.ATTACHMENT)
    else:
        require(session, caller, verb, record, Subject.ATTACHMENT)


class _SentBeforeError(Exception):
    """Leaves the transaction, so that the bytes that came a second time are removed."""

    def __init__(self, ids: list[int]) -> None:
        self.ids = ids


def _stop_if_sent_before(session: Session, caller: Caller, nonce: str | None) -> None:
    made = submissions.look_for(session, caller, nonce)
    if made is not None:
        raise _SentBeforeError([int(row_id) for row_id in made.split()])


def _new(caller: Caller, record_id: int | None, checked: Checked) -> Attachment:
    now = clock.now()
    return Attachment(
        record_id=record_id,
        name=checked.name,
        file_name=checked.file_name,
        link_target=checked.link_target,
        driver=checked.driver,
        folder=checked.folder,
        area=checked.area,
        description=checked.description,
        media_type=checked.media_type,
        data=checked.data,
        facts={},
        author_id=caller.user_id,
        created_at=now,
        updated_at=now,
    )


def _described(attachment: Attachment, command: Describe) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    if command.name is not UNSET:
        changed["name"] = checked_name(command.name)
    if command.file_name is not UNSET:
        changed["file_name"] = clean_name(base_name(command.file_name), "file_name")
    if command.description is not UNSET:
        changed["description"] = checked_description(command.description)
    if command.link_target is not UNSET:
        changed["link_target"] = _checked_target_of(attachment, command.link_target)
    if command.folder is not UNSET:
        changed["folder"] = checked_folder(command.folder)
    if command.area is not UNSET:
        changed["area"] = checked_area(command.area)
    if command.data is not UNSET:
        merged = {**attachment.data, **checked_data(command.data)}
        changed["data"] = {name: value for name, value in merged.items() if value is not None}
    return changed


def _checked_target_of(attachment: Attachment, target: str) -> str:
    if attachment.driver != "link":
        raise invalid("link_target", "Only a link leads somewhere.", Subject.ATTACHMENT)
    return checked_target(target)


def _touch_record(session: Session, attachment: Attachment) -> None:
    if attachment.record is not None:
        touch_with_job(session, attachment.record)


def _again(database: Database, attachment_id: int) -> Attachment:
    found = _reloaded(database, [attachment_id])
    if not found:
        raise not_found(Subject.ATTACHMENT)  # purged the moment after it was written
    return found[0]


def _reloaded(database: Database, ids: Sequence[int]) -> list[Attachment]:
    with database.reading() as session:
        rows = session.scalars(select(Attachment).where(Attachment.id.in_(ids)).options(*WHOLE)).unique().all()
    by_id = {row.id: row for row in rows}
    return [by_id[row_id] for row_id in ids if row_id in by_id]  # one sent before may be purged since
