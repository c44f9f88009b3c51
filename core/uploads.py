"""Uploads that precede their attachment: received, found, claimed, expired. It knows no form and no protocol."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session, joinedload

from core import attachment_contents, attachments, audit, clock, custody, mediatypes
from core.access import Caller
from core.commands import Attach, Replace
from core.database import Database
from core.errors import Subject, denied, not_found
from core.filenames import base_name, clean_name
from core.folding import fold, folded
from core.house import House
from core.limits import PIECE
from core.paging import Page, Slice, page
from models import Attachment, Blob, Record, Upload, User

FILE_LIFETIME = timedelta(days=1)  # of a file that nothing has used yet (DECISIONS 9)
LOOSE_LIFETIME = timedelta(days=7)  # of an attachment made of an upload and never attached to anything


WHOLE = (joinedload(Upload.blob), joinedload(Upload.owner))


def receive_file(house: House, caller: Caller, command: Attach) -> Upload:
    """Keep a file for a day, for its owner to use; refuses DENIED, INVALID, TOO_LARGE, INCOMPLETE and NO_SPACE."""
    if caller.scope == "read":
        raise denied(Subject.UPLOAD)
    file_name = clean_name(base_name(command.file_name or command.name), "file_name")
    with house.store.receive(command.content or ()) as arrival, house.database.writing(arrival) as session:
        now = clock.now()
        upload = Upload(
            kind="file",
            owner_id=caller.user_id,
            file_name=file_name,
            media_type=command.media_type or mediatypes.guess(file_name),
            most=arrival.stored.size,
            offset=arrival.stored.size,
            facts={},
            blob_id=custody.admit(session, arrival.stored).id,
            created_at=now,
            received_at=now,
            expires_at=now + FILE_LIFETIME,
        )
        session.add(upload)
        session.flush()
        audit.note(session, caller, "receive", Subject.UPLOAD, upload.id, name=file_name)
    return find_file(house.database, caller, upload.guid)


def find_file(database: Database, caller: Caller, guid: uuid.UUID) -> Upload:
    """Return one of the caller's files that has not expired; refuses NOT_FOUND."""
    found = look_for_file(database, caller, guid)
    if found is None:
        raise not_found(Subject.UPLOAD)
    return found


def look_for_file(database: Database, caller: Caller, guid: uuid.UUID) -> Upload | None:
    """Return one of the caller's files that has not expired, or None."""
    with database.reading() as session:
        return session.scalar(select(Upload).where(Upload.guid == guid, *_mine(caller)).options(*WHOLE))


def page_files(database: Database, caller: Caller, text: str, part: Slice) -> Page[Upload]:
    """Return the caller's files whose name holds the text, without case, newest first."""
    with database.reading() as session:
        statement = select(Upload).where(*_mine(caller), Upload.blob_id.is_not(None)).options(*WHOLE)
        if text:
            statement = statement.where(folded(Upload.file_name).contains(fold(text), autoescape=True))
        return page(session, statement.order_by(Upload.id.desc()), part)


def claim_file(house: House, caller: Caller, guid: uuid.UUID, attachment: Attachment) -> Attachment:
    """Give an attachment the contents of one of the caller's files; the first use copies nothing (DECISIONS 9).

    Refuses NOT_FOUND (upload, attachment), DENIED, and INVALID when the attachment is no file.
    """
    upload = find_file(house.database, caller, guid)
    if upload.blob_id is not None and _give_own(house, caller, guid, attachment):
        return attachments.find(house.database, caller, attachment.id)
    with house.store.open(_key_of_first_use(house.database, caller, guid)) as bytes_of_first_use:
        pieces = iter(lambda: bytes_of_first_use.read(PIECE), b"")
        copy = Replace(pieces, upload.file_name, upload.media_type)
        return attachments.replace(house, caller, attachment, copy)


def fill(
    house: House, caller: Caller, attachment: Attachment, content: Replace, reference: uuid.UUID | None = None
) -> Attachment:
    """Give an attachment one of the caller's files where the reference names one, else the content itself.

    Refuses as `claim_file` and `attachments.replace` do.
    """
    if reference is None or look_for_file(house.database, caller, reference) is None:
        return attachments.replace(house, caller, attachment, content)
    return claim_file(house, caller, reference, attachment)


def expire(house: House) -> int:
    """Drop uploads whose time is over and that nothing has claimed, and attachments that never were; return how many."""
    return _expire_uploads(house) + _expire_loose(house)


def _expire_uploads(house: House) -> int:
    with house.database.writing(frees=True) as session:
        # In one statement: what somebody claims at this moment is theirs, or is gone before they do.
        over = delete(Upload).where(Upload.expires_at < clock.now()).returning(Upload.guid, Upload.blob_id)
        rows = session.execute(over).all()
        custody.release(session, [row.blob_id for row in rows if row.blob_id], custody.AFTER_PURGE)
    for row in rows:
        house.store.drop_partial(str(row.guid))
    return len(rows)


def _expire_loose(house: House) -> int:
    old = clock.now() - LOOSE_LIFETIME
    loose = (Attachment.record_id.is_(None), Attachment.deleted_at.is_(None), Attachment.updated_at < old)
    a_face = select(User.avatar_id).where(User.avatar_id.is_not(None))
    with house.database.writing(frees=True) as session:
        rows = session.scalars(select(Attachment).where(*loose, Attachment.id.not_in(a_face))).all()
        never = [row.id for row in rows if not _returned_to_trash(session, row)]
        session.flush()
        attachment_contents.purge_in(session, never)
    return len(rows)


def _returned_to_trash(session: Session, attachment: Attachment) -> bool:
    """Put what was taken out of a report's field into that report's trash, where people can still find it."""
    home = attachment.facts.get(attachments.TAKEN_FROM)
    if home is None or session.get(Record, home) is None:
        return False
    attachment.record_id, attachment.deleted_at = home, clock.now()
    return True


def _give_own(house: House, caller: Caller, guid: uuid.UUID, attachment: Attachment) -> bool:
    """Let an attachment take over the bytes of an upload; False when another has just done so."""
    with house.database.writing() as session:
        content = _taken(session, caller, guid, attachment.id)
        if content is not None:
            attachments.give_in(house, session, caller, attachment.id, content)
    return content is not None


def _key_of_first_use(database: Database, caller: Caller, guid: uuid.UUID) -> str:
    # By key and not through the attachment that took them over: that one may have been given other bytes since.
    key = find_file(database, caller, guid).facts.get("key", "")
    if not custody.known_among(database, [key], removals=False):
        raise not_found(Subject.UPLOAD)
    return str(key)


def _taken(
    session: Session, caller: Caller, guid: uuid.UUID, attachment_id: int
) -> attachment_contents.NewContent | None:
    upload = session.scalar(select(Upload).where(Upload.guid == guid, *_mine(caller)).with_for_update())
    if upload is None:
        raise not_found(Subject.UPLOAD)
    if upload.blob_id is None:
        return None
    content = attachment_contents.NewContent(upload.blob_id, upload.file_name, upload.media_type)
    upload.facts = {**upload.facts, "key": session.get_one(Blob, upload.blob_id).key}
    upload.blob_id, upload.attachment_id, upload.claimed_at = None, attachment_id, clock.now()
    session.flush()
    return content


def _mine(caller: Caller) -> tuple[ColumnElement[bool], ...]:
    return (Upload.kind == "file", Upload.owner_id == caller.user_id, Upload.expires_at > clock.now())
