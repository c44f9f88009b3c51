"""Uploads that come in several goes: begun, found, continued, finished, given up. It knows no protocol and no request.

The row says whose an upload is, where it belongs and how long it is waited for. How far it came is what lies in the store,
so that neither a cut connection nor a killed server loses what came. The last byte makes it an attachment, once.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from core import attachment_contents, attachments, clock, custody, mediatypes
from core.access import Caller, Verb
from core.batches import batched
from core.blobs import Arrival
from core.commands import Attach, BeginUpload, ById, Checksum, Content, Part
from core.database import Database
from core.errors import Code, Refusal, Subject, conflict, denied, invalid, not_found
from core.filenames import base_name, clean_name
from core.house import House
from core.limits import PIECE
from core.lookup import find_in
from models import Attachment, Record, Upload

KIND = "tus"
LIFETIME = timedelta(days=3)  # of an upload to which nothing more comes
REMEMBERED = timedelta(days=1)  # how long one that is finished can still be asked about
STAMP_EVERY = timedelta(minutes=1)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Transfer:
    """How far an upload has come, in bytes, and the attachment that it has become."""

    upload: Upload
    offset: int
    attachment: uuid.UUID | None = None

    @property
    def is_finished(self) -> bool:
        """Whether the bytes are an attachment's now."""
        return self.upload.claimed_at is not None


def begin(house: House, caller: Caller, command: BeginUpload, part: Part | None = None) -> Transfer:
    """Announce an upload, and take its first bytes where they come along; an empty file is finished at once.

    Refuses TOO_LARGE, INVALID, NOT_FOUND, DENIED and NO_SPACE, and as `append`; nothing of it stays then.
    """
    limit = house.settings.max_upload
    if command.length > limit:
        raise Refusal(Code.TOO_LARGE, f"At most {limit} bytes are accepted.", Subject.BODY, details={"limit": limit})
    attachments.check(command.attach)
    house.store.check_room(command.length)
    upload = _announced(house.database, caller, command)
    try:
        # After the row: bytes that no row owns are dropped.
        house.store.open_partial(str(upload.guid), 0)
        return settle(house, caller, upload) if part is None else append(house, caller, upload, part)
    except Refusal:
        # Its address was told to nobody, so nobody could go on with it.
        _drop(house, upload.guid, Upload.id == upload.id)
        raise


def find(database: Database, caller: Caller, guid: uuid.UUID, verb: Verb = Verb.EDIT) -> Upload:
    """Return an upload of the caller's whose record they may still edit; refuses NOT_FOUND, DENIED, GONE once it is over."""
    with database.reading() as session:
        upload = session.scalar(select(Upload).where(*_mine(caller, guid)))
        if upload is None or upload.record_id is None:
            raise not_found(Subject.UPLOAD)
        find_in(session, caller, ById(upload.record_id), verb, subject=Subject.UPLOAD, options=())
    if upload.expires_at <= clock.now():
        raise _gone()
    return upload


def settle(house: House, caller: Caller, upload: Upload) -> Transfer:
    """Say how far a found upload has come; one that is whole, but attached to nothing yet, is attached now.

    So nobody is told that all bytes are there while a killed server still owes the attachment. Refuses as `append`.
    """
    if upload.claimed_at is None:
        offset = _offset(house, upload)
        if offset < upload.most:
            return Transfer(upload, offset)
        upload = _finished(house, caller, upload)
    return Transfer(upload, upload.most, _attachment_guid(house.database, upload))


def append(house: House, caller: Caller, upload: Upload, part: Part) -> Transfer:
    """Add bytes to a found upload, at the end of what is there; the last ones make it an attachment.

    Bytes that came before the body was cut are kept, unless a checksum goes with them: then all come or none. Refuses
    CONFLICT (with `offset`) at another place, PRECONDITION (content) for another sum, LOCKED while somebody else adds,
    GONE, INCOMPLETE, TOO_LARGE, NO_SPACE, and NOT_FOUND or DENIED when the record was lost meanwhile.
    """
    offset = _offset(house, upload)
    if part.offset != offset:
        message = f"The upload stands at {offset} bytes, not at {part.offset}."
        raise Refusal(Code.CONFLICT, message, Subject.UPLOAD, details={"offset": offset})
    if offset < upload.most:
        house.store.check_room(part.declared)
        _stamp(house.database, upload, offset)
        _add(house, upload, part)
    return settle(house, caller, upload)


