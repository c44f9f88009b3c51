"""Reports: records whose form has fields that hold files. It knows forms and their fields, and no API.

The form is the field definitions of the type Report (DECISIONS 5). A file belongs to one field of one report; files that
came to a report elsewhere belong to the field `attachments`, which every form has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import UNSET
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, records
from core.access import Caller, Verb, require, require_creator
from core.activities import COMMENT, NoteActivity, checked_comment, note_in
from core.attachments import TAKEN_FROM
from core.commands import ByGuid, ById, ByNumber, CommentReport, CreateRecord, FillReport, ReviseRecord
from core.database import Database
from core.errors import Refusal, Subject, conflict, invalid, not_found
from core.lookup import find_in
from core.mediatypes import essence
from core.record_types import find_type
from core.revisions import touch
from models import Activity, Attachment, Record, RecordType, State

TYPE: Final = "Report"
OTHER_FILES: Final = "attachments"
PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif"})
_TITLE, _UNTITLED = "f_title", "Report"
_HOLDS_FILES = frozenset({"Image", "FileUpload"})


def find(database: Database, caller: Caller, reference: ByGuid | ByNumber, verb: Verb = Verb.READ) -> Record:
    """Return one report; refuses NOT_FOUND and DENIED."""
    with database.reading() as session:
        return _report(session, caller, reference, verb)


def form(database: Database) -> RecordType:
    """Return the type whose field definitions are the form."""
    with database.reading() as session:
        return find_type(session, TYPE)


def holds_files(record_type: RecordType, key: str) -> bool:
    """Tell whether a field of the form holds files."""
    return key == OTHER_FILES or _kind(record_type, key) in _HOLDS_FILES


def create(database: Database, caller: Caller, command: FillReport) -> Record:
    """Make a report and fill its form, all or nothing; the same GUID again gives the report that is there.

    Refuses DENIED, INVALID (the field's key) and CONFLICT (uuid) for a GUID that is something else's.
    """
    require_creator(caller)
    known = None if command.guid is None else _look_for(database, caller, ByGuid(command.guid))
    if known is not None:
        return known
    with database.writing() as session:
        _refuse_taken(session, command)
        created = CreateRecord(
            type_name=TYPE,
            title=_title(command.values) or _UNTITLED,
            rows=[{name: value for name, value in command.values.items() if value is not None}],
            guid=command.guid,
            facts=command.facts,
        )
        report = records.create_in(session, caller, created)
        _place(session, caller, report, command.files)
        audit.note(session, caller, "create", Subject.RECORD, report.id, report.id, title=report.title)
    return records.find(database, caller, ById(report.id))


def fill(database: Database, caller: Caller, report: Record, command: FillReport) -> Record:
    """Write what is given into the form of a report, all or nothing; refuses NOT_FOUND, DENIED and INVALID."""
    with database.writing() as session:
        held: Record = find_in(session, caller, ById(report.id), Verb.EDIT, locks=True)
        title = _title(command.values) or UNSET
        revised = ReviseRecord(title=title, fields=command.values, facts=command.facts)
        records.revise_in(session, caller, held, revised)
        _place(session, caller, held, command.files)
    return records.find(database, caller, ById(report.id))


def append_file(database: Database, caller: Caller, report: Record, attachment_id: int, description: str) -> None:
    """Hang one of the caller's loose attachments on a report, in no field; refuses as `fill` (attachment_id)."""
    with database.writing() as session:
        held: Record = find_in(session, caller, ById(report.id), Verb.EDIT, locks=True)
        attachment = _loose(session, caller, attachment_id, "attachment_id")
        attachment.description = description
        _hang(held, attachment, None, len(_present(session, held)))
        audit.note(session, caller, "attach", Subject.ATTACHMENT, attachment.id, held.id, name=attachment.name)


def comment(database: Database, caller: Caller, report: Record, command: CommentReport) -> Activity:
    """Say something about a report, in its activities; the same GUID again says it once. Refuses as `fill`, and CONFLICT."""
    with database.writing() as session:
        held: Record = find_in(session, caller, ById(report.id), Verb.EDIT, locks=True)
        same = (Activity.guid == command.guid, Activity.record_id == held.id, Activity.author_id == caller.user_id)
        known = session.scalar(select(Activity).where(*same)) if command.guid else None
        if known is not None:
            return known
        facts = {"is_anonymous": command.is_anonymous}
        made = note_in(session, caller, held, NoteActivity(COMMENT, checked_comment(command.content), facts=facts))
        made.guid = command.guid or made.guid
        touch(held)
        session.flush()
        return made


def comments_of(database: Database, caller: Caller, reports: Sequence[Record]) -> Sequence[Activity]:
    """Return what was said about reports that were found, the oldest first; refuses NOT_FOUND."""
    with database.reading() as session:
        for report in reports:
            require(session, caller, Verb.READ, report)
        said = (Activity.record_id.in_([report.id for report in reports]), Activity.kind == COMMENT)
        return session.scalars(select(Activity).where(*said).order_by(Activity.id)).all()


def _report(session: Session, caller: Caller, reference: ByGuid | ByNumber, verb: Verb) -> Record:
    report: Record = find_in(session, caller, reference, verb)
    if report.record_type.name != TYPE:
        raise not_found(Subject.RECORD)
    return report


def _look_for(database: Database, caller: Caller, reference: ByGuid) -> Record | None:
    with database.reading() as session:
        known = session.scalar(select(Record.id).where(Record.guid == reference.guid))
        return None if known is None else _seen(session, caller, reference)


def _seen(session: Session, caller: Caller, reference: ByGuid) -> Record:
    try:
        return _report(session, caller, reference, Verb.READ)
    except Refusal as refusal:
        # Whatever it is, in the trash or somebody's own: its number is taken, and no more is said.
        raise conflict("This uuid is taken.", Subject.RECORD, "uuid") from refusal


def _refuse_taken(session: Session, command: FillReport) -> None:
    if command.guid and session.scalar(select(Record.id).where(Record.guid == command.guid)):
        raise conflict("This uuid is taken.", Subject.RECORD, "uuid")


def _title(values: Mapping[str, Any]) -> str:
    given = values.get(_TITLE)
    return given.strip()[:500] if isinstance(given, str) else ""


def _place(session: Session, caller: Caller, report: Record, files: Mapping[str, Sequence[int]]) -> None:
    """Make each given field hold just these attachments, in this order; what it held beside them becomes loose."""
    _refuse_repeated(files)
    present = _present(session, report)
    wanted = {attachment_id for ids in files.values() for attachment_id in ids}
    for attachment in present.values():
        if _key_of(report, attachment) in files and attachment.id not in wanted:
            _take_out(session, caller, report, attachment)
    for key, ids in files.items():
        _refuse_no_files(report, key)
        for position, attachment_id in enumerate(ids):
            attachment = present.get(attachment_id) or _loose(session, caller, attachment_id, key)
            _refuse_unfit(report, key, attachment)
            if attachment.record_id is None:
                audit.note(
                    session, caller, "attach", Subject.ATTACHMENT, attachment.id, report.id, name=attachment.name
                )
            _hang(report, attachment, None if key == OTHER_FILES else key, position)
    session.flush()


def _refuse_repeated(files: Mapping[str, Sequence[int]]) -> None:
    seen: set[int] = set()
    for key, ids in files.items():
        for attachment_id in ids:
            if attachment_id in seen:
                raise invalid(key, f"The attachment {attachment_id} is named more than once.", Subject.ATTACHMENT)
            seen.add(attachment_id)


def _present(session: Session, report: Record) -> dict[int, Attachment]:
    mine = (Attachment.record_id == report.id, Attachment.deleted_at.is_(None))
    return {row.id: row for row in session.scalars(select(Attachment).where(*mine).with_for_update())}


def _loose(session: Session, caller: Caller, attachment_id: int, key: str) -> Attachment:
    mine = (Attachment.id == attachment_id, Attachment.author_id == caller.user_id, Attachment.record_id.is_(None))
    found = session.scalar(select(Attachment).where(*mine, Attachment.deleted_at.is_(None)).with_for_update())
    if found is None:
        raise invalid(key, f"There is no unattached file {attachment_id} of yours.", Subject.ATTACHMENT)
    if found.state == State.FAILED:
        raise invalid(key, f"The file {attachment_id} could not be processed.", Subject.ATTACHMENT)
    return found


def _refuse_no_files(report: Record, key: str) -> None:
    if not holds_files(report.record_type, key):
        raise invalid(key, "This field holds no files.", Subject.ATTACHMENT)


def _refuse_unfit(report: Record, key: str, attachment: Attachment) -> None:
    if _kind(report.record_type, key) == "Image" and essence(attachment.media_type) not in PICTURES:
        raise invalid(key, "This field takes PNG, JPEG and GIF pictures.", Subject.ATTACHMENT)


def _key_of(report: Record, attachment: Attachment) -> str:
    key = attachment.field_key
    return key if key is not None and holds_files(report.record_type, key) else OTHER_FILES


def _hang(report: Record, attachment: Attachment, key: str | None, position: int) -> None:
    attachment.facts = {name: value for name, value in attachment.facts.items() if name != TAKEN_FROM}
    attachment.record_id, attachment.field_key, attachment.position = report.id, key, position
    attachment.updated_at = clock.now()


def _take_out(session: Session, caller: Caller, report: Record, attachment: Attachment) -> None:
    attachment.facts = {**attachment.facts, TAKEN_FROM: report.id}
    attachment.record_id, attachment.field_key, attachment.position = None, None, 0
    attachment.updated_at = clock.now()
    audit.note(session, caller, "detach", Subject.ATTACHMENT, attachment.id, report.id, name=attachment.name)


def _kind(record_type: RecordType, key: str) -> str | None:
    return next((field.get("form") for field in record_type.fields if field["name"] == key), None)