def terminate(house: House, caller: Caller, guid: uuid.UUID) -> None:
    """Give up an upload of the caller's and its bytes; an attachment that it has become stays. Refuses NOT_FOUND, DENIED."""
    if caller.scope == "read":
        raise denied(Subject.UPLOAD)
    if not _drop(house, guid, *_mine(caller, guid)):
        raise not_found(Subject.UPLOAD)


def drop_strays(house: House) -> int:
    """Drop bytes whose upload has no row any more: a crash came between the two. Return how many."""
    dropped = 0
    for names in batched(list(house.store.partials()), _AT_ONCE):
        # The folder first, the rows after: an upload's row is older than its bytes.
        with house.database.reading() as session:
            known = session.scalars(select(Upload.guid).where(Upload.guid.in_([uuid.UUID(name) for name in names])))
            strays = set(names) - {str(guid) for guid in known}
        dropped += sum(house.store.drop_partial(name) for name in strays)
    return dropped


def _announced(database: Database, caller: Caller, command: BeginUpload) -> Upload:
    record_id, replaced = _home(database, caller, command)
    attach, now = command.attach, clock.now()
    file_name = clean_name(base_name(attach.file_name or attach.name), "file_name")
    facts = {
        "name": attach.name,
        "description": attach.description,
        "folder": attach.folder,
        "area": attach.area,
        "metadata": command.metadata,
    }
    upload = Upload(
        kind=KIND,
        owner_id=caller.user_id,
        record_id=record_id,
        file_name=file_name,
        media_type=attach.media_type or mediatypes.guess(file_name),
        least=command.length,
        most=command.length,
        offset=0,
        facts=facts if replaced is None else facts | {"attachment": replaced},
        created_at=now,
        received_at=now,
        expires_at=now + LIFETIME,
    )
    with database.writing() as session:
        session.add(upload)
    return upload


def _home(database: Database, caller: Caller, command: BeginUpload) -> tuple[int, int | None]:
    """Return the record where an upload belongs, and the attachment that it will replace."""
    if command.replaces is not None:
        attachment = attachments.find(database, caller, command.replaces, Verb.EDIT)
        if attachment.record_id is None or attachment.driver != "file":
            raise invalid("attachment", "Only a file of a record can get a new content here.", Subject.ATTACHMENT)
        return attachment.record_id, attachment.id
    if command.record is None:
        raise invalid("record", "Name the record that the file belongs to.", Subject.RECORD)
    with database.reading() as session:
        record: Record = find_in(session, caller, command.record, Verb.EDIT, options=())
        return record.id, None


def _offset(house: House, upload: Upload) -> int:
    present = upload if upload.claimed_at is not None else None
    size = None if present else house.store.partial_size(str(upload.guid))
    if size is not None:
        return size
    present = present or _look_again(house.database, upload)
    if present is None or present.claimed_at is None:
        raise _gone()
    return present.most


def _stamp(database: Database, upload: Upload, offset: int) -> None:
    now = clock.now()
    if upload.received_at is not None and now - upload.received_at < STAMP_EVERY:
        return
    stamps = {"offset": offset, "received_at": now, "expires_at": now + LIFETIME}
    with database.writing() as session:
        session.execute(update(Upload).where(Upload.id == upload.id).values(stamps))


def _add(house: House, upload: Upload, part: Part) -> None:
    name = str(upload.guid)
    if part.checksum is None:
        house.store.append_partial(name, part.offset, part.content, exactly=True)
        return
    # Apart first: a server killed in the middle must not leave bytes behind that nobody has checked.
    content = _matching(part.content, part.checksum)
    with house.store.receive(content) as arrival, house.store.open(arrival.stored.key) as checked:
        pieces = iter(lambda: checked.read(PIECE), b"")
        house.store.append_partial(name, part.offset, pieces, exactly=True)


def _matching(content: Content, checksum: Checksum) -> Iterator[bytes]:
    found = hashlib.new(checksum.algorithm, usedforsecurity=False)
    for piece in content:
        found.update(piece)
        yield piece
    if found.digest() != checksum.digest:
        message = f"These bytes do not have the {checksum.algorithm} sum that was sent with them."
        raise Refusal(Code.PRECONDITION, message, Subject.CONTENT)


def _finished(house: House, caller: Caller, upload: Upload) -> Upload:
    try:
        with house.store.adopt_partial(str(upload.guid)) as arrival, house.database.writing(arrival) as session:
            _claim(house, session, caller, upload, arrival)
    except Refusal:
        # Another request may have finished it, or ours was committed although the database could not say so.
        finished = _look_again(house.database, upload)
        if finished is None or finished.claimed_at is None:
            raise
        return finished
    return _look_again(house.database, upload) or upload


def _claim(house: House, session: Session, caller: Caller, upload: Upload, arrival: Arrival) -> None:
    if arrival.stored.size != upload.most:
        raise conflict(f"{arrival.stored.size} bytes are there instead of {upload.most}.", Subject.UPLOAD)
    attachment_id = _given(house, session, caller, upload, arrival)
    held = session.scalar(select(Upload).where(Upload.id == upload.id).with_for_update())
    if held is None:
        raise not_found(Subject.UPLOAD)
    if held.claimed_at is not None:
        raise conflict("This upload is finished.", Subject.UPLOAD)
    now = clock.now()
    held.attachment_id, held.claimed_at, held.received_at = attachment_id, now, now
    held.offset, held.expires_at = held.most, now + REMEMBERED


def _given(house: House, session: Session, caller: Caller, upload: Upload, arrival: Arrival) -> int:
    replaced: int | None = upload.facts.get("attachment")
    if replaced is not None:
        blob_id = custody.admit(session, arrival.stored).id
        content = attachment_contents.NewContent(blob_id, upload.file_name, upload.media_type)
        attachments.give_in(house, session, caller, replaced, content)
        return replaced
    record: Record = find_in(session, caller, ById(upload.record_id or 0), Verb.EDIT, locks=True)
    attachment = attachments.attach_in(house, session, caller, record, _wanted(upload), arrival)
    attachments.touch_with_job(session, record)
    return attachment.id


def _wanted(upload: Upload) -> Attach:
    return Attach(
        name=upload.facts["name"],
        file_name=upload.file_name,
        media_type=upload.media_type,
        description=upload.facts["description"],
        folder=upload.facts["folder"],
        area=upload.facts["area"],
    )


def _attachment_guid(database: Database, upload: Upload) -> uuid.UUID | None:
    with database.reading() as session:
        return session.scalar(select(Attachment.guid).where(Attachment.id == upload.attachment_id))


def _look_again(database: Database, upload: Upload) -> Upload | None:
    with database.reading() as session:
        return session.scalar(select(Upload).where(Upload.id == upload.id))


def _drop(house: House, guid: uuid.UUID, *conditions: ColumnElement[bool]) -> bool:
    with house.database.writing(frees=True) as session:
        was_there = session.execute(delete(Upload).where(*conditions).returning(Upload.id)).first() is not None
    if was_there:
        house.store.drop_partial(str(guid))
    return was_there


def _mine(caller: Caller, guid: uuid.UUID) -> tuple[ColumnElement[bool], ...]:
    return (Upload.guid == guid, Upload.kind == KIND, Upload.owner_id == caller.user_id)


def _gone() -> Refusal:
    return Refusal(Code.GONE, "This upload is over; begin a new one.", Subject.UPLOAD)
